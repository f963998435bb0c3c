"""What rules can ask about a mail: its fields, folded once so that width, case and spacing make no difference."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from parsers.mail import Address, Mail
from rules.model import Ticket, Trust

Value = str | int | bool
Values = tuple[Value, ...]

_SPACES = re.compile(r"\s+")
_QUOTES = str.maketrans("\u2018\u2019\u201c\u201d", "''\"\"")


def normal(text: str) -> str:
    """Text with width, compatibility forms (NFKC) and quotation marks unified, and every run of white space as one."""
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", text).translate(_QUOTES)).strip()


def folded(text: str) -> str:
    """Text in which width, case and spacing no longer differ."""
    return normal(text).casefold()


@dataclass(frozen=True, slots=True)
class Customer:
    """What `people.yaml` says of a sender: the company and the level, or empty text."""

    company: str = ""
    level: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What is known about a mail beside its own words. `at` is when it arrived, as an aware instant."""

    mailbox: str
    at: datetime
    ticket: Ticket | None = None
    trust: Trust = Trust.STRANGER
    customer: Customer = field(default_factory=Customer)


def _addresses(mail: Mail) -> Values:
    known = [*(address.address for address in (*mail.to, *mail.cc)), *mail.delivered_to]
    return tuple(dict.fromkeys(known))


def _domain(sender: Address | None) -> Values:
    return (sender.address.rpartition("@")[2],) if sender is not None else ()


def _quoted(mail: Mail) -> str:
    kept, at = [], 0
    for start, end in mail.cut.spans:
        kept.append(mail.text[at:start])
        at = end
    return "\n".join([*kept, mail.text[at:]])


def _content(mail: Mail) -> str:
    forwarded = f"{mail.forwarded.subject}\n{mail.forwarded.text}" if mail.forwarded is not None else ""
    return f"{mail.subject}\n{mail.new_text}\n{forwarded}"


def _of_ticket(name: str) -> Callable[[Mail, Context], Values]:
    def values(_: Mail, context: Context) -> Values:
        return (str(getattr(context.ticket, name) or ""),) if context.ticket is not None else ()

    return values


FIELDS: Mapping[str, Callable[[Mail, Context], Values]] = {
    "subject": lambda mail, _: (mail.subject,),
    "text": lambda mail, _: (mail.new_text,),
    "content": lambda mail, _: (_content(mail),),
    "quoted": lambda mail, _: (_quoted(mail),),
    "sender": lambda mail, _: (mail.sender.address,) if mail.sender is not None else (),
    "sender.name": lambda mail, _: (mail.sender.name,) if mail.sender is not None else (mail.sender_shown,),
    "sender.domain": lambda mail, _: _domain(mail.sender),
    "recipients": lambda mail, _: _addresses(mail),
    "mailbox": lambda _, context: (context.mailbox,),
    "attachment.name": lambda mail, _: tuple(part.name for part in mail.attachments if not part.decorative),
    "attachment.type": lambda mail, _: tuple(part.content_type for part in mail.attachments if not part.decorative),
    "attachment.count": lambda mail, _: (sum(not part.decorative for part in mail.attachments),),
    "language": lambda mail, _: (mail.language,),
    "size": lambda mail, _: (mail.size,),
    "automatic": lambda mail, _: (mail.automatic.origin.value,) if mail.automatic is not None else (),
    "customer.level": lambda _, context: (context.customer.level,) if context.customer.level else (),
    "customer.company": lambda _, context: (context.customer.company,) if context.customer.company else (),
    "trust": lambda _, context: (context.trust.name.lower(),),
    "is_reply": lambda _, context: (context.ticket is not None,),
    "ticket.status": _of_ticket("status"),
    "ticket.category": _of_ticket("category"),
    "ticket.priority": _of_ticket("priority"),
    "ticket.assignee": _of_ticket("assignee"),
    "ticket.tags": lambda _, context: context.ticket.tags if context.ticket is not None else (),
    "ticket.age": lambda _, context: (
        (int((context.at - context.ticket.opened_at).total_seconds()),) if context.ticket is not None else ()
    ),
}
"""Each field by the name rules use. `content` is the subject, the new text and what was forwarded; ages are seconds."""

HEADER = "header."


class Reading:
    """One mail as rules see it: every field looked up and folded at most once."""

    __slots__ = ("_cache", "_context", "_mail", "slow")

    def __init__(self, mail: Mail, context: Context) -> None:
        self._mail = mail
        self._context = context
        self._cache: dict[tuple[str, bool], Values] = {}
        self.slow: list[str] = []

    def values(self, name: str, *, fold: bool) -> Values:
        """The values of a field: texts folded, or only normalised for patterns that keep what they find."""
        found = self._cache.get((name, fold))
        if found is None:
            change = folded if fold else normal
            found = tuple(change(value) if isinstance(value, str) else value for value in self._raw(name))
            self._cache[name, fold] = found
        return found

    def _raw(self, name: str) -> Values:
        if name.startswith(HEADER):
            wanted = name.removeprefix(HEADER).casefold()
            return tuple(value for header, value in self._mail.headers if header.casefold() == wanted)
        return FIELDS[name](self._mail, self._context)
