"""The rules of a pack, as data: when each holds and what it sets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema, model_validator

from rules.conditions import All, Condition
from rules.promises import ClockName, Strategy
from rules.terms import (
    CategoryId,
    FactName,
    Flag,
    Id,
    ImpactId,
    ItemId,
    PriorityId,
    References,
    SeriesId,
    UrgencyId,
    Wish,
)
from rules.vocabulary import Declared, Wrong
from rules.when import When


class Assignment(Declared):
    """Who gets tickets of these categories and priorities, and by which strategy; the first that fits decides.

    `helper` is a second person beside the one responsible.
    """

    categories: tuple[CategoryId, ...] = ()
    items: tuple[ItemId, ...] = ()
    priorities: tuple[PriorityId, ...] = ()
    to: Wish
    helper: Wish | None = None
    strategy: Strategy = "least_open"
    reference: References = ()


class Correlation(Declared):
    """Mails of one matter: the same key joins the open ticket that has it. A key may name facts: `host-{host}`."""

    key: Annotated[str, Field(min_length=1)]
    resolves: Flag = False

    @property
    def names(self) -> tuple[str, ...]:
        """The facts that the key needs."""
        return tuple(re.findall(r"\{([a-z_][a-z0-9_]*)\}", self.key))


class Clocks(Declared):
    """Clocks that a rule starts though they would not run, or keeps from running."""

    start: tuple[ClockName, ...] = ()
    skip: tuple[ClockName, ...] = ()


class Then(Declared):
    """What a rule sets. The first rule that sets a field wins; tags, watchers, raises and clocks add up."""

    category: CategoryId | None = None
    item: ItemId | None = None
    impact: ImpactId | None = None
    urgency: UrgencyId | None = None
    priority: PriorityId | None = None
    raise_by: Annotated[int, Field(ge=1, le=9, strict=True)] | None = Field(default=None, alias="raise")
    tags: tuple[str, ...] = ()
    assign: Wish | None = None
    watchers: tuple[str, ...] = ()
    language: str | None = None
    template: str | None = None
    facts: Mapping[FactName, str] = {}
    series: SeriesId | None = None
    acknowledge: Flag | None = None
    discard: Annotated[str, Field(min_length=1)] | None = None
    correlate: Correlation | None = None
    clocks: Clocks = Clocks()

    @model_validator(mode="after")
    def _does_something(self) -> Then:
        if not self.model_fields_set:
            raise ValueError("a rule sets at least one field")
        return self


class Examples(Declared):
    """Mails that the rule must catch and mails that it must leave alone, each `Subject: … / text`."""

    match: tuple[str, ...] = ()
    no_match: tuple[str, ...] = ()


class Rule(Declared):
    """One rule: when its conditions hold, `then` is done; `stop` ends the list. Without `when` it always holds."""

    id: Id
    reference: References = ()
    on: Literal["new", "reply", "any"] = "new"
    when: Annotated[Condition, When, WithJsonSchema({"type": "object"})] = All(())
    then: Then
    stop: Flag = False
    examples: Examples = Examples()

    @model_validator(mode="after")
    def _asks_what_can_be(self) -> Rule:
        if self.then.correlate is not None and self.then.discard is not None:
            raise Wrong((("then", "correlate"), "what is discarded joins no ticket"))
        return self
