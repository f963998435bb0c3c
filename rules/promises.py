"""What a desk promises, as clocks: when each begins to count, what keeps it, and what happens when it is not kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, field_validator, model_validator

from rules.calendar import zone_names
from rules.model import Happening, Status
from rules.terms import CategoryId, Flag, Id, PriorityId, References, Role
from rules.vocabulary import Declared, Duration, Names, Wrong, duration, nearest, reference
from rules.workdays import celebrates

ClockName = Annotated[str, reference("clock")]
NoticeKind = Annotated[str, reference("notice")]
CalendarId = Annotated[str, reference("calendar")]

ALWAYS = "always"
"""The calendar in which every minute counts; no pack needs to declare it."""


# Targets -------------------------------------------------------------------------------------------------------------


class WorkingDays(Declared):
    """A target counted in working days of the clock's calendar, written `3wd`."""

    days: Annotated[int, Field(ge=1)]


class MonthEnd(Declared):
    """A target at the end of the calendar month, written `month-end`."""


Target = timedelta | time | WorkingDays | MonthEnd

_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_WORKING_DAYS = re.compile(r"([1-9][0-9]?)wd")


def target(value: object) -> Target:
    """The target that `2h`, `17:00` or `3wd` says. Raises ValueError for anything else."""
    if isinstance(value, timedelta | time | WorkingDays | MonthEnd):
        return value
    text = value if isinstance(value, str) else ""
    if text == "month-end":
        return MonthEnd()
    if days := _WORKING_DAYS.fullmatch(text):
        return WorkingDays(days=int(days[1]))
    if clock := _TIME.fullmatch(text):
        return time(int(clock[1]), int(clock[2]))
    try:
        return duration(value)
    except ValueError:
        raise ValueError(
            f"{value!r} is no target: write a duration (2h), a time of day (17:00), working days (3wd) or month-end"
        ) from None


TargetText = Annotated[
    Target,
    BeforeValidator(target),
    WithJsonSchema({"type": "string", "examples": ["30m", "2h", "17:00", "3wd", "month-end"]}),
]


def _share(value: object) -> object:
    if isinstance(value, str) and (percent := re.fullmatch(r"([1-9][0-9]?)%", value)):
        return int(percent[1]) / 100
    return duration(value)


Warning_ = Annotated[
    float | timedelta,
    BeforeValidator(_share),
    WithJsonSchema({"type": "string", "examples": ["75%", "30m"]}),
]
"""When a clock warns: after this share of its target (`75%`), or this long before it is due (`30m`)."""


# Calendars -----------------------------------------------------------------------------------------------------------

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Span(Declared):
    """Part of a day, from `start` to before `end`; an `end` of 00:00 is midnight at the end of the day."""

    start: time
    end: time


def _span(value: object) -> object:
    found = re.fullmatch(rf"{_TIME.pattern}-(?:{_TIME.pattern}|24:00)", value) if isinstance(value, str) else None
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


class Effect(Declared):
    """What a clock changes on the ticket when it is due."""

    status: Status | None = None
    raise_by: Annotated[int, Field(ge=0, strict=True)] = Field(default=0, alias="raise")
    tags: tuple[str, ...] = ()
    assign: Role | None = None
    start: tuple[ClockName, ...] = ()
    note: Names | None = None


class Level(Declared):
    """What happens when a clock is still not kept so long after it was due."""

    after: Duration
    notices: tuple[Act, ...] = ()
    effect: Effect = Effect()
    reference: References = ()


class Only(Declared):
    """Which tickets a clock is about; what is left out admits all."""

    categories: tuple[CategoryId, ...] = ()
    priorities: tuple[PriorityId, ...] = ()
    tags: tuple[str, ...] = ()


class Clock(Declared):
    """One promise. A priority without a target is not promised anything.

    `repeat` makes a cadence: due again one target after each due moment (a time of day: every day at that time), and
    counted anew from whatever `reset_by` names. `kept_by` says whose duty it is.
    """

    name: Id
    title: Names
    reference: References = ()
    only: Only = Only()
    start: Happening = Happening.OPENED
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
        return self


Strategy = Literal["first", "round_robin", "least_open"]
