"""What rules can ask about a mail: its fields, folded once so that width, case and spacing make no difference."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from parsers.mail import Mail
from rules import lexicon
from rules.facts import Fact, facts
from rules.lexicon import Lexicon, Word
from rules.model import Ticket, Trust

READ_CHARS = 20_000
"""What rules read of one field; requests say what they want at their beginning."""

Value = str | int | bool
Values = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Customer:
    """What `people.yaml` says of a sender: the company, the level and who looks after it, or empty text."""

    company: str = ""
    level: str = ""
    language: str = ""
    account_manager: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What is known about a mail beside its own words: when it arrived, and in which zone its writer means a time."""

    mailbox: str
    at: datetime
    ticket: Ticket | None = None
    trust: Trust = Trust.STRANGER
    customer: Customer = field(default_factory=Customer)
    zone: str = "Asia/Shanghai"
    open_calendars: frozenset[str] = frozenset()


def _quoted(mail: Mail) -> str:
    kept, at = [], 0
    for start, end in mail.cut.spans:
        kept.append(mail.text[at:start])
        at = end
    return "\n".join([*kept, mail.text[at:]])


def content(mail: Mail) -> str:
    """What a mail asks: its subject, its new text, and what it forwards."""
    forwarded = f"{mail.forwarded.subject}\n{mail.forwarded.text}" if mail.forwarded is not None else ""
    return f"{mail.subject}\n{mail.new_text}\n{forwarded}"


def _recipients(mail: Mail) -> Values:
    named = (address.address for address in (*mail.to, *mail.cc))
    return tuple(dict.fromkeys((*named, *mail.delivered_to)))


def _of_ticket(name: str) -> Callable[[Mail, Context], Values]:
    def values(_: Mail, context: Context) -> Values:
        value = getattr(context.ticket, name, None)
        return (str(value),) if value else ()

    return values


def _age(context: Context) -> Values:
    return (int((context.at - context.ticket.opened_at).total_seconds()),) if context.ticket is not None else ()


def _given(value: str) -> Values:
    return (value,) if value else ()


FIELDS: Mapping[str, Callable[[Mail, Context], Values]] = {
    "subject": lambda mail, _: (mail.subject,),
    "text": lambda mail, _: (mail.new_text,),
    "content": lambda mail, _: (content(mail),),
    "quoted": lambda mail, _: (_quoted(mail),),
    "sender": lambda mail, _: (mail.sender.address,) if mail.sender is not None else (),
    "sender.name": lambda mail, _: _given(mail.sender.name if mail.sender is not None else mail.sender_shown),
    "sender.domain": lambda mail, _: (mail.sender.address.rpartition("@")[2],) if mail.sender is not None else (),
    "recipients": lambda mail, _: _recipients(mail),
    "mailbox": lambda _, context: (context.mailbox,),
    "attachment.name": lambda mail, _: tuple(part.name for part in mail.attachments if not part.decorative),
    "attachment.type": lambda mail, _: tuple(part.content_type for part in mail.attachments if not part.decorative),
    "attachment.count": lambda mail, _: (sum(not part.decorative for part in mail.attachments),),
    "language": lambda mail, _: (mail.language,),
    "size": lambda mail, _: (mail.size,),
    "automatic": lambda mail, _: (mail.automatic.origin.value,) if mail.automatic is not None else (),
    "customer.level": lambda _, context: _given(context.customer.level),
    "customer.company": lambda _, context: _given(context.customer.company),
    "trust": lambda _, context: (context.trust.name.lower(),),
    "is_reply": lambda _, context: (context.ticket is not None,),
    "ticket.status": _of_ticket("status"),
    "ticket.category": _of_ticket("category"),
    "ticket.priority": _of_ticket("priority"),
    "ticket.assignee": _of_ticket("assignee"),
    "ticket.tags": lambda _, context: context.ticket.tags if context.ticket is not None else (),
    "ticket.age": lambda _, context: _age(context),
    "calendar": lambda _, context: tuple(sorted(context.open_calendars)),
}
"""Each field by the name that rules use. Ages are seconds; `calendar` holds the names of those open at arrival."""

DECIDED = ("category", "item", "impact", "urgency", "tags")
"""Fields that earlier rules set for the same mail."""

HEADER, FACT = "header.", "fact."
PREFIXES = (HEADER, FACT)
NUMBERS = ("attachment.count", "size")
AGES = ("ticket.age",)
TRUTHS = ("is_reply",)


class Reading:
    """One mail as rules see it: every field is looked up, folded and searched for words at most once.

    `decided` holds what earlier rules set. `slow` lists the patterns that took too long on this mail.
    """

    __slots__ = ("_context", "_facts", "_folded", "_lexicons", "_mail", "_normal", "_words", "decided", "slow")

    def __init__(self, mail: Mail, context: Context, lexicons: Mapping[str, Lexicon]) -> None:
        self._mail = mail
        self._context = context
        self._lexicons = lexicons
        self._normal: dict[str, tuple[str, ...]] = {}
        self._folded: dict[str, Values] = {}
        self._words: dict[str, set[Word]] = {}
        self._facts: tuple[Fact, ...] | None = None
        self.decided: dict[str, Values] = {}
        self.slow: list[str] = []

    @property
    def ticket(self) -> Ticket | None:
        """The ticket that the mail answers."""
        return self._context.ticket

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What the mail tells of times, error codes, numbers and the like."""
        if self._facts is None:
            self._facts = facts(self._mail.subject, self._mail.new_text, self._context.at, self._context.zone)
        return self._facts

    def words(self, name: str) -> set[Word]:
        """The words of the rules that stand in a field."""
        found = self._words.get(name)
        if found is None:
            lexicon = self._lexicons[name]
            found = set().union(*(lexicon.found(str(value)) for value in self.folded(name)))
            if name not in DECIDED:
                self._words[name] = found
        return found

    def normal(self, name: str) -> tuple[str, ...]:
        """The texts of a field with width and spacing unified, for patterns."""
        found = self._normal.get(name)
        if found is None:
            found = tuple(lexicon.normal(value[:READ_CHARS]) for value in self._raw(name) if isinstance(value, str))
            if name not in DECIDED:
                self._normal[name] = found
        return found

    def folded(self, name: str) -> Values:
        """The values of a field, texts among them folded."""
        found = self._folded.get(name)
        if found is None:
            numbers = tuple(value for value in self._raw(name) if not isinstance(value, str))
            found = (*numbers, *(text.casefold() for text in self.normal(name)))
            if name not in DECIDED:
                self._folded[name] = found
        return found

    def _raw(self, name: str) -> Values:
        if name in DECIDED:
            return self.decided.get(name, ())
        if name.startswith(HEADER):
            wanted = name.removeprefix(HEADER).casefold()
            return tuple(value for header, value in self._mail.headers if header.casefold() == wanted)
        if name.startswith(FACT):
            wanted = name.removeprefix(FACT)
            return tuple(fact.value for fact in self.facts if fact.name == wanted)
        return FIELDS[name](self._mail, self._context)
