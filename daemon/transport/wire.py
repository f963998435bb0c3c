"""What may go over an SMTP wire and what a reply means: pure, so that each rule is a table of cases."""

from __future__ import annotations

import re
from dataclasses import dataclass

from daemon.ports import Delivery, Envelope, Result

LONGEST_LINE = 998
"""Octets of a line without its CRLF (RFC 5322 section 2.1.1)."""

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+"
_LABEL = r"[A-Za-z0-9\u0080-\U0010ffff](?:[A-Za-z0-9\u0080-\U0010ffff-]*[A-Za-z0-9\u0080-\U0010ffff])?"
_MAILBOX = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s+|$)")


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back for one command; code 0 means that no reply came, and `text` says why in one word."""

    code: int
    text: str

    @property
    def severity(self) -> int:
        """The first digit (RFC 5321 section 4.2.1)."""
        return self.code // 100


def wire_safe(raw: bytes) -> bool:
    """True if `raw` reads the same to every server: 7-bit, CRLF only, lines within bounds, none beginning with a dot.

    Such bytes need no dot-stuffing and hold nothing that one server could take for the end of the mail and another
    not; a second mail cannot be smuggled in them (RFC 5321 section 4.5.2, CVE-2023-51764).
    """
    if not raw.endswith(b"\r\n") or not raw.isascii() or b"\0" in raw:
        return False
    if not raw.count(b"\r\n") == raw.count(b"\r") == raw.count(b"\n"):
        return False
    if raw.startswith(b".") or b"\n." in raw:
        return False
    return max(map(len, raw.split(b"\r\n"))) <= LONGEST_LINE


def is_one_mailbox(address: str) -> bool:
    """True for exactly one address in the dot-atom form of RFC 5321 section 4.1.2, its Unicode form (RFC 6531) too.

    Quoted local parts and address literals are refused: nothing we answer needs them, and parsers disagree on them.
    """
    if not address.isprintable() or not _MAILBOX.fullmatch(address):
        return False
    local, _, _ = address.rpartition("@")
    return len(local.encode()) <= 64 and len(address.encode()) <= 254


def fault_of(envelope: Envelope) -> Delivery | None:
    """Why this must not be sent at all, found before any connection; None if it may."""
    if not is_one_mailbox(envelope.recipient):
        return Delivery(Result.FAILED, "bad-recipient", "not exactly one plain address")
    if envelope.reverse_path and not is_one_mailbox(envelope.reverse_path):
        return Delivery(Result.FAILED, "bad-reverse-path", "not exactly one plain address")
    if not wire_safe(envelope.raw):
        return Delivery(Result.FAILED, "not-wire-safe", "not 7-bit, not CRLF only, too long a line, or a leading dot")
    return None


def after_command(reply: Reply, wanted: int) -> Delivery | None:
    """The end of an attempt at MAIL, RCPT or DATA, where nothing has been handed over; None if it goes on.

    530 speaks of us and not of the message (RFC 4954 section 6), so it must not cost one.
    """
    if reply.severity == wanted:
        return None
    if reply.code == 530:
        return Delivery(Result.DEFERRED, "auth-required", cleaned(reply.text))
    return _outcome(Result.FAILED if reply.severity == 5 else Result.DEFERRED, reply)


def after_final_dot(reply: Reply) -> Delivery:
    """The end of an attempt once the whole mail is out; without a reply that can be read nobody knows (RFC 1047)."""
    match reply.severity:
        case 2:
            return _outcome(Result.SENT, reply)
        case 4:
            return _outcome(Result.DEFERRED, reply)
        case 5:
            return _outcome(Result.FAILED, reply)
        case _:
            return _outcome(Result.UNKNOWN, reply)


def cleaned(text: str) -> str:
    """A server's words on one line, printable, at most 200 characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]


def _outcome(result: Result, reply: Reply) -> Delivery:
    if not reply.code:
        return Delivery(result, reply.text)
    enhanced = _ENHANCED.match(reply.text)
    if enhanced is None:
        return Delivery(result, str(reply.code), cleaned(reply.text))
    return Delivery(result, f"{reply.code} {enhanced[1]}", cleaned(reply.text[enhanced.end() :]))
