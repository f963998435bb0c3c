"""Delivery status notifications (RFC 3464) and what older and Chinese systems send in their place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from email.message import Message

from flufl.bounce import all_failures

from parsers.headers import clean, text_of
from parsers.mail import Bounce, Severity
from parsers.mime import inner_messages, octets_in, parameter
from parsers.references import message_ids
from parsers.robots import AUTO_SUBJECT, BOUNCE_SUBJECT, BOUNCE_TEXT, BOUNCE_TITLE, DAEMON
from parsers.structure import Opened

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.])([45])[0-7]\d(?=[ -])")
_DELAYED = re.compile(
    r"delay|warning|will (?:retry|continue|keep trying)|not yet been delivered|延迟|延遲|暂时无法", re.IGNORECASE
)
_NAMES_RECIPIENT = re.compile(
    r"(?:无法(?:发送|投递|送达|传递)(?:到|给|至)?|收件人|收信人|收件地址|投递(?:到|给)|发送(?:到|给)|recipient|"
    r"rcpt to|deliver(?:ed|y)? to|addressed? to|undeliverable to|"
    r"to the following|failed address|user|destinat\w+|empfänger|对方邮箱|邮箱地址)[^@\n]{0,80}$",
    re.IGNORECASE,
)
_REPORT = "message/delivery-status"
_TEXT_CHARS = 20_000
_HEADER_CHARS = 1_000
_MOST = 50


def bounce(mail: Opened, text: str) -> Bounce | None:
    """What a delivery report says, or None if this mail is none. `text` is its readable text."""
    reports = [part.message for part in mail.parts if part.kind == _REPORT][:_MOST]
    if not (reports or _is_notice(mail, text)):
        return None
    blocks = list(_blocks(reports))
    temporary, permanent = _known_to_library(mail.message)
    recipients = (
        _named(blocks) or _ADDRESS.findall(mail.first("x-failed-recipients")[:_TEXT_CHARS]) or permanent or temporary
    )
    returned = list(_returned(mail))
    recipients = recipients or list(_in_text(mail, text)) or _first_to(returned)
    status = next((found[1] for block in blocks if (found := _STATUS.search(block.get("status", "")))), "")
    status = status or next(iter(_STATUS.findall(text[:_TEXT_CHARS])), "")
    actions = [block.get("action", "").strip().lower() for block in blocks if "action" in block]
    severity = _severity(status, actions, mail, text, only_temporary=bool(temporary and not permanent))
    return Bounce(_distinct(recipients), severity, status, _original_id(mail, returned, text))


def _is_notice(mail: Opened, text: str) -> bool:
    """Whether a mail without a machine-readable report is a mail system's notice all the same."""
    subject = text_of(mail.first("subject")[:_HEADER_CHARS])
    if mail.first("x-failed-recipients"):
        return True
    if parameter(mail.first("content-type"), "report-type").lower() == "delivery-status":
        return True
    daemon = DAEMON.search(text_of(mail.first("from")[:_HEADER_CHARS])) is not None
    nobody = clean(mail.first("return-path")) == "<>"
    says_so = BOUNCE_SUBJECT.search(subject) is not None
    if AUTO_SUBJECT.match(subject) or not (daemon or nobody or says_so):
        return False
    if not (daemon or nobody) and any(part.get_content_type() == _REPORT for part in mail.message.walk()):
        # Somebody forwards a report as a file, and asks what it means.
        return False
    told = BOUNCE_TEXT.search(text[:_TEXT_CHARS]) is not None
    if ((daemon or nobody) and (says_so or told)) or (told and BOUNCE_TITLE.match(subject)):
        return True
    temporary, permanent = _known_to_library(mail.message)
    return bool(temporary or permanent)


def _blocks(reports: list[Message]) -> Iterator[dict[str, str]]:
    """The groups of fields in delivery-status parts, names in lower case (RFC 3464 section 2.1)."""
    for part in reports:
        for group in inner_messages(part)[:_MOST]:
            yield _fields(group)


