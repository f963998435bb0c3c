"""How a desk is run, as data: what its tickets are called, what it promises, and which rules sort its mail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from string import Formatter
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, field_validator, model_validator

from rules.conditions import Condition, When
from rules.model import Happening, Status
from rules.vocabulary import Declared, Duration, Names, Place, Wrong, duration, in_language, reference

CategoryId = Annotated[str, reference("category")]
PriorityId = Annotated[str, reference("priority")]
ImpactId = Annotated[str, reference("impact")]
UrgencyId = Annotated[str, reference("urgency")]
ClockName = Annotated[str, reference("clock")]
NoticeKind = Annotated[str, reference("notice")]
Role = Annotated[str, reference("role")]
SeriesId = Annotated[str, reference("series")]
Flag = Annotated[bool, Field(strict=True)]
Id = Annotated[str, Field(min_length=1, max_length=64)]


def _several(value: object) -> object:
    return (value,) if isinstance(value, str) else value


References = Annotated[
    tuple[str, ...],
    BeforeValidator(_several),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
"""The rows of the source handbook that a declaration keeps, like A19."""


# What tickets are called ---------------------------------------------------------------------------------------------


class Choice(Declared):
    """One value that a field of a ticket may take."""

    id: Id
    name: Names
    reference: References = ()


class Category(Choice):
    """What a ticket is about; `impact` and `urgency` are assumed until a rule knows better."""

    impact: ImpactId | None = None
    urgency: UrgencyId | None = None


class Priority(Choice):
    """How soon a ticket is looked after. `rank` 1 is the soonest; the id is only what the pack calls it."""

    rank: Annotated[int, Field(ge=1, strict=True)]


class Defaults(Declared):
    """What a mail is taken to be when no rule says otherwise."""

    category: CategoryId
    impact: ImpactId = "medium"
    urgency: UrgencyId = "medium"


class Series(Declared):
    """A series of ticket numbers, counted anew each day in the desk's zone. `pattern` has {date:…} and {serial:…}."""

    prefix: Annotated[str, Field(pattern=r"^[A-Z]{1,8}$")] = "TS"
    pattern: str = "TS-{date:%Y%m%d}-{serial:03d}"
    reference: References = ()

    @field_validator("pattern")
    @classmethod
    def _made_of_date_and_serial(cls, value: str) -> str:
        try:
            fields = [field for _, field, _, _ in Formatter().parse(value) if field is not None]
            value.format(date=date(2000, 1, 1), serial=1)
        except (ValueError, KeyError, IndexError, AttributeError):
            fields = []
        if sorted(fields) != ["date", "serial"]:
            raise ValueError("a number is made of {date:%Y%m%d} and {serial:03d}, each once, and fixed characters")
        return value

    def number(self, day: date, serial: int) -> str:
        """The number of the `serial`-th ticket of a day."""
        return self.pattern.format(date=day, serial=serial)

    @property
    def shape(self) -> str:
        """A regular expression for any number of this series; dates and serials may be longer than the usual."""
        parts = []
        for fixed, field, spec, _ in Formatter().parse(self.pattern):
            parts.append(re.escape(fixed))
            if field == "date":
                parts.append(f"[0-9]{{{len(date(2000, 1, 1).strftime(spec or ''))}}}")
            elif field == "serial":
                digits = re.sub(r"\D", "", spec or "") or "1"
                parts.append(f"[0-9]{{{int(digits)},9}}")
        return "".join(parts)


# What is promised ----------------------------------------------------------------------------------------------------


class WorkingDays(Declared):
    """A target counted in working days of the clock's calendar, written `3wd`."""

    days: Annotated[int, Field(ge=1)]


Target = timedelta | time | WorkingDays


