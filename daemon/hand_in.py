"""Mails that reach the desk by another way than IMAP: through a pipe, or written on somebody's behalf in the shell.

They enter the same inbox and take the same road from there on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from daemon.desk import Desk
from daemon.ports import Fetched
from daemon.store import inbox
from daemon.store.database import Store
from daemon.store.inbox import Arrival, Place
from rules.model import Ticket


def hand_in(store: Store, door: str, raw: bytes, largest: int, now: datetime) -> int:
    """Keep a mail that came by this door, of one above `largest` bytes the header; the UID it was given there."""
    whole = len(raw) <= largest
    kept = raw if whole else header_of(raw)
    while True:
        with store.write() as c:
            uid = inbox.next_uid(c, door)
            arrival = Arrival(Fetched(uid, kept, now, whole=whole), len(raw), silent=False)
            if inbox.keep(c, Place(door, "", 0), arrival, now):
                return uid


def header_of(raw: bytes) -> bytes:
    """A mail up to the end of its header."""
    ends = [at + len(end) for end in (b"\r\n\r\n", b"\n\n") if (at := raw.find(end)) >= 0]
    return raw[: min(ends, default=len(raw))]


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody at the desk says, with the orders that go before it."""

    author: str
    author_name: str
    text: str
    orders: tuple[str, ...] = ()


def written_by_engineer(ticket: Ticket, words: Words, desk: Desk, now: datetime) -> bytes:
    """The mail by which an engineer would say this, with the token that proves it: who runs us may speak for them."""
    key = f"shell/{ticket.revision}/{now.isoformat()}"
    token = desk.reply_key.message_id(key, ticket.number, words.author, desk.domain)
    text = "\n".join([*words.orders, words.text]).strip()
    fields = {"In-Reply-To": f"<{token}>", "Subject": f"[{ticket.number}]"}
    return _mail(formataddr((words.author_name, words.author)), text, fields, f"own.{key}", desk, now)


def written_by_contact(sender: str, subject: str, text: str, channel: str, desk: Desk, now: datetime) -> bytes:
    """The mail that a person would have written who called or chatted instead."""
    fields = {"Subject": subject, "X-Postdesk-Channel": channel}
    return _mail(sender, text, fields, f"{channel}/{now.isoformat()}", desk, now)


def _mail(sender: str, text: str, fields: Mapping[str, str], key: str, desk: Desk, now: datetime) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = desk.settings.desk.address
    message["Date"] = format_datetime(now)
    unique = desk.reply_key.token(key, sender)
    message["Message-ID"] = f"<{unique}.shell@{desk.domain}>"
    for name, value in fields.items():
        message[name] = value
    message.set_content(text)
    return message.as_bytes()
