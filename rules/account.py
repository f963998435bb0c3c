"""Where each promise about a ticket stands, and why: what a person asks who wants to know what the desk owes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import assert_never

from rules.clocks import Standing, standing
from rules.model import ClockState, Ticket
from rules.practice import Practice
from rules.promises import Clock
from rules.targets import MonthEnd, Promised, Target, WorkingDays
from rules.timetable import Course, course
from rules.vocabulary import duration_text, in_language


class Stand(StrEnum):
    """Where a clock stands. `broken` is one that was due and not kept, even if it was kept later; `done` is one that
    spoke and that nobody could have kept, like a reminder."""

    NOT_BEGUN = "not begun"
    RUNNING = "running"
    PAUSED = "paused"
    KEPT = "kept"
    BROKEN = "broken"
    DONE = "done"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Account:
    """One clock of a ticket at a moment.

    `consumed` is what its calendar has counted. A clock that stands still has no `due_at` unless it is due at a point
    in time. `next_at` is when it speaks next, and `next_level` of what: 0 is the due moment, below it are warnings.
    """

    clock: str
    title: str
    stand: Stand
    why: str
    target: str = ""
    calendar: str = ""
    since: datetime | None = None
    consumed: timedelta = timedelta()
    due_at: datetime | None = None
    met_at: datetime | None = None
    breached_at: datetime | None = None
    next_at: datetime | None = None
    next_level: int | None = None


def accounts(ticket: Ticket, practice: Practice, language: str) -> Iterator[Account]:
    """Every clock that concerns a ticket, in the pack's order, and those that the pack no longer has."""
    states = {state.name: state for state in ticket.clocks}
    for clock in practice.policy.clocks:
        state = states.pop(clock.name, None)
        if state is not None:
            yield _begun(clock, state, ticket, practice, in_language(clock.title, language))
        elif clock.only.admits(ticket) and (target := clock.target.get(ticket.priority)) is not None:
            begins = f"begins with {clock.start}" if clock.start is not None else "begun by a rule or another clock"
            title = in_language(clock.title, language)
            yield Account(clock.name, title, Stand.NOT_BEGUN, begins, target_text(target), clock.calendar)
    for state in states.values():
        yield Account(state.name, state.name, Stand.SILENT, "the policy no longer has it", since=state.since)


def _begun(clock: Clock, state: ClockState, ticket: Ticket, practice: Practice, title: str) -> Account:
    running = course(clock, state, ticket, practice)
    if running is None:
        why = f"promises nothing to a ticket of {ticket.category} and {ticket.priority}"
        return Account(clock.name, title, Stand.SILENT, why, calendar=clock.calendar, since=state.since)
    counts = state.met_at is None and not (state.paused or clock.silent_in(ticket.status))
    ahead = running.ahead() if counts else ()
    stand, why = _stand(running, ticket, counts=counts)
    return Account(
        clock=clock.name,
        title=title,
        stand=stand,
        why=why,
        target=target_text(clock.target[ticket.priority]),
        calendar=clock.calendar,
        since=state.since,
        consumed=running.consumed(practice.now) if counts else state.consumed,
        due_at=_due_at(running, counts=counts),
        met_at=state.met_at,
        breached_at=state.breached_at,
        next_at=ahead[0].at if ahead else None,
        next_level=ahead[0].level if ahead else None,
    )


def _due_at(running: Course, *, counts: bool) -> datetime | None:
    """When it was or will be due, as far as that is known."""
    if running.state.breached_at is not None:
        return running.state.breached_at
    is_length = isinstance(running.target, timedelta | WorkingDays)
    return running.due_at if counts or (running.state.met_at is None and not is_length) else None


def _stand(running: Course, ticket: Ticket, *, counts: bool) -> tuple[Stand, str]:
    clock, state = running.clock, running.state
    kept = f"kept by {state.met_by or 'what happened'}"
    match standing(state):
        case Standing.KEPT:
            return Stand.KEPT, kept
        case Standing.BROKEN if state.met_at is not None and state.breached_at is not None:
            return Stand.BROKEN, f"{kept}, {duration_text(state.met_at - state.breached_at)} late"
        case Standing.BROKEN if not (clock.owed or clock.repeat):
            return Stand.DONE, "spoke when it was due"
        case Standing.BROKEN:
            return Stand.BROKEN, f"still to be kept by {' or '.join(clock.met_by)}"
        case Standing.RUNNING if counts:
            waits = f"until {' or '.join(clock.met_by)}" if clock.met_by else "as long as the ticket is open"
            return Stand.RUNNING, f"again and again {waits}" if clock.repeat else waits
        case Standing.RUNNING:
            return Stand.PAUSED, f"stands still while the ticket is {ticket.status.value}"
        case _ as never:
            assert_never(never)


def target_text(target: Target) -> str:
    """A target as a pack spells it."""
    match target:
        case timedelta():
            return duration_text(target)
        case time():
            return f"{target:%H:%M}"
        case WorkingDays():
            return f"{target.days}wd"
        case MonthEnd():
            return "month-end"
        case Promised():
            return "promised"
        case _:
            assert_never(target)
