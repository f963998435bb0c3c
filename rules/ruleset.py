"""The rules of a pack, as data: when each holds and what it sets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, WithJsonSchema, model_validator

from rules.conditions import All, Condition
from rules.promises import ClockName, Strategy
from rules.terms import (
    CategoryId,
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
from rules.vocabulary import Declared, Known, Wrong, plain_address
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


def _watcher(value: str, info: ValidationInfo) -> str:
    """An address or a role of the desk. Raises ValueError."""
    if "@" in value:
        return plain_address(value)
    if value in ("assignee", "helper", "watchers", "requester", "participants"):
        raise ValueError(f"'{value}' does not watch: name an address, or a role that somebody at the desk holds")
    return info.context.check("role", value) if isinstance(info.context, Known) else value


Watcher = Annotated[str, AfterValidator(_watcher)]

CONCERNS_NEW = ("acknowledge", "correlate", "discard", "series", "template")
"""What a rule that is only for replies cannot set."""


class Then(Declared):
    """What a rule sets. The first rule that sets a field wins; tags, watchers, raises and clocks add up.

    `watchers` are told what the assignee is told: addresses, or roles of the desk. `template` is a wording of the
    acknowledgement beside the usual one. What concerns new requests alone (`CONCERNS_NEW`) does nothing to a reply: its
    ticket has a number, was acknowledged, and a customer's words on it are never thrown away. A raise counts for each
    reply that the rule holds for.
    """

    category: CategoryId | None = None
    item: ItemId | None = None
    impact: ImpactId | None = None
    urgency: UrgencyId | None = None
    priority: PriorityId | None = None
    raise_by: Annotated[int, Field(ge=1, le=9, strict=True)] | None = Field(default=None, alias="raise")
    tags: tuple[str, ...] = ()
    assign: Wish | None = None
    watchers: tuple[Watcher, ...] = ()
    language: str | None = None
    template: str | None = None
    facts: Mapping[Id, str] = {}
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
        if self.on == "reply":
            asked = [name for name in CONCERNS_NEW if name in self.then.model_fields_set]
            if asked:
                raise Wrong(*((("then", name), f"'{name}' concerns new requests: write on: new") for name in asked))
        return self
