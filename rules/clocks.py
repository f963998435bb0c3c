"""Every promise is a clock: this keeps where each stands and says which have something to say, and nothing else knows a
deadline.

A clock is begun, kept or set back by what happens to its ticket, and counts or stands still by the ticket's status. Of
its moments that passed, however many, it speaks once: for the highest level, and of a cadence for the latest slot.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from rules.model import ClockState, Happening, Ticket
from rules.policy import Policy
from rules.practice import Practice
from rules.promises import Clock
from rules.targets import Promised
from rules.timetable import DUE, Course, Moment, course, hours_of

_SOLVED = frozenset({Happening.RESOLVED, Happening.CLOSED})


class Standing(StrEnum):
    """Where a promise that is to be kept once stands."""

    RUNNING = "running"
    KEPT = "kept"
    BROKEN = "broken"


def standing(state: ClockState) -> Standing:
    """Broken is a promise that was not met when it was due; a mail in time that we read late has kept it."""
    if state.breached_at is not None and (state.met_at is None or state.met_at > state.breached_at):
        return Standing.BROKEN
    return Standing.RUNNING if state.met_at is None else Standing.KEPT


def promises(ticket: Ticket, policy: Policy) -> Iterator[ClockState]:
    """The clocks on a ticket that promise something to it, as it is now, which can be kept for good."""
    states = {state.name: state for state in ticket.clocks}
    for clock in policy.clocks:
        lasting = clock.owed and ticket.priority in clock.target
        if lasting and clock.name in states and clock.only.admits(ticket):
            yield states[clock.name]


@dataclass(frozen=True, slots=True)
class Due:
    """A clock that has something to say: its levels that `passed`, of which it speaks for the last.

    `at` is the moment of that one; of a cadence, the latest slot that passed.
    """

    clock: Clock
    passed: Sequence[Moment]
    at: datetime

    @property
    def name(self) -> str:
        return self.clock.name

    @property
    def level(self) -> int:
        return self.passed[-1].level

    @property
    def slot(self) -> str:
        """What tells this saying of the clock from all others on its ticket."""
        return f"{self.name}.{self.level}.{self.at:%Y%m%dT%H%M%S}"


# What happens to a clock ---------------------------------------------------------------------------------------------


def heard(ticket: Ticket, practice: Practice, happening: Happening, at: datetime) -> Ticket:
    """The ticket after its clocks took note of a happening: begun, kept, taken up again or set back.

    A promise counts from `at`, when a mail arrived. A cadence counts from now, when our answer leaves: it bounds how
    long the customer hears nothing, and whatever was late coming in must not make two of our mails leave at once.
    """
    states = {state.name: state for state in ticket.clocks}
    for clock in practice.policy.clocks:
        state = _after(clock, states.get(clock.name), happening, ticket, practice, at)
        if state is not None and clock.name not in ticket.skipped_clocks:
            states[clock.name] = state
    return settled(replace(ticket, clocks=tuple(states.values())), practice, at)


def _after(
    clock: Clock, state: ClockState | None, what: Happening, ticket: Ticket, practice: Practice, at: datetime
) -> ClockState | None:
    moment = practice.now if clock.repeat else at
    if what == clock.start and (state is None or _begins_again(clock, state, ticket)):
        return ClockState(clock.name, moment)
    if state is None:
        return None
    if state.met_at is None and _keeps(clock, what, ticket):
        return _met(clock, state, what, ticket, practice, moment)
    if what is Happening.REOPENED and what not in clock.met_by and _resumes(clock, state, ticket, at):
        return replace(state, met_at=None, met_by=None)
    if state.met_at is None and what in clock.reset_by:
        return ClockState(clock.name, practice.now, fired_until=practice.now)
    return state


def _keeps(clock: Clock, what: Happening, ticket: Ticket) -> bool:
    """Whether a happening keeps this promise: words inside answer a ticket that a machine opened."""
    answered = what is Happening.NOTED and not ticket.participants and Happening.PUBLIC_REPLY in clock.met_by
    return answered or what in clock.met_by


def _begins_again(clock: Clock, state: ClockState, ticket: Ticket) -> bool:
    """A clock that was kept begins anew; so does one that counts to a promised moment, when another is promised."""
    return state.met_at is not None or _counts_to_promise(clock, ticket)


def _resumes(clock: Clock, state: ClockState, ticket: Ticket, at: datetime) -> bool:
    """What only being solved has kept is to be kept again; but a promised moment that passed meanwhile was kept."""
    passed = ticket.promised_at is not None and ticket.promised_at <= at
    return state.met_by in _SOLVED and not (passed and _counts_to_promise(clock, ticket))


def _counts_to_promise(clock: Clock, ticket: Ticket) -> bool:
    return isinstance(clock.target.get(ticket.priority), Promised)


def _met(
    clock: Clock, state: ClockState, by: Happening, ticket: Ticket, practice: Practice, at: datetime
) -> ClockState:
    running = course(clock, state, ticket, practice)
    breached_at = state.breached_at
    if breached_at is None and running is not None and not (state.paused or clock.repeat) and running.due_at < at:
        breached_at = running.due_at
    return replace(_counted(clock, state, practice, at), met_at=at, met_by=by, breached_at=breached_at, paused=True)


def settled(ticket: Ticket, practice: Practice, at: datetime) -> Ticket:
    """The ticket with each clock counting or standing still as its status says, the change having come at `at`."""
    states = {state.name: state for state in ticket.clocks}
    for clock in practice.policy.clocks:
        state = states.get(clock.name)
        silent = clock.silent_in(ticket.status)
        if state is not None and state.met_at is None and state.paused is not silent:
            moment = practice.now if clock.repeat else at
            states[clock.name] = replace(_counted(clock, state, practice, moment), paused=silent)
    return replace(ticket, clocks=tuple(states.values()))


def _counted(clock: Clock, state: ClockState, practice: Practice, at: datetime) -> ClockState:
    """The clock with all in `consumed` that it counted until `at`."""
    begun = state.counts_from
    more = hours_of(clock, practice).between(begun, at)
    consumed = state.consumed if state.paused else state.consumed + more
    return replace(state, consumed=consumed, counted_to=max(begun, at))


def started(ticket: Ticket, names: Collection[str], practice: Practice, at: datetime) -> Ticket:
    """The ticket with these clocks begun by a rule or by another clock; one that runs goes on as it was."""
    states = {state.name: state for state in ticket.clocks}
    for clock in practice.policy.clocks:
        state = states.get(clock.name)
        wanted = clock.name in names and clock.name not in ticket.skipped_clocks
        if wanted and (state is None or state.met_at is not None):
            states[clock.name] = ClockState(clock.name, practice.now if clock.repeat else at)
    return settled(replace(ticket, clocks=tuple(states.values())), practice, at)


# What a clock has to say ---------------------------------------------------------------------------------------------


def due(ticket: Ticket, practice: Practice) -> Sequence[Due]:
    """The clocks that have something to say now, in the pack's order."""
    found = []
    for running in courses(ticket, practice):
        passed = [moment for moment in running.ahead() if moment.at <= practice.now]
        if passed:
            repeats = running.clock.repeat and passed[-1].level == DUE
            at = running.latest(practice.now) if repeats else passed[-1].at
            found.append(Due(running.clock, passed, at))
    return found


