"""Every promise is a clock: this computes where each stands and when it next speaks, and nothing else knows a deadline.

A clock counts from `since`. One that does not repeat speaks once, at its target; one that repeats speaks at every
multiple of it, and after a long silence only for the latest moment that passed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from rules.model import ClockState, Happening, Ticket
from rules.policy import Clock, Policy
from rules.practice import Practice


class Standing(StrEnum):
    """Where a promise that is to be kept once stands."""

    RUNNING = "running"
    KEPT = "kept"
    BROKEN = "broken"


def standing(state: ClockState) -> Standing:
    """Broken is a promise whose clock spoke before it was met; a mail in time that we read late has kept it."""
    if state.fired_until is not None and (state.met_at is None or state.met_at > state.fired_until):
        return Standing.BROKEN
    return Standing.RUNNING if state.met_at is None else Standing.KEPT


@dataclass(frozen=True, slots=True)
class Due:
    """A clock whose moment has come: `at` is the latest moment passed, `slot` its number counted from one."""

    clock: Clock
    at: datetime
    slot: int

    @property
    def name(self) -> str:
        return self.clock.name


def heard(ticket: Ticket, policy: Policy, happening: Happening, at: datetime, now: datetime) -> Ticket:
    """The ticket after its clocks took note of a happening: started, met or set back.

    A promise counts from `at`, when a mail arrived. A cadence counts from `now`, when our answer leaves: it bounds how
    long the customer hears nothing, and whatever was late coming in must not make two of our mails leave at once.
    """
    running = {state.name: state for state in ticket.clocks}
    for clock in policy.clocks:
        state = running.get(clock.name)
        if state is None and clock.start == happening and clock.name not in ticket.skipped_clocks:
            running[clock.name] = ClockState(clock.name, now if clock.repeat else at)
        elif state is not None and state.met_at is None and happening in clock.met_by:
            running[clock.name] = replace(state, met_at=at)
        elif state is not None and happening in clock.reset_by:
            running[clock.name] = ClockState(clock.name, now)
    return replace(ticket, clocks=tuple(running.values()))


def started(ticket: Ticket, names: Collection[str], practice: Practice, at: datetime) -> Ticket:
    """The ticket with these clocks begun by a rule; one that runs goes on as it was."""
    running = {state.name for state in ticket.clocks}
    begun = [clock for clock in practice.policy.clocks if clock.name in names and clock.name not in running]
    states = (ClockState(clock.name, practice.now if clock.repeat else at) for clock in begun)
    return replace(ticket, clocks=(*ticket.clocks, *states))


def due(ticket: Ticket, policy: Policy, now: datetime) -> Sequence[Due]:
    """The clocks that have something to say now, in the pack's order."""
    found = []
    for clock, state, target in _counting(ticket, policy):
        moment = _next(clock, state, target)
        if moment is not None and moment <= now:
            slot = (now - state.since) // target if clock.repeat else 1
            found.append(Due(clock, state.since + slot * target, slot))
    return found


def spoken(ticket: Ticket, dues: Sequence[Due], now: datetime) -> Ticket:
    """The ticket once these moments have been acted upon now, so that none is acted upon again."""
    names = {each.name for each in dues}
    states = (replace(state, fired_until=now) if state.name in names else state for state in ticket.clocks)
    return replace(ticket, clocks=tuple(states))


def deadline(ticket: Ticket, policy: Policy, name: str) -> datetime | None:
    """When the clock of this name next comes due; None if it does not run."""
    moments = (_next(clock, state, target) for clock, state, target in _counting(ticket, policy) if clock.name == name)
    return next(moments, None)


def next_due_at(ticket: Ticket, policy: Policy) -> datetime | None:
    """The soonest moment at which any clock of the ticket has something to say."""
    moments = (_next(clock, state, target) for clock, state, target in _counting(ticket, policy))
    return min((moment for moment in moments if moment is not None), default=None)


def _counting(ticket: Ticket, policy: Policy) -> Sequence[tuple[Clock, ClockState, timedelta]]:
    states = {state.name: state for state in ticket.clocks}
    counting = []
    for clock in policy.clocks:
        state, target = states.get(clock.name), clock.target.get(ticket.priority)
        silent = ticket.status in clock.paused_in or ticket.status in clock.stopped_in
        if state is not None and state.met_at is None and isinstance(target, timedelta) and not silent:
            counting.append((clock, state, target))
    return counting


def _next(clock: Clock, state: ClockState, target: timedelta) -> datetime | None:
    if state.fired_until is None:
        return state.since + target
    if not clock.repeat:
        return None
    # Who spoke late, after an outage, does not speak again before half an interval has passed.
    quiet = state.fired_until + target / 2 - state.since
    return state.since + (quiet // target + 1) * target