def _named(blocks: list[dict[str, str]]) -> list[str]:
    """The recipients as we had addressed them, where the report still knows that."""
    found: list[str] = []
    for block in blocks:
        for name in ("original-recipient", "final-recipient"):
            if addresses := _ADDRESS.findall(block.get(name, "")):
                found.append(addresses[-1])
                break
    return found


def _known_to_library(message: Message) -> tuple[list[str], list[str]]:
    """What flufl.bounce knows of many systems' plain texts: addresses failing for now, and for good."""
    try:
        temporary, permanent = all_failures(message)
    except Exception:  # noqa: BLE001 - The library was written for well-formed mail.
        return [], []
    return _decoded(temporary), _decoded(permanent)


def _decoded(group: Iterable[bytes]) -> list[str]:
    return [address.decode("utf-8", "replace") for address in sorted(group)]


def _in_text(mail: Opened, text: str) -> Iterator[str]:
    """Addresses that the notice's own words call the recipient, else the first one that is not ours."""
    ours = {
        found.lower()
        for name in ("to", "from", "delivered-to")
        for found in _ADDRESS.findall(mail.first(name)[:_TEXT_CHARS])
    }
    first: str | None = None
    told = False
    for line in text[:_TEXT_CHARS].split("\n"):
        for match in _ADDRESS.finditer(line[:1_000]):
            if match[0].lower() in ours or DAEMON.search(match[0]):
                continue
            first = first or match[0]
            alone = line.strip(" \t<>:：;，。[]()*-\"'") == match[0]
            if alone or _NAMES_RECIPIENT.search(line[: match.start()]):
                told = True
                yield match[0]
    if first and not told:
        yield first


def _returned(mail: Opened) -> Iterator[dict[str, str]]:
    """The header fields of the mail that came back, in whichever wrapping the system gave it back."""
    for part in mail.parts:
        if part.kind in ("message/rfc822", "message/global") and (inner := inner_messages(part.message)):
            yield _fields(inner[0])
        elif part.kind in ("text/rfc822-headers", "message/rfc822-headers", "application/octet-stream"):
            block = octets_in(part.message)[:_TEXT_CHARS].decode("latin-1")
            if fields := dict(reversed(re.findall(r"^([\w-]{1,40}):[ \t]*(.*(?:\r?\n[ \t].*)*)", block, re.MULTILINE))):
                yield {name.lower(): value for name, value in fields.items()}


def _fields(message: Message) -> dict[str, str]:
    """The fields of a message by lower-case name; of a repeated one the first."""
    return {str(name).lower(): str(value) for name, value in reversed(list(message.raw_items()))}


def _first_to(returned: list[dict[str, str]]) -> list[str]:
    return next((found[:1] for fields in returned if (found := _ADDRESS.findall(fields.get("to", "")))), [])


def _distinct(addresses: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(address.strip(".'").lower() for address in addresses))[:_MOST]


def _severity(status: str, actions: list[str], mail: Opened, text: str, *, only_temporary: bool) -> Severity:
    """Delayed if the system still tries, soft if it gave up for a passing cause (RFC 3463 class 4), else hard."""
    if actions:
        if all(action.startswith("delay") for action in actions):
            return Severity.DELAYED
    elif only_temporary or _DELAYED.search(text_of(mail.first("subject")[:_HEADER_CHARS])):
        return Severity.DELAYED
    if status:
        return Severity.SOFT if status.startswith("4") else Severity.HARD
    found = _REPLY.search(text[:_TEXT_CHARS])
    return Severity.SOFT if found is not None and found[1] == "4" else Severity.HARD


def _original_id(mail: Opened, returned: list[dict[str, str]], text: str) -> str | None:
    """The Message-ID of the mail that came back: from its own header, the report's words, or the thread fields."""
    for fields in returned:
        if ids := message_ids(fields.get("message-id", "")):
            return ids[0]
    if found := re.search(r"message-id[:：]\s*<([^>\s]{1,500})>", text[:_TEXT_CHARS], re.IGNORECASE):
        return found[1]
    ids = message_ids(mail.first("in-reply-to")) or message_ids(mail.first("references"))
    return ids[0] if ids else None
