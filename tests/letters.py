"""Mails as people write them, made for a test."""

from __future__ import annotations

import itertools
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.policy import SMTP

DESK = "support@desk.test"
_COUNT = itertools.count(1)


def letter(
    sender: str = "Ann Li <ann@customer.test>",
    subject: str = "The printer is down",
    text: str = "It prints nothing since this morning.",
    *,
    to: str = DESK,
    headers: dict[str, str] | None = None,
    files: dict[str, bytes] | None = None,
) -> bytes:
    """A mail with a Message-ID of its own; `headers` replace or add, an empty value leaves the field out."""
    message = EmailMessage(policy=SMTP)
    fields = {
        "From": sender,
        "To": to,
        "Subject": subject,
        "Date": "Sat, 21 Nov 2026 10:00:00 +0800",
        "Message-ID": f"<{next(_COUNT)}.letter@customer.test>",
    }
    for name, value in (fields | (headers or {})).items():
        if value:
            message[name] = value
    message.set_content(text)
    for name, content in (files or {}).items():
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def answer(to: Message, sender: str, text: str, *, quoting: bool = True) -> bytes:
    """What a mail client writes when its user answers a mail that the desk sent."""
    quoted = "".join(f"> {line}\n" for line in text_of(to).splitlines())
    attribution = f"On Sat, 21 Nov 2026 at 10:05, {to['From']} wrote:\n"
    headers = {
        "In-Reply-To": str(to["Message-ID"]),
        "References": " ".join(filter(None, (to["References"], to["Message-ID"]))).replace("\r\n", ""),
    }
    subject = subject_of(to)
    return letter(
        sender,
        subject if subject.startswith("Re:") else f"Re: {subject}",
        f"{text}\n\n{attribution}{quoted}" if quoting else text,
        to=str(to["Reply-To"] or to["From"]),
        headers=headers,
    )


def opened(raw: bytes) -> Message:
    """A mail as the standard library reads it."""
    return message_from_bytes(raw)


def subject_of(mail: Message) -> str:
    """The decoded subject."""
    return str(make_header(decode_header(str(mail["Subject"]).replace("\r\n", ""))))


def text_of(mail: Message) -> str:
    """The plain text of a mail."""
    part = next(part for part in mail.walk() if part.get_content_type() == "text/plain")
    payload = part.get_payload(decode=True)
    return payload.decode(part.get_content_charset("utf-8")) if isinstance(payload, bytes) else ""
