"""Whether a machine wrote a mail, which kind of machine, and whether an automatic answer would be wrong."""

from __future__ import annotations

import re

from parsers.addresses import stated
from parsers.headers import clean, text_of
from parsers.mail import Automatic, Bounce, Origin
from parsers.mime import kind_in, parameter
from parsers.robots import (
    AUTO_HEADERS,
    AUTO_PHRASE,
    AUTO_SUBJECT,
    CHALLENGE_SUBJECT,
    DAEMON,
    LIST_HEADERS,
    LIST_SENDER,
    MACHINE_MAILER,
    RECEIPT_SUBJECT,
    ROBOT_LOCAL,
    ROBOT_PATH,
)
from parsers.structure import Opened

_REPORTS = {
    "feedback-report": Origin.FEEDBACK_REPORT,
    "disposition-notification": Origin.READ_RECEIPT,
    "tlsrpt": Origin.AUTO_GENERATED,
}
_OPENING_CHARS = 300
_HEADER_CHARS = 1_000
_NOT_WRITTEN = frozenset({"", "no", "false", "0", "mirror", "redirect", "forward"})
"""Values by which a vacation field says that the machine only passed the mail on."""


def automatic(mail: Opened, returned: Bounce | None, new_text: str) -> Automatic | None:
    """The machine that wrote this mail, by the strongest marker present, or None for a person (RFC 3834 section 2).

    Whether a mail is our own come back only the desk can tell, which knows its name.
    """
    if report := _report(mail):
        return report
    if returned is not None:
        return Automatic(Origin.BOUNCE, "delivery report")
    return _submitted(mail) or _calendar(mail) or _weakly(mail, new_text) or _many(mail)


def _report(mail: Opened) -> Automatic | None:
    """A multipart/report (RFC 6522) other than a delivery report."""
    content_type = mail.first("content-type")
    if kind_in(content_type) != "multipart/report":
        return None
    kind = parameter(content_type, "report-type").lower()
    return Automatic(_REPORTS[kind], f"report-type={kind}") if kind in _REPORTS else None


def _submitted(mail: Opened) -> Automatic | None:
    """Fields that only a machine sets on its own mail."""
    submitted = clean(mail.first("auto-submitted")).split(";")[0].split("(")[0].strip().lower()
    if submitted and submitted != "no":
        origin = Origin.AUTO_REPLY if submitted.startswith("auto-replied") else Origin.AUTO_GENERATED
        return Automatic(origin, f"Auto-Submitted: {submitted}"[:80])
    for name, value in mail.fields:
        if name.lower() in AUTO_HEADERS and clean(value).lower() not in _NOT_WRITTEN:
            return Automatic(Origin.AUTO_REPLY, name)
    if clean(mail.first("precedence")).lower() in ("auto_reply", "auto-reply", "autoreply"):
        return Automatic(Origin.AUTO_REPLY, "Precedence")
    if clean(mail.first("preference")).lower() == "auto_reply":
        return Automatic(Origin.AUTO_REPLY, "Preference")
    if MACHINE_MAILER.search(_shown(mail, "x-mailer")):
        return Automatic(Origin.AUTO_REPLY, "X-Mailer")
    return None


def _calendar(mail: Opened) -> Automatic | None:
    """A calendar program's message (RFC 6047): a body of it, not a file that a person attached."""
    for part in mail.parts:
        if part.kind == "text/calendar" and part.disposition != "attachment":
            return Automatic(Origin.CALENDAR, "text/calendar")
    return None


def _many(mail: Opened) -> Automatic | None:
    """Mail for many readers (RFC 2369, RFC 2919), and what carries the older sign of it."""
    precedence = clean(mail.first("precedence")).lower()
    through_list = LIST_SENDER.search(_shown(mail, "sender")) or LIST_SENDER.search(_shown(mail, "return-path"))
    for name in LIST_HEADERS:
        if mail.first(name):
            return Automatic(Origin.MAILING_LIST, name)
    if precedence == "list" or (precedence in ("bulk", "junk") and through_list):
        return Automatic(Origin.MAILING_LIST, f"Precedence: {precedence}")
    if precedence in ("bulk", "junk"):
        origin = Origin.AUTO_REPLY if mail.first("in-reply-to") else Origin.AUTO_GENERATED
        return Automatic(origin, f"Precedence: {precedence}")
    return None


def _weakly(mail: Opened, new_text: str) -> Automatic | None:
    """Signs that a person might also give; each counts only where a person is unlikely to have given it."""
    path = _shown(mail, "return-path")
    subject = _shown(mail, "subject")
    author = _shown(mail, "from")
    answers = bool(mail.first("in-reply-to") or mail.first("references"))
    if ROBOT_PATH.match(path):
        return Automatic(Origin.AUTO_REPLY, "Return-Path")
    if AUTO_SUBJECT.match(subject):
        return Automatic(Origin.AUTO_REPLY, "Subject")
    if path == "<>":
        return Automatic(Origin.AUTO_REPLY if answers else Origin.AUTO_GENERATED, "Return-Path: <>")
    if AUTO_PHRASE.search(new_text[:_OPENING_CHARS]):
        return Automatic(Origin.AUTO_REPLY if answers else Origin.AUTO_GENERATED, "text")
    if DAEMON.search(author):
        return Automatic(Origin.AUTO_GENERATED, "From")
    if RECEIPT_SUBJECT.match(subject) and answers:
        return Automatic(Origin.READ_RECEIPT, "Subject")
    if CHALLENGE_SUBJECT.search(subject):
        return Automatic(Origin.CHALLENGE, "Subject")
    return None


def suppresses_reply(mail: Opened) -> bool:
    """Whether the sender asked for no automatic answer (MS-OXCMAIL 2.2.3.2.14), or one would reach nobody.

    The field says how to treat a mail, not what wrote it: a person's mail that has it is still a ticket.
    """
    asked = {word.strip().lower() for word in re.split(r"[,;\s]+", clean(mail.first("x-auto-response-suppress")))}
    author = stated(mail.all("from"))
    unread = author is not None and ROBOT_LOCAL.match(author.address.partition("@")[0][:_HEADER_CHARS]) is not None
    return unread or bool(asked & {"all", "autoreply", "oof", "dr", "rn", "nrn", "ndr"})


def _shown(mail: Opened, name: str) -> str:
    """A field as a person reads it, as far as any mark of a machine can reach into it."""
    return text_of(mail.first(name)[:_HEADER_CHARS])
