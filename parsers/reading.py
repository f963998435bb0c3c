"""Reads a mail: octets in, one value out, whatever the octets were."""

from __future__ import annotations

import hashlib

from parsers import addresses
from parsers.automatic import automatic, suppresses_reply
from parsers.bodies import Bodies, bodies, reading_text
from parsers.bounce import bounce
from parsers.headers import text_of
from parsers.language import language
from parsers.mail import Limits, Mail, Parsed
from parsers.quotation.cutting import cut
from parsers.quotation.forwarded import forwarded
from parsers.references import message_ids
from parsers.structure import Opened, opened

_FOR_DELIVERY = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-forwarded-to")


def read(raw: bytes, limits: Limits = Limits()) -> Parsed:
    """The mail that these octets are. Total: a broken mail is a `Mail` with defects, never an exception."""
    mail = opened(raw, limits)
    found = bodies(mail, limits)
    text = reading_text(found, limits)
    subject = text_of(mail.first("subject"))[: limits.subject_chars]
    part = cut(text)
    new_text = "\n".join(text[start:end] for start, end in part.spans).strip()
    returned = bounce(mail, text)
    sent_from = mail.all("from")
    defects = dict.fromkeys((*mail.defects, *found.defects))
    sender = addresses.sender(sent_from)
    if sender is None:
        defects["no-identity"] = None
    value = Mail(
        sender=sender,
        sender_shown=addresses.shown(sent_from),
        to=addresses.addresses(mail.all("to"), limits.recipients),
        cc=addresses.addresses(mail.all("cc"), limits.recipients),
        delivered_to=_delivered_to(mail, limits),
        subject=subject,
        message_id=next(iter(message_ids(mail.first("message-id"))), None),
        in_reply_to=_identifiers(mail, "in-reply-to", limits),
        references=_identifiers(mail, "references", limits),
        date=mail.date,
        text=text,
        html="\n".join(text.said for text in found.texts if text.is_html),
        cut=part,
        attachments=tuple(found.attachments),
        language=language(new_text, subject),
        automatic=automatic(mail, returned, new_text),
        suppress_reply=suppresses_reply(mail),
        bounce=returned,
        forwarded=forwarded(text, subject),
        headers=tuple((name, text_of(value)) for name, value in mail.fields),
        defects=tuple(defects),
        fingerprint=_fingerprint(mail, found, subject),
        size=len(raw),
    )
    return Parsed(value, found.contents)


def _identifiers(mail: Opened, name: str, limits: Limits) -> tuple[str, ...]:
    """The identifiers of a field, each once: the first, which names the thread, and the newest ones."""
    found = tuple(dict.fromkeys(i for value in mail.all(name) for i in message_ids(value)))
    if len(found) <= limits.references:
        return found
    return (found[0], *found[len(found) - limits.references + 1 :])


def _delivered_to(mail: Opened, limits: Limits) -> tuple[str, ...]:
    fields = [value for name in _FOR_DELIVERY for value in mail.all(name)]
    found = addresses.addresses(fields, limits.recipients)
    return tuple(dict.fromkeys(address.address for address in found))


def _fingerprint(mail: Opened, found: Bodies, subject: str) -> str:
    """The same for every copy of a mail, whichever way it came: trace fields take no part."""
    digest = hashlib.sha256()
    author = addresses.stated(mail.all("from"))
    for text in (
        *message_ids(mail.first("message-id")),
        author.key if author else "",
        text_of(mail.first("date")),
        subject,
    ):
        digest.update(text.encode("utf-8", "replace") + b"\x00")
    for octets in found.digests:
        digest.update(hashlib.sha256(octets).digest())
    return digest.hexdigest()
