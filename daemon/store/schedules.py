"""When each ticket is looked at next, and by which version of the desk that was reckoned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, or_, select, update

from daemon.store.schema import ticket


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a ticket is looked at next, and the version of the desk by which that was reckoned; None for one at rest."""

    next_due_at: datetime | None = None
    scheduled_under: str | None = None


AT_REST = Schedule()


def postpone(c: Connection, number: str, until: datetime) -> None:
    """Look at a ticket that could not be decided about no sooner than this."""
    c.execute(update(ticket).where(ticket.c.number == number).values(next_due_at=until))


@dataclass(frozen=True, slots=True)
class Standing:
    """A ticket as it stood when it was looked at."""

    number: str
    revision: int


def scheduled_otherwise(c: Connection, version: str, most: int) -> Sequence[Standing]:
    """Tickets that are not at rest and whose next moment was reckoned under any other version of the desk."""
    # Two ranges of the index; "not equal" would be a walk through the whole table.
    others = or_(ticket.c.scheduled_under < version, ticket.c.scheduled_under > version)
    found = c.execute(select(ticket.c.number, ticket.c.revision).where(others).limit(most))
    return [Standing(row.number, row.revision) for row in found]


_RESCHEDULE = (
    update(ticket)
    .where(ticket.c.number == bindparam("of_number"), ticket.c.revision == bindparam("of_revision"))
    .values(next_due_at=bindparam("at"), scheduled_under=bindparam("under"))
)


def reschedule(c: Connection, planned: Sequence[tuple[Standing, Schedule]]) -> None:
    """Give tickets another moment. One that was changed since it was read keeps what that change reckoned."""
    rows = [
        {"of_number": of.number, "of_revision": of.revision, "at": to.next_due_at, "under": to.scheduled_under}
        for of, to in planned
    ]
    c.execute(_RESCHEDULE, rows)
