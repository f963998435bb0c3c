"""What would have become of mails under another policy: two worlds that meet the same mails, and where they differ."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from rules.decide import decide
from rules.intake import understood
from rules.model import Decision, MailArrived, Outcome, Ticket, Trust
from rules.practice import Practice
from rules.terms import Wish

T = TypeVar("T")

COMPARED = (
    "category",
    "item",
    "impact",
    "urgency",
    "priority",
    "tags",
    "assign",
    "watchers",
    "language",
    "template",
    "series",
    "correlation",
    "resolves",
    "start_clocks",
    "skip_clocks",
)
"""Fields of a classification; compared as well are what becomes of a mail, who gets it, whether it is acknowledged."""

TICKETS = 10_000
"""Tickets that a world remembers; a mail to one that it has forgotten finds it as it stands now."""


@dataclass(frozen=True, slots=True)
class Case:
    """One mail to try, as an event without a ticket.

    `opened` is the ticket that it opened when it came, `thread` the one that it was found to belong to, and `joined`
    the one that it joined by its key. They are given as they stand now, for a world that has not seen them opened.
    """

    event: MailArrived
    opened: str | None = None
    thread: Ticket | None = None
    joined: Ticket | None = None


class World:
    """What one policy has made of the mails so far: later mails meet the tickets that earlier ones opened."""

    def __init__(self, practice: Practice) -> None:
        self._practice = practice
        self._tickets: OrderedDict[str, Ticket] = OrderedDict()
        self._moved: OrderedDict[str, str | None] = OrderedDict()
        self._keys: OrderedDict[str, str] = OrderedDict()

    def meet(self, case: Case) -> Decision:
        """What is decided about the next mail; its ticket is kept for those after it."""
        ticket = self._found(case.thread) if case.thread is not None else None
        event = case.event if ticket is not None else replace(case.event, match=None, trust=Trust.STRANGER)
        practice = replace(self._practice, now=event.arrived_at)
        event = understood(replace(event, ticket=ticket), practice)
        decision = decide(replace(event, joins=self._joins(event, case.joined)), practice)
        if decision.ticket is not None:
            self._remember(decision.ticket)
        known = case.opened or (case.thread.number if case.thread is not None and ticket is None else None)
        went = decision.ticket.number if decision.ticket is not None else None
        if known is not None and known != went:
            _keep(self._moved, known, went)
        return decision

    def _found(self, thread: Ticket) -> Ticket | None:
        """The ticket of this world in the place of one of the desk; None if here nothing was ever opened."""
        number = self._moved.get(thread.number, thread.number)
        if number is None:
            return None
        return self._tickets.get(number, thread if number == thread.number else None)

    def _joins(self, event: MailArrived, joined: Ticket | None) -> Ticket | None:
        """The open ticket of this world with the key that the rules gave the mail."""
        key = event.found.correlation if event.found is not None and event.ticket is None else None
        if key is None:
            return None
        if key in self._keys:
            ticket = self._tickets.get(self._keys[key])
            return ticket if ticket is not None and ticket.status.is_open else None
        return joined if joined is not None and joined.correlation == key else None

    def _remember(self, ticket: Ticket) -> None:
        _keep(self._tickets, ticket.number, ticket)
        if ticket.correlation is not None:
            _keep(self._keys, ticket.correlation, ticket.number)


def _keep(known: OrderedDict[str, T], number: str, value: T) -> None:
    known[number] = value
    known.move_to_end(number)
    if len(known) > TICKETS:
        known.popitem(last=False)


@dataclass(frozen=True, slots=True)
class Difference:
    """For each field in which a mail fares otherwise its old and its new value, and the reasons of one side alone."""

    changed: Mapping[str, tuple[str, str]]
    why_old: tuple[str, ...]
    why_new: tuple[str, ...]


@dataclass(slots=True)
class Backtest:
    """A comparison as it goes: how many mails, how many fare otherwise, how often each change and each rule."""

    old: World
    new: World
    mails: int = 0
    different: int = 0
    changes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    fired_old: Counter[str] = field(default_factory=Counter)
    fired_new: Counter[str] = field(default_factory=Counter)

    def take(self, case: Case) -> Difference | None:
        """Try the next mail in both worlds; None when it fares alike."""
        before, after = self.old.meet(case), self.new.meet(case)
        self.mails += 1
        self.fired_old.update(before.found.fired if before.found is not None else ())
        self.fired_new.update(after.found.fired if after.found is not None else ())
        was, will = dict(_told(before)), dict(_told(after))
        changed = {name: (was[name], will[name]) for name in was if was[name] != will[name]}
        if not changed:
            return None
        self.different += 1
        self.changes.update((name, *values) for name, values in changed.items())
        reasons = [each.found.reasons if each.found is not None else (each.because,) for each in (before, after)]
        return Difference(
            changed,
            tuple(each for each in reasons[0] if each not in reasons[1]),
            tuple(each for each in reasons[1] if each not in reasons[0]),
        )


def _told(decision: Decision) -> Iterator[tuple[str, str]]:
    """What is compared of a decision, in words."""
    aside = decision.outcome is Outcome.SET_ASIDE
    yield "outcome", f"{decision.outcome.value}: {decision.because}" if aside else decision.outcome.value
    yield "assignee", decision.ticket.assignee or "-" if decision.ticket is not None else "-"
    yield "acknowledged", "yes" if any(notice.kind == "acknowledgement" for notice in decision.notices) else "no"
    for name in COMPARED:
        yield name, _shown(getattr(decision.found, name, None))


def _shown(value: object) -> str:
    match value:
        case None:
            return "-"
        case tuple():
            return ", ".join(str(each) for each in value) or "-"
        case bool():
            return "yes" if value else "no"
        case Wish():
            return value.words
        case _:
            return str(value)