def _target(value: object) -> Target:
    if isinstance(value, timedelta | time | WorkingDays):
        return value
    if isinstance(value, str) and (days := re.fullmatch(r"([1-9][0-9]?)wd", value)):
        return WorkingDays(days=int(days[1]))
    if isinstance(value, str) and (clock := re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", value)):
        return time(int(clock[1]), int(clock[2]))
    try:
        return duration(value)
    except ValueError:
        raise ValueError(
            f"{value!r} is no target: write a duration (2h), a time of day (17:00) or working days (3wd)"
        ) from None


TargetText = Annotated[
    Target, BeforeValidator(_target), WithJsonSchema({"type": "string", "examples": ["30m", "2h", "17:00", "3wd"]})
]


class Act(Declared):
    """What a clock does when it speaks: one notice to some roles."""

    notice: NoticeKind
    to: Annotated[tuple[Role, ...], Field(min_length=1)]


class Clock(Declared):
    """One promise: when it begins to count, what keeps it, and what happens when it is not kept.

    A priority without a target is not promised anything. `repeat` makes a cadence: due again one target after each
    due moment, and counted anew from whatever is named in `reset_by`.
    """

    name: Id
    title: Names
    reference: References = ()
    start: Happening = Happening.OPENED
    met_by: tuple[Happening, ...] = ()
    paused_in: tuple[Status, ...] = ()
    stopped_in: tuple[Status, ...] = (Status.RESOLVED, Status.CLOSED)
    target: Mapping[PriorityId, TargetText]
    repeat: Flag = False
    reset_by: tuple[Happening, ...] = ()
    on_due: tuple[Act, ...] = ()

    @model_validator(mode="after")
    def _can_end(self) -> Clock:
        if self.reset_by and not self.repeat:
            raise Wrong((("reset_by",), "only a clock with 'repeat: true' can be reset: use met_by"))
        return self


LEVELS = (
    Choice(id="high", name={"zh-CN": "高", "en": "high"}),
    Choice(id="medium", name={"zh-CN": "中", "en": "medium"}),
    Choice(id="low", name={"zh-CN": "低", "en": "low"}),
)
"""The scale of impact and of urgency in a pack that declares no other."""


class Closing(Declared):
    """What becomes of closed tickets: a reply within `reopen_within` opens the same ticket again."""

    reopen_within: Duration = timedelta(days=14)


# Which rules sort the mail -------------------------------------------------------------------------------------------


class Then(Declared):
    """What a rule sets when its conditions hold. The first rule that sets a field wins; lists grow."""

    category: CategoryId | None = None
    impact: ImpactId | None = None
    urgency: UrgencyId | None = None
    priority: PriorityId | None = None
    tags: tuple[str, ...] = ()
    acknowledge: Flag | None = None
    discard: str | None = None


class Examples(Declared):
    """Mails that the rule must catch and mails that it must leave alone, each `Subject: … / text`."""

    match: tuple[str, ...] = ()
    no_match: tuple[str, ...] = ()


class Rule(Declared):
    """One rule: when its conditions hold, `then` is done; `stop` ends the list."""

    id: Id
    reference: References = ()
    on: Literal["new", "reply", "any"] = "new"
    when: Annotated[Condition, When]
    then: Then
    stop: Flag = False
    examples: Examples = Examples()


class Policy(Declared):
    """One way of running a desk: a pack's `policy.yaml` with its `rules.yaml` under the key `rules`."""

    id: str
    name: Names
    languages: Annotated[tuple[str, ...], Field(min_length=1)] = ("zh-CN", "en")
    statuses: Mapping[Status, Names]
    categories: Annotated[tuple[Category, ...], Field(min_length=1)]
    priorities: Annotated[tuple[Priority, ...], Field(min_length=1)]
    impacts: tuple[Choice, ...] = LEVELS
    urgencies: tuple[Choice, ...] = LEVELS
    matrix: Mapping[ImpactId, Mapping[UrgencyId, PriorityId]]
    defaults: Defaults
    numbers: Series = Series()
    closing: Closing = Closing()
    clocks: tuple[Clock, ...] = ()
    rules: tuple[Rule, ...] = ()
    digest: str

    def __hash__(self) -> int:
        return hash(self.digest)

    @field_validator("statuses")
    @classmethod
    def _all_statuses(cls, value: Mapping[Status, Names]) -> Mapping[Status, Names]:
        missing = [status.value for status in Status if status not in value]
        if missing:
            raise ValueError(f"give these statuses a name too: {', '.join(missing)}")
        return value

    @field_validator("categories", "priorities", "impacts", "urgencies", "clocks", "rules")
    @classmethod
    def _once_each(cls, value: tuple[Choice | Clock | Rule, ...]) -> tuple[Choice | Clock | Rule, ...]:
        seen: set[str] = set()
        twice: list[tuple[Place, str]] = []
        for index, entry in enumerate(value):
            key, word = ("name", entry.name) if isinstance(entry, Clock) else ("id", entry.id)
            if word in seen:
                twice.append(((index, key), f"'{word}' is declared twice"))
            seen.add(word)
        if twice:
            raise Wrong(*twice)
        return value

    @model_validator(mode="after")
    def _matrix_is_whole(self) -> Policy:
        holes: list[tuple[Place, str]] = [
            (("matrix", impact.id), f"no priority for impact '{impact.id}' and urgency '{urgency.id}'")
            for impact in self.impacts
            for urgency in self.urgencies
            if urgency.id not in self.matrix.get(impact.id, {})
        ]
        if holes:
            raise Wrong(*holes)
        return self

    def category(self, id: str) -> Category | None:
        """The category with this id."""
        return next((category for category in self.categories if category.id == id), None)

    def status_name(self, status: Status, language: str) -> str:
        """What this desk calls a status."""
        return in_language(self.statuses[status], language)

    def category_name(self, id: str, language: str) -> str:
        """What this desk calls a category; the id itself when a changed policy no longer has it."""
        return _name(self.categories, id, language)

    def priority_name(self, id: str, language: str) -> str:
        """What this desk calls a priority; the id itself when a changed policy no longer has it."""
        return _name(self.priorities, id, language)


def _name(choices: tuple[Choice, ...], id: str, language: str) -> str:
    return next((in_language(choice.name, language) for choice in choices if choice.id == id), id)


def number(policy: Policy, day: date, serial: int) -> str:
    """The number of the `serial`-th ticket of a day."""
    return policy.numbers.number(day, serial)
