"""Delivery status notifications (RFC 3464) and what older and Chinese systems send in their place."""

from __future__ import annotations

import re
from email.message import Message

from flufl.bounce import all_failures

from parsers.headers import clean, text_of
from parsers.mail import Bounce, Severity
from parsers.references import message_ids
from parsers.structure import Opened

_DAEMON = re.compile(r"(?:mailer[-_.]?daemon|postmaster|mail-daemon|mdaemon)(?:@|\b)|mail delivery (?:sub)?system|mail administrator", re.IGNORECASE)
_SUBJECT = re.compile(
    r"undeliver|returned mail|delivery (?:status|failure|failed|has failed)|failure notice|mail delivery (?:failed|failure|system)|"
    r"could not be delivered|delivery.{0,20}(?:delayed|incomplete)|退信|未送达|无法投递|投递失败|系统退信|邮件未|無法傳遞|未傳遞|returned to sender|mail failure|nondeliverable|"
    r"unzustellbar|non remis|não entregue|no se puede entregar|non recapitabile|onbestelbaar|не доставлено|недоставлен",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_REPLY = re.compile(r"\b([45])\d\d[ -]")


def bounce(mail: Opened, raw_text: str) -> Bounce | None:
    """What a delivery report says, or None if this mail is none. `raw_text` is its readable text."""
    report = _is_report(mail)
    daemon = _DAEMON.search(text_of(mail.first("from"))) is not None
    subject = _SUBJECT.search(text_of(mail.first("subject"))) is not None
    failed = mail.first("x-failed-recipients")
    null_path = clean(mail.first("return-path")) == "<>"
    libraries = _library(mail.message) if subject or daemon or null_path else []
    if not (report or failed or (daemon or null_path) and subject or libraries):
        return None
    status_parts = [part for part in mail.message.walk() if part.get_content_type() == "message/delivery-status"][:20]
    statuses = _fields(status_parts, ("status",))
    actions = [action.lower() for action in _fields(status_parts, ("action",))]
    named = _fields(status_parts, ("final-recipient", "original-recipient"))
    recipients = [found for value in named for found in _ADDRESS.findall(value)] or _ADDRESS.findall(failed)
    recipients = recipients or libraries or _in_text(mail, raw_text)
    code = next((found[1] for value in statuses if (found := _STATUS.search(value))), "")
    code = code or next(iter(_STATUS.findall(raw_text)), "")
    return Bounce(_distinct(recipients), _severity(code, actions, raw_text), code, _original_id(mail, raw_text))


def _is_report(mail: Opened) -> bool:
    return any(part.message.get_content_type() == "message/delivery-status" for part in mail.parts)


def _fields(parts: list[Message], names: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    for part in parts:
        blocks = part.get_payload()
        for block in blocks if isinstance(blocks, list) else []:
            if isinstance(block, Message):
                values = (block.get(name) for name in names)
                found += [str(value) for value in values if value][:1]
    return found[:200]


def _library(message: Message) -> list[str]:
    try:
        temporary, permanent = all_failures(message)
        return sorted(address.decode("utf-8", "replace") for address in {*temporary, *permanent})
    except Exception:  # The library was written for well-formed mail.
        return []


def _in_text(mail: Opened, text: str) -> list[str]:
    own = {found.lower() for value in (mail.first("to"), mail.first("from")) for found in _ADDRESS.findall(value)}
    return [found for found in _ADDRESS.findall(text[:20_000]) if found.lower() not in own][:1]


def _distinct(addresses: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(address.lower() for address in addresses))[:50]


def _severity(code: str, actions: list[str], text: str) -> Severity:
    if actions and all(action.startswith(("delayed", "delay")) for action in actions):
        return Severity.DELAYED
    if code.startswith("4"):
        return Severity.SOFT
    if not code and (found := _REPLY.search(text)) is not None and found[1] == "4":
        return Severity.SOFT
    return Severity.HARD


def _original_id(mail: Opened, text: str) -> str | None:
    for part in mail.parts:
        kind = part.message.get_content_type()
        inner = part.message.get_payload()
        if kind == "message/rfc822" and isinstance(inner, list) and inner and isinstance(inner[0], Message):
            if ids := message_ids(str(inner[0].get("message-id", ""))):
                return ids[0]
        elif kind == "text/rfc822-headers" and isinstance(inner, str):
            if found := re.search(r"^message-id:\s*(<[^>\s]+>)", inner, re.IGNORECASE | re.MULTILINE):
                return found[1].strip("<>")
    if found := re.search(r"^\s*message-id:\s*<([^>\s]+)>", text, re.IGNORECASE | re.MULTILINE):
        return found[1]
    ids = message_ids(mail.first("in-reply-to")) or message_ids(mail.first("references"))
    return ids[0] if ids else None
