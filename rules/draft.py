"""What the rules have set so far for one mail: the first to set a field wins, lists grow, raises add up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rules.conditions import Found, evaluate
from rules.facts import Fact
from rules.model import Ticket
from rules.policy import Policy
from rules.reading import Reading
from rules.ruleset import Correlation, Rule, Then
from rules.terms import Wish

SINGLE = (
    "category",
    "item",
    "impact",
    "urgency",
    "priority",
    "assign",
    "language",
    "template",
    "series",
    "acknowledge",
    "discard",
    "correlate",
)
"""Fields that the first rule sets for good; the other fields of `Then` add up."""

BY_HAND = "an engineer"
"""Who has set a field of a ticket before any rule could."""

_OF_TICKET = {"assign": "assignee"}


class Draft:
    """What the rules have set so far; of a reply's ticket, what an engineer set goes before all of them."""

    __slots__ = ("facts", "fired", "lists", "policy", "raised", "reading", "reasons", "set_by", "values")

    def __init__(self, policy: Policy, reading: Reading) -> None:
        self.policy = policy
        self.reading = reading
        self.values: dict[str, object] = {}
        self.set_by: dict[str, str] = {}
        if reading.ticket is not None:
            self._keep_what_was_set_by_hand(reading.ticket)
        self.lists: dict[str, dict[str, None]] = {"tags": {}, "watchers": {}, "start": {}, "skip": {}}
        self.raised: list[tuple[int, str]] = []
        self.facts: dict[str, Fact] = {}
        self.reasons: list[str] = []
        self.fired: list[str] = []

    def _keep_what_was_set_by_hand(self, ticket: Ticket) -> None:
        for name in SINGLE:
            field = _OF_TICKET.get(name, name)
            if field in ticket.by_hand:
                self.values[name] = getattr(ticket, field)
                self.set_by[name] = BY_HAND

    def apply(self, rule: Rule, found: Found) -> tuple[str, ...]:
        """Take what a rule sets, unless an earlier rule has set it; what changed, in words."""
        changes = [*self._set_fields(rule), *self._grow_lists(rule.then), *self._take_facts(rule, found)]
        if rule.then.raise_by is not None:
            self.raised.append((rule.then.raise_by, rule.id))
            changes.append(f"raise {rule.then.raise_by}")
        self.fired.append(rule.id)
        self.reasons.append(_reason(rule, found, changes))
        return tuple(changes)

    def _set_fields(self, rule: Rule) -> list[str]:
        changes = []
        for name in SINGLE:
            value = getattr(rule.then, name)
            if value is None or name in self.values or not self._fits(name, value):
                continue
            self.values[name] = value
            self.set_by[name] = rule.id
            changes.append(f"{name} {_shown(value)}")
            if name == "item" and "category" not in self.values:
                self.values["category"] = self.policy.category_of(value)
                self.set_by["category"] = rule.id
                changes.append(f"category {self.values['category']}")
            self._show(name)
        return changes

    def _fits(self, name: str, value: str) -> bool:
        """A sub-item of another category than the one decided on is passed over."""
        return name != "item" or self.values.get("category", self.policy.category_of(value)) == self.policy.category_of(
            value
        )

    def _show(self, name: str) -> None:
        """Let later rules ask what has been decided."""
        for shown in (name, "category"):
            if shown in ("category", "item", "impact", "urgency") and shown in self.values:
                self.reading.decided[shown] = (str(self.values[shown]),)

    def _grow_lists(self, then: Then) -> list[str]:
        changes = []
        grown = {"tags": then.tags, "watchers": then.watchers, "start": then.clocks.start, "skip": then.clocks.skip}
        for name, entries in grown.items():
            fresh = [entry for entry in entries if entry not in self.lists[name]]
            self.lists[name] |= dict.fromkeys(fresh)
            changes += [f"{_LISTED[name]} {entry}" for entry in fresh]
        if then.tags:
            self.reading.decided["tags"] = tuple(self.lists["tags"])
        return changes

    def _take_facts(self, rule: Rule, found: Found) -> list[str]:
        fresh = [Fact(name, value, hit.matched, hit.field) for hit in found for name, value in hit.groups]
        fresh += [Fact(name, value, "", f"rule {rule.id}") for name, value in rule.then.facts.items()]
        changes = [f"fact {fact.name} {fact.value}" for fact in fresh if fact.name not in self.facts]
        for fact in fresh:
            self.facts.setdefault(fact.name, fact)
        return changes


_LISTED = {"tags": "tag", "watchers": "watcher", "start": "start clock", "skip": "skip clock"}


Tried = tuple[Rule, Found | None, tuple[str, ...]]
"""A rule that was tried, what made it hold (None when it did not), and what it then changed."""


def tried(draft: Draft, scope: str) -> Iterator[Tried]:
    """Each rule of this scope (`new`, `reply`, `any`), in order, right after it was tried, until one stops the list."""
    for rule in draft.policy.rules:
        if scope not in ("any", rule.on) and rule.on != "any":
            continue
        found = evaluate(rule.when, draft.reading)
        yield rule, found, draft.apply(rule, found) if found is not None else ()
        if found is not None and rule.stop:
            return


def _reason(rule: Rule, found: Found, changes: Sequence[str]) -> str:
    source = f" ({', '.join(rule.reference)})" if rule.reference else ""
    because = "; ".join(f"{hit.field} has '{_short(hit.matched)}'" for hit in found)
    what = ", ".join(changes) or "nothing new"
    return f"rule {rule.id}{source}: {what}{' because ' + because if because else ''}"


def _shown(value: object) -> str:
    match value:
        case Wish():
            return f"to {value.words}"
        case Correlation(key=key):
            return key
        case _:
            return str(value).lower() if isinstance(value, bool) else str(value)


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
