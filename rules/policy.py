"""One way of running a desk, as data: its words, its promises, its rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import cached_property
from typing import Annotated, TypeVar

from pydantic import Field, field_validator, model_validator

from rules.conditions import Patterns, Words, questions
from rules.facts import TITLES
from rules.lexicon import Lexicon, Word
from rules.model import Status
from rules.promises import Act, Calendar, Clock
from rules.ruleset import Assignment, Rule, Then
from rules.terms import (
    LEVELS,
    Category,
    Choice,
    Defaults,
    Form,
    Mask,
    Matrix,
    Priority,
    Rating,
    References,
    Role,
    Series,
    Stage,
)
from rules.vocabulary import Declared, Duration, Names, Place, Wrong, in_language

__all__ = ["LEVELS", "Act", "Category", "Clock", "Policy", "Rule", "Series", "Then"]


T = TypeVar("T")


class Closing(Declared):
    """What becomes of closed tickets: a reply within `reopen_within` opens the same ticket again.

    An unsolved one that comes back is raised by `raise_reopened` and goes to `reopened_to`.
    """

    reopen_within: Duration = timedelta(days=14)
    raise_reopened: Annotated[int, Field(ge=0, strict=True)] = 0
    reopened_to: Role | None = None
    reference: References = ()


class Recurrence(Declared):
    """How many like tickets in how long make a problem a known one, and the tag that says so."""

    count: Annotated[int, Field(ge=2, strict=True)]
    within: Duration
    tag: str
    reference: References = ()


class Policy(Declared):
    """A pack: its `policy.yaml`, with its `rules.yaml` under the key `rules`.

    `facts` says how a customer is asked for a fact that is missing, where our own words do not suit or it is a rule's.
    """

    id: str
    name: Names
    reference: References = ()
    languages: Annotated[tuple[str, ...], Field(min_length=1)] = ("zh-CN", "en")
    statuses: Mapping[Status, Names]
    stages: tuple[Stage, ...] = ()
    categories: Annotated[tuple[Category, ...], Field(min_length=1)]
    priorities: Annotated[tuple[Priority, ...], Field(min_length=1)]
    impacts: tuple[Choice, ...] = LEVELS
    urgencies: tuple[Choice, ...] = LEVELS
    matrix: Matrix
    defaults: Defaults
    numbers: Series = Series()
    series: Mapping[str, Series] = {}
    closing: Closing = Closing()
    roles: tuple[Choice, ...] = ()
    grades: tuple[Choice, ...] = ()
    assignment: tuple[Assignment, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    clocks: tuple[Clock, ...] = ()
    ratings: tuple[Rating, ...] = ()
    forms: tuple[Form, ...] = ()
    facts: tuple[Choice, ...] = ()
    masking: tuple[Mask, ...] = ()
    recurrence: Recurrence | None = None
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

    @field_validator(
        "stages",
        "categories",
        "priorities",
        "impacts",
        "urgencies",
        "roles",
        "grades",
        "calendars",
        "ratings",
        "forms",
        "facts",
        "rules",
    )
    @classmethod
    def _one_each(cls, value: tuple[Choice, ...]) -> tuple[Choice, ...]:
        return _once_each(value, "id", [entry.id for entry in value])

    @field_validator("clocks")
    @classmethod
    def _one_clock_each(cls, value: tuple[Clock, ...]) -> tuple[Clock, ...]:
        return _once_each(value, "name", [clock.name for clock in value])

    @model_validator(mode="after")
    def _matrix_is_whole(self) -> Policy:
        matrices: list[tuple[Place, Matrix]] = [(("matrix",), self.matrix)]
        for index, category in enumerate(self.categories):
            if category.matrix is not None:
                matrices.append((("categories", index, "matrix"), category.matrix))
        holes: list[tuple[Place, str]] = [
            ((*place, impact.id), f"no priority for impact '{impact.id}' and urgency '{urgency.id}'")
            for place, matrix in matrices
            for impact in self.impacts
            for urgency in self.urgencies
            if urgency.id not in matrix.get(impact.id, {})
        ]
        if holes:
            raise Wrong(*holes)
        return self

    @cached_property
    def lexicons(self) -> Mapping[str, Lexicon]:
        """Every word of every rule, by the field that it is looked for in."""
        words: dict[str, list[Word]] = {}
        for rule in self.rules:
            for test in questions(rule.when):
                match test:
                    case Words():
                        words.setdefault(test.field, []).extend(test.words)
                    case Patterns():
                        words.setdefault(test.field, []).extend(clue for clues in test.clues for clue in clues)
        return {name: Lexicon(listed) for name, listed in words.items()}

    def category(self, id: str) -> Category | None:
        """The category with this id."""
        return self._categories.get(id)

    def category_of(self, item: str) -> str:
        """The category that a sub-item belongs to. Raises KeyError for an item of none."""
        return self._homes[item]

    def calendar(self, id: str) -> Calendar | None:
        """The calendar with this id; None for the one in which every minute counts."""
        return next((calendar for calendar in self.calendars if calendar.id == id), None)

    def missing_facts(self, category: str, told: Iterable[str]) -> tuple[str, ...]:
        """The facts that nobody can begin without and that a mail does not tell, in the order of the pack."""
        declared, known = self.category(category), set(told)
        return tuple(name for name in (declared.needs if declared is not None else ()) if name not in known)

    def fact_name(self, id: str, language: str) -> str:
        """What a customer is asked for when this fact is missing: in the words of the pack, or else in ours."""
        declared = {choice.id: choice.name for choice in self.facts}
        return in_language(declared.get(id) or TITLES.get(id, {"": id}), language)

    def priority_raised(self, id: str, steps: int, category: str) -> str:
        """The priority so many ranks sooner, or the soonest, among those that tickets of this category can have."""
        scheme = self._scheme(category)
        return scheme[max(scheme.index(id) - steps, 0)] if id in scheme else id

    def priority_of(self, category: str, impact: str, urgency: str) -> str | None:
        """What the matrix says; None for a level that a changed policy no longer has."""
        return self.matrix_of(category).get(impact, {}).get(urgency)

    def steps_between(self, later: str, sooner: str, category: str) -> int:
        """How many ranks the one priority of this category is sooner than the other; 0 if it is not."""
        scheme = self._scheme(category)
        return max(scheme.index(later) - scheme.index(sooner), 0) if {later, sooner} <= set(scheme) else 0

    def series_of(self, name: str | None) -> Series:
        """The series of numbers with this name; the usual one for None, or when a changed policy no longer has it."""
        return self.series.get(name, self.numbers) if name is not None else self.numbers

    @cached_property
    def number_shapes(self) -> tuple[str, ...]:
        """Regular expressions for the numbers of every series."""
        return tuple(dict.fromkeys(each.shape for each in (self.numbers, *self.series.values())))

    def priorities_of(self, category: str) -> tuple[Priority, ...]:
        """The priorities that tickets of this category can have."""
        scheme = self._scheme(category)
        return tuple(priority for priority in self.priorities if priority.id in scheme)

    def usual_priority(self, category: str) -> str:
        """The priority of a ticket of this category of which nothing more is known."""
        declared, defaults = self.category(category), self.defaults
        impact = declared.impact if declared is not None else None
        urgency = declared.urgency if declared is not None else None
        return self.matrix_of(category)[impact or defaults.impact][urgency or defaults.urgency]

    def matrix_of(self, category: str) -> Matrix:
        """The matrix of a category: its own, or that of the pack."""
        declared = self.category(category)
        return declared.matrix if declared is not None and declared.matrix is not None else self.matrix

    def _scheme(self, category: str) -> list[str]:
        used = {priority for row in self.matrix_of(category).values() for priority in row.values()}
        return [priority for priority in self._by_rank if priority in used]

    @cached_property
    def _categories(self) -> Mapping[str, Category]:
        return {category.id: category for category in self.categories}

    @cached_property
    def _homes(self) -> Mapping[str, str]:
        return {item.id: category.id for category in self.categories for item in category.items}

    @cached_property
    def _by_rank(self) -> list[str]:
        return [priority.id for priority in sorted(self.priorities, key=lambda priority: priority.rank)]

    def status_name(self, status: Status, language: str) -> str:
        """What this desk calls a status."""
        return in_language(self.statuses[status], language)

    def category_name(self, id: str, language: str) -> str:
        """What this desk calls a category; the id itself when a changed policy no longer has it."""
        return _name(self.categories, id, language)

    def priority_name(self, id: str, language: str) -> str:
        """What this desk calls a priority; the id itself when a changed policy no longer has it."""
        return _name(self.priorities, id, language)


def _once_each(value: tuple[T, ...], key: str, ids: list[str]) -> tuple[T, ...]:
    twice: list[tuple[Place, str]] = [
        ((index, key), f"'{id}' is declared twice") for index, id in enumerate(ids) if id in ids[:index]
    ]
    if twice:
        raise Wrong(*twice)
    return value


def _name(choices: Iterable[Choice | Category | Priority], id: str, language: str) -> str:
    return next((in_language(choice.name, language) for choice in choices if choice.id == id), id)
