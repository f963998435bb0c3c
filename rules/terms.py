"""What a desk calls things: categories, priorities, numbers, forms, ratings, and what it masks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from string import Formatter
from typing import Annotated, Literal, TypeVar

from pydantic import BeforeValidator, Field, WithJsonSchema, field_validator, model_validator

from rules.model import Status
from rules.vocabulary import Declared, Names, Wrong, reference

CategoryId = Annotated[str, reference("category")]
ItemId = Annotated[str, reference("item")]
PriorityId = Annotated[str, reference("priority")]
ImpactId = Annotated[str, reference("impact")]
UrgencyId = Annotated[str, reference("urgency")]
Role = Annotated[str, reference("role")]
SeriesId = Annotated[str, reference("series")]
FactName = Annotated[str, reference("fact")]
Flag = Annotated[bool, Field(strict=True)]
Id = Annotated[str, Field(min_length=1, max_length=64)]


def _several(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Texts = Annotated[
    tuple[str, ...],
    BeforeValidator(_several),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
"""One text or a list of them."""

References = Texts
"""The rows of the source handbook that a declaration keeps, like A19."""


class Choice(Declared):
    """One value that a field of a ticket may take."""

    id: Id
    name: Names
    reference: References = ()


LEVELS = (
    Choice(id="high", name={"zh-CN": "高", "en": "high"}),
    Choice(id="medium", name={"zh-CN": "中", "en": "medium"}),
    Choice(id="low", name={"zh-CN": "低", "en": "low"}),
)
"""The scale of impact and of urgency in a pack that declares no other."""

Matrix = Mapping[ImpactId, Mapping[UrgencyId, PriorityId]]
"""The priority for each impact and urgency."""


class Category(Declared):
    """What a ticket is about.

    `impact` and `urgency` are assumed until a rule knows better; `needs` are the facts without which nobody can begin;
    `series` and `matrix` replace those of the pack.
    """

    id: Id
    name: Names
    reference: References = ()
    items: tuple[Choice, ...] = ()
    impact: ImpactId | None = None
    urgency: UrgencyId | None = None
    needs: tuple[FactName, ...] = ()
    series: SeriesId | None = None
    matrix: Matrix | None = None


class Priority(Declared):
    """How soon a ticket is looked after. `rank` 1 is the soonest; the id is only what the pack calls it."""

    id: Id
    name: Names
    rank: Annotated[int, Field(ge=1, strict=True)]
    reference: References = ()


Named = TypeVar("Named", bound="Choice | Category | Priority")


def called(text: str, choices: Iterable[Named]) -> Named | None:
    """The category or priority that is called so: by its id, or by its name in any language."""
    key = text.strip().casefold()
    for choice in choices:
        if key in {choice.id.casefold(), *(name.casefold() for name in choice.name.values())}:
            return choice
    return None


class Stage(Declared):
    """A finer name for where a ticket stands while it has this status."""

    id: Id
    name: Names
    status: Status
    reference: References = ()


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
        days = (date(2001, 1, 1), date(2001, 1, 2), date(2001, 2, 1), date(2002, 1, 1))
        if len({value.format(date=day, serial=1) for day in days}) < len(days):
            raise ValueError("serials begin anew each day, so a number needs the whole date, like {date:%Y%m%d}")
        if not re.fullmatch("[-A-Z0-9_./]+", value.format(date=days[0], serial=1)):
            raise ValueError("a number has capital letters, digits and hyphens only: people write it in subjects")
        return value

    @model_validator(mode="after")
    def _begins_with_its_prefix(self) -> Series:
        """Two series of other prefixes then never have the same number."""
        sample = self.number(date(2000, 1, 1), 1)
        if not re.fullmatch(rf"{self.prefix}[^A-Z].*", sample):
            raise Wrong(
                (("pattern",), f"numbers of this series begin with its prefix {self.prefix}, and no further letter")
            )
        return self

    def number(self, day: date, serial: int) -> str:
        """The number of the `serial`-th ticket of a day."""
        return self.pattern.format(date=day, serial=serial)

    @property
    def shape(self) -> str:
        """A regular expression for any number of this series; a serial may be longer than usual on a busy day."""
        parts = []
        for fixed, field, spec, _ in Formatter().parse(self.pattern):
            parts.append(re.escape(fixed))
            if field == "date":
                parts.append(f"[0-9]{{{len(date(2000, 1, 1).strftime(spec or ''))}}}")
            elif field == "serial":
                digits = re.sub(r"\D", "", spec or "") or "1"
                parts.append(f"[0-9]{{{int(digits)},9}}")
        return "".join(parts)


class Rating(Declared):
    """One answer to how content a customer is. `score` is higher for the more content."""

    id: Id
    name: Names
    score: Annotated[int, Field(strict=True)]
    reference: References = ()


class FormField(Declared):
    """One line of a form. `source` names the field of the ticket or the fact that fills it without asking."""

    id: Id
    name: Names
    required: Flag = False
    source: str | None = None
    reference: References = ()


class Form(Declared):
    """A form that travels by mail: what it is called, who fills it, and its lines."""

    id: Id
    name: Names
    filled_by: Role
    fields: Annotated[tuple[FormField, ...], Field(min_length=1)]
    reference: References = ()


class Mask(Declared):
    """Which private content is hidden, where, and how much of it stays."""

    what: Literal["name", "contact", "address", "business", "secret"]
    at: Annotated[tuple[Literal["notice", "record", "archive", "export"], ...], Field(min_length=1)]
    keep: Literal["first", "first3", "last4", "first3-last4", "nothing"] = "nothing"
    reference: References = ()


class Wish(Declared):
    """Who should get a ticket: a person, or anyone of a team, role, grade and skill."""

    engineer: str | None = None
    team: Annotated[str, Field(min_length=1)] | None = None
    role: Role | None = None
    grade: str | None = None
    skill: str | None = None

    @property
    def words(self) -> str:
        """The wish in words."""
        return ", ".join(f"{name} {value}" for name, value in self.model_dump(exclude_none=True).items())
