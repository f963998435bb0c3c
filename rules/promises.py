"""What a desk promises, as clocks: when each begins to count, what keeps it, and what happens when it is not kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, field_validator, model_validator

from rules.calendar import zone_names
from rules.model import Audience, Happening, Status, Ticket
from rules.notices import CUSTOMER_ROLES, FROM_CLOCKS, KINDS
from rules.targets import TIME_OF_DAY, Promised, TargetText, Warning_, WorkingDays
from rules.terms import CategoryId, Flag, Id, PriorityId, References, Role, Wish
from rules.vocabulary import Declared, Duration, Names, Wrong, nearest, reference
from rules.workdays import celebrates

ClockName = Annotated[str, reference("clock")]
NoticeKind = Annotated[str, reference("notice")]
CalendarId = Annotated[str, reference("calendar")]

ALWAYS = "always"
"""The calendar in which every minute counts; no pack needs to declare it."""


# Calendars -----------------------------------------------------------------------------------------------------------

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Span(Declared):
    """Part of a day, from `start` to before `end`; an `end` of 00:00 is midnight at the end of the day."""

    start: time
    end: time


_HOURS = re.compile(rf"{TIME_OF_DAY.pattern}-(?:{TIME_OF_DAY.pattern}|24:00)")


def _span(value: object) -> object:
    found = _HOURS.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return value if isinstance(value, Span) else _no_span(value)
    start = time(int(found[1]), int(found[2]))
    end = time(int(found[3]), int(found[4])) if found[3] else time(0, 0)
    if end != time(0, 0) and end <= start:
        raise ValueError(f"{value!r} ends before it begins; a span over midnight is two spans")
    return Span(start=start, end=end)


def _no_span(value: object) -> object:
    raise ValueError(f"{value!r} is no span of a day: write 09:00-12:00 or 18:00-24:00")


Spans = tuple[
    Annotated[
        Span,
        BeforeValidator(_span),
        WithJsonSchema({"type": "string", "examples": ["09:00-12:00", "13:30-18:00"]}),
    ],
    ...,
]


def _weekdays(value: object) -> object:
    """`mon-fri` and `sat` as the days that they name."""
    if not isinstance(value, Mapping):
        return value
    days: dict[str, object] = {}
    for key, spans in value.items():
        first, _, last = str(key).partition("-")
        if first not in DAYS or (last or first) not in DAYS or DAYS.index(last or first) < DAYS.index(first):
            raise ValueError(f"'{key}' names no days: write mon, or mon-fri")
        days |= dict.fromkeys(DAYS[DAYS.index(first) : DAYS.index(last or first) + 1], spans)
    return days


class Calendar(Declared):
    """When a desk works: hours by weekday, holidays of a country with its make-up days, and dates of its own.

    `open` has dated hours that go before everything else; without spans, the hours of that weekday or, on a weekend,
    of the week's first day, as on a make-up day. Without a `zone` it counts in the desk's.
    """

    id: Id
    name: Names
    zone: str | None = None
    hours: Annotated[
        Mapping[str, Spans],
        BeforeValidator(_weekdays),
        WithJsonSchema({"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}}),
    ]
    holidays: Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")] | None = None
    closed: tuple[date, ...] = ()
    open: Mapping[date, Spans] = {}
    reference: References = ()

    def __hash__(self) -> int:
        return hash(self.id)

    @field_validator("zone")
    @classmethod
    def _on_the_map(cls, value: str | None) -> str | None:
        if value is not None and value not in zone_names():
            raise ValueError(f"unknown time zone '{value}'{nearest(value, zone_names())}")
        return value

    @field_validator("holidays")
    @classmethod
    def _celebrated(cls, value: str | None) -> str | None:
        if value is not None and not celebrates(value):
            raise ValueError(f"the holidays of '{value}' are not known: write a code of ISO 3166, like CN or DE-BY")
        return value

    @field_validator("hours")
    @classmethod
    def _open_sometime(cls, value: Mapping[str, Spans]) -> Mapping[str, Spans]:
        if not any(value.values()):
            raise ValueError("a calendar that is never open would stop every clock in it")
        return value

    @property
    def longest_closure(self) -> timedelta:
        """The longest time in an ordinary week during which the desk is closed."""
        edges = []
        for index, day in enumerate(DAYS):
            for span in self.hours.get(day, ()):
                midnight = timedelta(days=index)
                edges.append(
                    (
                        midnight + _since_midnight(span.start),
                        midnight + (_since_midnight(span.end) or timedelta(days=1)),
                    )
                )
        edges.sort()
        following = [start for start, _ in edges[1:]] + [edges[0][0] + timedelta(days=7)]
        return max((start - end for (_, end), start in zip(edges, following, strict=True)), default=timedelta())


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute)


# Clocks --------------------------------------------------------------------------------------------------------------


class Act(Declared):
    """A notice that a clock sends, and to which roles."""

    notice: NoticeKind
    to: Annotated[tuple[Role, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _can_be_written(self) -> Act:
        kind = KINDS.get(self.notice)
        if kind is None:
            return self
        if self.notice not in FROM_CLOCKS:
            raise Wrong(
                (("notice",), f"no clock sends '{self.notice}': a mail does{nearest(self.notice, FROM_CLOCKS)}")
            )
        customers = sorted(set(self.to) & CUSTOMER_ROLES)
        if kind.audience is Audience.DESK and customers:
            raise Wrong((("to",), f"'{self.notice}' is written for the desk, not for the {customers[0]}"))
        return self


def _role_alone(value: object) -> object:
    return {"role": value} if isinstance(value, str) else value


_ROLE_OR_WISH = {"anyOf": [{"type": "string"}, {"type": "object"}]}


class Effect(Declared):
    """What a clock changes on the ticket when it is due.

    `raise` is a number of ranks; `assign` names a role or says whom it wishes (`{grade: senior}`), and `assign_higher`
    gives the ticket to the next grade above that of its assignee; `start` begins other clocks; `note` stands in the
    journal and, if the notice sent has room for it, in that too.
    """

    status: Status | None = None
    raise_by: Annotated[int, Field(ge=0, strict=True)] = Field(default=0, alias="raise")
    tags: tuple[str, ...] = ()
    assign: Annotated[Wish, BeforeValidator(_role_alone), WithJsonSchema(_ROLE_OR_WISH)] | None = None
    assign_higher: Flag = False
    start: tuple[ClockName, ...] = ()
    note: Names | None = None


class Level(Declared):
    """What happens so long before a clock is due (`before`), or if it is still not kept so long after (`after`)."""

    before: Duration | None = None
    after: Duration | None = None
    notices: tuple[Act, ...] = ()
    effect: Effect = Effect()
    reference: References = ()

    @model_validator(mode="after")
    def _before_or_after(self) -> Level:
        if (self.before is None) == (self.after is None):
            raise ValueError("say when a level comes: before: 30m or after: 4h, one of both")
        return self


class Only(Declared):
    """Which tickets a clock is about, as they are now; what is left out admits all, and one of several tags will do."""

    categories: tuple[CategoryId, ...] = ()
    priorities: tuple[PriorityId, ...] = ()
    tags: tuple[str, ...] = ()

    def admits(self, ticket: Ticket) -> bool:
        """Whether this ticket is one of them."""
        return (
            (not self.categories or ticket.category in self.categories)
            and (not self.priorities or ticket.priority in self.priorities)
            and (not self.tags or any(tag in self.tags for tag in ticket.tags))
        )


class Clock(Declared):
    """One promise. A priority without a target is not promised anything.

    It begins with `start`, or where that is null when a rule or another clock begins it. In statuses of `paused_in` and
    `stopped_in` it does not count; what it has counted before is kept. `repeat` makes a cadence: due again one target
    after each due moment (a time of day: every day at that time), and counted anew from whatever `reset_by` names.
    `kept_by` says whose duty it is.
    """

    name: Id
    title: Names
    reference: References = ()
    only: Only = Only()
    start: Happening | None = Happening.OPENED
    met_by: tuple[Happening, ...] = ()
    paused_in: tuple[Status, ...] = ()
    stopped_in: tuple[Status, ...] = (Status.RESOLVED, Status.CLOSED)
    target: Annotated[Mapping[PriorityId, TargetText], Field(min_length=1)]
    calendar: CalendarId = ALWAYS
    repeat: Flag = False
    reset_by: tuple[Happening, ...] = ()
    kept_by: Role = "assignee"
    warn_at: Warning_ | None = None
    on_warning: tuple[Act, ...] = ()
    on_due: tuple[Act, ...] = ()
    at_due: Effect = Effect()
    levels: tuple[Level, ...] = ()

    @model_validator(mode="after")
    def _makes_sense(self) -> Clock:
        if self.reset_by and not self.repeat:
            raise Wrong((("reset_by",), "only a clock with 'repeat: true' can be reset: use met_by"))
        if self.on_warning and self.warn_at is None:
            raise Wrong((("on_warning",), "say with warn_at when this clock warns, like 75% or 30m"))
        if any(isinstance(each, WorkingDays) for each in self.target.values()) and self.calendar == ALWAYS:
            raise Wrong((("target",), "working days need a calendar: name one with calendar:"))
        if self.repeat:
            self._repeats_sensibly()
        return self

    def _repeats_sensibly(self) -> None:
        for priority, each in self.target.items():
            if each == timedelta():
                raise Wrong((("target", priority), "a clock that repeats every 0s would never be silent"))
            if isinstance(each, Promised):
                raise Wrong((("target", priority), "a promised moment comes once: leave out repeat"))
        late = next((index for index, level in enumerate(self.levels) if level.after is not None), None)
        if late is not None:
            raise Wrong((("levels", late, "after"), "who repeats speaks again by itself: escalate with another clock"))

    @property
    def owed(self) -> bool:
        """Whether the desk breaks its word if this is not kept: it is no cadence, nothing that the customer is to do,
        and nothing that only the return of the matter would end, such as filing it away."""
        kept_by_the_desk = self.kept_by not in CUSTOMER_ROLES and set(self.met_by) - {Happening.REOPENED}
        return bool(kept_by_the_desk) and not self.repeat

    def silent_in(self, status: Status) -> bool:
        """Whether it stands still while a ticket has this status."""
        return status in self.paused_in or status in self.stopped_in


Strategy = Literal["first", "round_robin", "least_open"]
