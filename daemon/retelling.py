"""What a store tells about a desk's life: the correspondence of each ticket, and the promises kept and broken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from daemon.store import inbox, tickets
from daemon.store.database import Connection, Store
from daemon.store.tickets import Queued
from rules.clocks import Standing, promises, standing
from rules.model import Change, Entry, InternalNote, Outcome, PublicMessage, Status, Ticket
from rules.policy import Policy

MOST_TICKETS = 100_000


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened to a ticket: a mail `in`, a mail `out`, a `note` for the desk alone, or a `change`."""

    at: datetime
    way: str
    who: str
    what: str


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise that is to be kept once, and whether it was. `due_at` is known of a broken one."""

    ticket: str
    clock: str
    standing: Standing
    due_at: datetime | None
    met_at: datetime | None


@dataclass(frozen=True, slots=True)
class Story:
    """A ticket as it stands in the end, and all that happened to it."""

    ticket: Ticket
    lines: Sequence[Line]
    promises: Sequence[Promise]


@dataclass(frozen=True, slots=True)
class Aside:
    """A mail that became part of no ticket; `uid` is its number in the ledger of its mailbox."""

    uid: int
    at: datetime
    becomes: str
    because: str


@dataclass(frozen=True, slots=True)
class Retold:
    """A desk's life, oldest first."""

    stories: Sequence[Story]
    aside: Sequence[Aside]

    @property
    def promises(self) -> Sequence[Promise]:
        """Every promise of every ticket."""
        return [promise for story in self.stories for promise in story.promises]

    @property
    def counted(self) -> Mapping[str, Mapping[str, int]]:
        """How many promises of each clock stand how."""
        counts: dict[str, dict[str, int]] = {}
        for each in self.promises:
            of_clock = counts.setdefault(each.clock, dict.fromkeys((one.value for one in Standing), 0))
            of_clock[each.standing.value] += 1
        return counts


def retold(store: Store, policy: Policy) -> Retold:
    """The life of the desk whose store this is."""
    with store.read() as c:
        found = [ticket for ticket, _ in tickets.listing(c, tuple(Status), MOST_TICKETS)][::-1]
        stories = [Story(each, list(_lines(c, each.number)), list(_promises(each, policy))) for each in found]
        rows = [row._mapping for row in inbox.listing(c, MOST_TICKETS)][::-1]
    aside = [
        Aside(row["uid"], row["arrived_at"], row["outcome"] or row["state"], row["because"] or "")
        for row in rows
        if row["outcome"] not in (Outcome.OPENED, Outcome.APPENDED)
    ]
    return Retold(stories, aside)


def _lines(c: Connection, number: str) -> Iterator[Line]:
    for origin, entry in tickets.read_journal(c, number):
        line = _line(origin.at, entry)
        if line is not None:
            yield line


def _line(at: datetime, entry: Entry | Queued) -> Line | None:
    match entry:
        case PublicMessage():
            return Line(at, "in", entry.author, entry.text)
        case InternalNote():
            return Line(at, "note", entry.author, entry.text)
        case Queued():
            return Line(at, "out", entry.recipient, entry.notice)
        case Change():
            return Line(at, "change", entry.because, f"{entry.field} {entry.new}")
        case _:
            return None


def _promises(ticket: Ticket, policy: Policy) -> Iterator[Promise]:
    for state in promises(ticket, policy):
        yield Promise(ticket.number, state.name, standing(state), state.breached_at, state.met_at)