def spoken(ticket: Ticket, dues: Sequence[Due], practice: Practice) -> Ticket:
    """The ticket once these moments have been acted upon now, so that none is acted upon again."""
    said = {each.name: each for each in dues}
    states = (_spoken(state, said[state.name], practice) if state.name in said else state for state in ticket.clocks)
    return replace(ticket, clocks=tuple(states))


def _spoken(state: ClockState, due: Due, practice: Practice) -> ClockState:
    if due.level < DUE:
        return replace(state, level=due.level)
    if due.clock.repeat:
        consumed = _counted(due.clock, state, practice, practice.now).consumed
        return replace(state, level=None, fired_until=practice.now, spoken_at=consumed)
    came = next((moment.at for moment in due.passed if moment.level == DUE), None)
    return replace(state, level=due.level, fired_until=practice.now, breached_at=state.breached_at or came)


def courses(ticket: Ticket, practice: Practice) -> Iterator[Course]:
    """The clocks that are counting on a ticket, in the pack's order."""
    states = {state.name: state for state in ticket.clocks}
    for clock in practice.policy.clocks:
        state = states.get(clock.name)
        if state is not None and state.met_at is None and not (state.paused or clock.silent_in(ticket.status)):
            running = course(clock, state, ticket, practice)
            if running is not None:
                yield running


def deadline(ticket: Ticket, practice: Practice, name: str) -> datetime | None:
    """When the clock of this name next comes due; None if it does not count, or has been due."""
    running = (each for each in courses(ticket, practice) if each.clock.name == name)
    ahead = (moment for each in running for moment in each.ahead())
    return next((moment.at for moment in ahead if moment.level == DUE), None)


def respond_by(ticket: Ticket, practice: Practice) -> datetime | None:
    """The soonest moment by which a first answer was promised to whoever opened the ticket; None without a promise."""
    awaited = (
        clock.name
        for clock in practice.policy.clocks
        if clock.start is Happening.OPENED and Happening.PUBLIC_REPLY in clock.met_by and not clock.repeat
    )
    moments = (deadline(ticket, practice, name) for name in awaited)
    return min((moment for moment in moments if moment is not None), default=None)


def next_due_at(ticket: Ticket, practice: Practice) -> datetime | None:
    """The soonest moment at which any clock of the ticket has something to say, or is to be put right.

    A changed policy may let a clock count where it stood still, or the other way round: that is seen to at once.
    """
    ahead = [moment.at for running in courses(ticket, practice) for moment in running.ahead()[:1]]
    return min((*ahead, *_unsettled(ticket, practice)), default=None)


def _unsettled(ticket: Ticket, practice: Practice) -> Iterator[datetime]:
    clocks = {clock.name: clock for clock in practice.policy.clocks}
    for state in ticket.clocks:
        clock = clocks.get(state.name)
        if clock is not None and state.met_at is None and state.paused is not clock.silent_in(ticket.status):
            yield state.counts_from
