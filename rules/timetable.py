"""When a clock speaks: its warnings, its due moment and the levels after it, as instants.

A duration and a number of working days are lengths of the clock's calendar: they are reached when so much has been
counted, however often the clock stood still. A time of day, the end of a month and a promised moment are points in
time: no pause moves them. Those that pass during one are left out, but of a promise, which comes once, all that passed
is spoken of after the pause: the customer hears of a delay while the promised moment is still ahead (A39).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import assert_never

from rules.hours import Hours, hours
from rules.model import Audience, ClockState, Ticket
from rules.notices import KINDS
from rules.practice import Practice
from rules.promises import Act, Clock, Effect
from rules.targets import MonthEnd, Promised, WorkingDays

DUE = 0
"""The level of the due moment: warnings are below it, what comes later is above."""

_QUIET = {time: timedelta(hours=12), MonthEnd: timedelta(days=14)}
"""Who spoke late does not speak again so soon: half an interval of what repeats at points in time."""


_Length = timedelta | WorkingDays
_Point = time | MonthEnd | datetime


@dataclass(frozen=True, slots=True)
class Moment:
    """A level of a clock, the instant at which it comes, and what happens then."""

    level: int
    at: datetime
    notices: tuple[Act, ...]
    effect: Effect


@dataclass(frozen=True, slots=True)
class Course:
    """A clock as it runs on one ticket, with the target of the ticket's priority: a length, or a point in time."""

    clock: Clock
    state: ClockState
    target: _Length | _Point
    hours: Hours

    def consumed(self, at: datetime) -> timedelta:
        """What the clock has counted until an instant."""
        counted = timedelta() if self.state.paused else self.hours.between(self.state.counts_from, at)
        return self.state.consumed + counted

    def reached(self, length: timedelta) -> datetime:
        """The instant at which so much will have been counted; where that is so already, the last that is known of."""
        return self.hours.add(self.state.counts_from, max(length - self.state.consumed, timedelta()))

    @property
    def due_at(self) -> datetime:
        """When the clock is due, or a cadence due next."""
        return self._coming().due

    def ahead(self) -> Sequence[Moment]:
        """The levels that were not acted upon yet, in their order; of a cadence, those of the slot that comes next."""
        coming, clock = self._coming(), self.clock
        before = sorted(self._warnings(coming), key=lambda warning: warning[0])
        moments = [Moment(index - len(before), *warning) for index, warning in enumerate(before)]
        moments.append(Moment(DUE, coming.due, clock.on_due, clock.at_due))
        later = sorted((level.after, index) for index, level in enumerate(clock.levels) if level.after is not None)
        for number, (after, index) in enumerate(later, DUE + 1):
            level = clock.levels[index]
            moments.append(Moment(number, coming.later(after), level.notices, level.effect))
        done = self.state.level
        return [moment for moment in moments if done is None or moment.level > done]

    def latest(self, now: datetime) -> datetime:
        """The latest due moment of a cadence that has passed, when one has."""
        target = self.target
        if isinstance(target, timedelta):
            first = self._next(target)
            return self.reached(first + max(self.consumed(now) - first, timedelta()) // target * target)
        if isinstance(target, WorkingDays):
            consumed, slot = self.consumed(now), self._slot(target)
            while self._length(target, slot + 1) <= consumed:
                slot += 1
            return self.reached(self._length(target, slot))
        at = self.due_at
        while at < (following := self._point(target, at)) <= now:
            at = following
        return at

    def _warnings(self, coming: _Stretch | _Span) -> Iterator[tuple[datetime, tuple[Act, ...], Effect]]:
        """What comes before the due moment; not what had to come before its clock began, or last spoke."""
        clock, spoke_at = self.clock, self.state.fired_until
        early = [(each.before, each.notices, each.effect) for each in clock.levels if each.before]
        declared: list[tuple[datetime | None, tuple[Act, ...], Effect]] = []
        if isinstance(clock.warn_at, float):
            declared.append((coming.share(clock.warn_at), clock.on_warning, Effect()))
        elif clock.warn_at is not None:
            early.append((clock.warn_at, clock.on_warning, Effect()))
        part = self._part_of_leads(max(lead for lead, _, _ in early)) if early else 1.0
        declared += [(coming.before(lead * part), notices, effect) for lead, notices, effect in early]
        for at, notices, effect in declared:
            if at is not None and (not clock.repeat or spoke_at is None or at > spoke_at):
                yield at, notices, effect

    def _part_of_leads(self, longest: timedelta) -> float:
        """How much of the declared lead times there is room for: where a promised moment was too near for the longest,
        that one comes halfway and the others in proportion, so that the customer hears before it passes (A39)."""
        if not (longest and isinstance(self.target, datetime)) or longest < self.target - self.state.since:
            return 1.0
        return max(self.target - self.state.since, timedelta()) / 2 / longest

    def _coming(self) -> _Stretch | _Span:
        """From where to where the clock counts until it is due, or due next."""
        target = self.target
        if isinstance(target, timedelta):
            end = self._next(target)
            return _Stretch(self, end - target, end)
        if isinstance(target, WorkingDays):
            slot = self._slot(target)
            return _Stretch(self, self._length(target, slot - 1), self._length(target, slot))
        spoke_at = self.state.fired_until
        begun = self.state.since if isinstance(target, datetime) else self.state.counts_from
        if not self.clock.repeat or spoke_at is None:
            return _Span(self, begun, self._point(target, begun))
        quiet_until = spoke_at + _QUIET.get(type(target), timedelta())
        return _Span(self, max(begun, spoke_at), self._point(target, max(begun, quiet_until)))

    def _next(self, target: timedelta) -> timedelta:
        """What will have been counted when the clock is due, or a cadence due next.

        A cadence keeps to its slots. Who spoke so late that the next one is nearer than half an interval begins a whole
        interval anew: nobody hears from us twice at once, or waits for longer than an interval.
        """
        if not self.clock.repeat or self.state.fired_until is None:
            return target
        late = self.state.spoken_at % target
        return self.state.spoken_at + (target - late if late <= target / 2 else target)

    def _slot(self, target: WorkingDays) -> int:
        """The number of the slot that a cadence comes to next: half an interval after it spoke, at the soonest."""
        if not self.clock.repeat or self.state.fired_until is None:
            return 1
        quiet_until = self.state.spoken_at + self._length(target, 1) / 2
        slot = 1
        while self._length(target, slot) <= quiet_until:
            slot += 1
        return slot

    def _length(self, target: WorkingDays, slots: int) -> timedelta:
        """What is counted until the end of so many slots."""
        since = self.state.since
        days = slots * target.days
        return self.hours.between(since, self.hours.working_days_end(since, days)) if days else timedelta()

    def _point(self, target: _Point, after: datetime) -> datetime:
        """The next point in time that the target names; a promised one is always itself."""
        match target:
            case time():
                return self.hours.next_at(after, target)
            case MonthEnd():
                return self.hours.month_end(after)
            case datetime():
                return target
            case _:
                assert_never(target)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """What a clock counts until it is due."""

    course: Course
    begin: timedelta
    end: timedelta

    @property
    def due(self) -> datetime:
        return self.course.reached(self.end)

    def share(self, part: float) -> datetime:
        return self.course.reached(self.begin + (self.end - self.begin) * part)

    def before(self, lead: timedelta) -> datetime | None:
        return self.course.reached(self.end - lead) if lead < self.end - self.begin else None

    def later(self, length: timedelta) -> datetime:
        return self.course.reached(self.end + length)


@dataclass(frozen=True, slots=True)
class _Span:
    """The time until the point at which a clock is due."""

    course: Course
    begin: datetime
    end: datetime

    @property
    def due(self) -> datetime:
        return self.end

    def share(self, part: float) -> datetime:
        return self.begin + max(self.end - self.begin, timedelta()) * part

    def before(self, lead: timedelta) -> datetime | None:
        return self.end - lead if self.begin < self.end - lead else None

    def later(self, length: timedelta) -> datetime:
        return self.course.hours.add(self.end, length)


def course(clock: Clock, state: ClockState, ticket: Ticket, practice: Practice) -> Course | None:
    """The course of a clock on a ticket; None where it promises nothing to it as it is now, as news for customers to a
    ticket that has none."""
    target = clock.target.get(ticket.priority)
    if target is None or not clock.only.admits(ticket) or (not ticket.participants and updates(clock)):
        return None
    counted_to = ticket.promised_at if isinstance(target, Promised) else target
    return Course(clock, state, counted_to, hours_of(clock, practice)) if counted_to is not None else None


def updates(clock: Clock) -> bool:
    """Whether a clock makes sure, again and again, that the customer hears from us."""
    return clock.repeat and any(KINDS[act.notice].audience is Audience.CUSTOMER for act in clock.on_due)


def hours_of(clock: Clock, practice: Practice) -> Hours:
    """The working time in which a clock counts."""
    return hours(practice.policy.calendar(clock.calendar), practice.zone)
