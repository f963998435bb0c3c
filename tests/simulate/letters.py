"""Mails of simulated people, written as their programs write them, each with a word by which it is known again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.header import Header
from enum import StrEnum

from tests.letters import DESK, subject_of
from tests.simulate.relay import Copy

MARK = re.compile(r"[A-Z]+-[0-9]{5}x")


class Kind(StrEnum):
    """What may become of the words of a letter."""

    WORDS = "WORDS"
    """A customer's: they may come back to that customer as the subject of the ticket."""
    ANSWER = "ANSWER"
    """An engineer's, proven: they go to the participants."""
    INTERNAL = "INTERNAL"
    """An engineer's that must stay at the desk, because an order in them is wrong."""
    FORGED = "FORGED"
    """Somebody's under another's name, or a stranger's who names a ticket: no customer ever reads them."""
    MACHINE = "MACHINE"
    """A program's: no customer ever reads them, and nothing answers them."""
    ODD = "ODD"
    """Hardly a mail at all."""
    POISON = "POISON"
    """It kills whoever reads it."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that somebody wrote; `author` is the address in From, in lower case, or empty."""

    mark: str
    kind: Kind
    author: str
    raw: bytes

    @property
    def automatic(self) -> bool:
        return self.kind is Kind.MACHINE


def mail(fields: Mapping[str, str], body: str, charset: str = "utf-8") -> bytes:
    """A mail of one text part; an empty value leaves a field out."""
    whole = {"Content-Type": f"text/plain; charset={charset}", "Content-Transfer-Encoding": "8bit"} | dict(fields)
    head = "".join(f"{name}: {_field(value)}\r\n" for name, value in whole.items() if value)
    return head.encode("utf-8") + b"\r\n" + body.replace("\n", "\r\n").encode(charset, "replace") + b"\r\n"


def _field(value: str) -> str:
    """The value in RFC 2047 words where it is not ASCII, an address beside it left alone."""
    if value.isascii() or value.startswith("raw:"):
        return value.removeprefix("raw:")
    name, bracket, address = value.partition(" <")
    return Header(name, "utf-8").encode(linesep="\r\n") + bracket + address


def reply_fields(copy: Copy) -> dict[str, str]:
    """The fields that a good mail client puts into an answer (RFC 5322 section 3.6.4)."""
    message = copy.message
    references = " ".join(filter(None, (str(message["References"] or ""), str(message["Message-ID"]))))
    return {
        "To": str(message["Reply-To"] or message["From"]).replace("\r\n", ""),
        "Subject": reply_subject(copy),
        "In-Reply-To": str(message["Message-ID"]).strip(),
        "References": " ".join(references.split()),
    }


def reply_subject(copy: Copy) -> str:
    """What an answer is headed."""
    subject = subject_of(copy.message)
    return subject if subject.startswith("Re:") else f"Re: {subject}"


def quoted(copy: Copy, style: str) -> str:
    """The mail that is answered, quoted below the answer in one of the ways of mail clients."""
    lines = copy.text.replace("\r\n", "\n").splitlines()
    match style:
        case "lines":
            sign = "".join(f"> {line}\n" for line in lines)
            return f"\n\nOn Sat, 21 Nov 2026 at 10:05, Technical Support <{DESK}> wrote:\n\n{sign}"
        case "block":
            head = f"From: Technical Support <{DESK}>\nSent: Saturday, November 21, 2026 10:05\nTo: you\n"
            return f"\n\n{head}Subject: {subject_of(copy.message)}\n\n" + "\n".join(lines)
        case "chinese":
            head = f"发件人: 技术支持 <{DESK}>\n发送时间: 2026年11月21日 10:05\n收件人: 你\n"
            title = f"主题: {subject_of(copy.message)}\n"
            return f"\n\n------------------ 原始邮件 ------------------\n{head}{title}\n" + "\n".join(lines)
        case _:
            return ""


QUOTING: Sequence[str] = ("lines", "block", "chinese", "none")


def delivery_report(copy: Copy, status: str, envelope_to: str = DESK) -> bytes:
    """A bounce of a mail of ours (RFC 3464)."""
    action = "failed" if status.startswith("5") else "delayed"
    inner = copy.raw.partition(b"\r\n\r\n")[0].decode("ascii")
    lines = [
        "From: Mail Delivery System <MAILER-DAEMON@relay.test>",
        f"To: {envelope_to}",
        "Subject: Undelivered Mail Returned to Sender",
        f"Message-ID: <{status}.{copy.message_id}>",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=edge",
        "",
        "--edge",
        "Content-Type: text/plain",
        "",
        f"{copy.recipient}: user unknown",
        "--edge",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; relay.test",
        "",
        f"Final-Recipient: rfc822; {copy.recipient}",
        f"Action: {action}",
        f"Status: {status}",
        "",
        "--edge",
        "Content-Type: text/rfc822-headers",
        "",
        *inner.split("\r\n"),
        "",
        "--edge--",
    ]
    return "\r\n".join(lines).encode() + b"\r\n"
