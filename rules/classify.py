"""What a mail is about and how soon it matters, by the rules of a policy, with the reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from parsers.mail import Mail
from rules.conditions import Found, evaluate
from rules.facts import Fact
from rules.policy import Policy
from rules.reading import Context, Customer, Reading
from rules.ruleset import Correlation, Rule, Then, Wish

__all__ = ["Classification", "Context", "Customer", "Step", "classify", "steps"]


@dataclass(frozen=True, slots=True)
class Classification:
    """The outcome of the rules.

    `facts` are those that rules found or set. `set_by` names the rule behind each field that a rule set. `correlation`
    is the key by which the mail joins an open ticket, and `resolves` says that it ends what that ticket is about.
    `slow` lists the patterns that took too long and were passed over.
    """

    category: str
    impact: str
    urgency: str
    priority: str
    item: str | None = None
    tags: tuple[str, ...] = ()
    assign: Wish | None = None
    watchers: tuple[str, ...] = ()
    language: str | None = None
    template: str | None = None
    series: str | None = None
    acknowledge: bool = True
    discard: str | None = None
    correlation: str | None = None
    resolves: bool = False
    start_clocks: tuple[str, ...] = ()
    skip_clocks: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    set_by: Mapping[str, str] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    slow: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One rule that was tried: what made it hold (None when it did not) and what it then set."""

    rule: Rule
    found: Found | None
    changes: tuple[str, ...] = ()


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


def classify(mail: Mail, context: Context, policy: Policy) -> Classification:
    """The classification of a mail under a policy. Total: whatever the mail holds, it never raises."""
    reading = Reading(mail, context, policy.lexicons)
    draft, _ = _tried(reading, context, policy)
    return _finished(draft, policy, reading)


def steps(mail: Mail, context: Context, policy: Policy) -> tuple[Classification, Reading, Sequence[Step]]:
    """The classification together with every rule tried for it, in order: what `explain` shows."""
    reading = Reading(mail, context, policy.lexicons)
    draft, tried = _tried(reading, context, policy)
    return _finished(draft, policy, reading), reading, tried


def _tried(reading: Reading, context: Context, policy: Policy) -> tuple[_Draft, list[Step]]:
    draft = _Draft(policy, reading)
    scope = "new" if context.ticket is None else "reply"
    tried = []
    for rule in policy.rules:
        if rule.on not in (scope, "any"):
            continue
        found = evaluate(rule.when, reading)
        changes = draft.apply(rule, found) if found is not None else ()
        tried.append(Step(rule, found, changes))
        if found is not None and rule.stop:
            break
    return draft, tried


class _Draft:
    """What the rules have set so far."""

    __slots__ = ("_policy", "_reading", "facts", "lists", "raised", "reasons", "set_by", "values")

    def __init__(self, policy: Policy, reading: Reading) -> None:
        self._policy = policy
        self._reading = reading
        self.values: dict[str, object] = {}
        self.set_by: dict[str, str] = {}
        self.lists: dict[str, dict[str, None]] = {"tags": {}, "watchers": {}, "start": {}, "skip": {}}
        self.raised: list[tuple[int, str]] = []
        self.facts: dict[str, Fact] = {}
        self.reasons: list[str] = []

    def apply(self, rule: Rule, found: Found) -> tuple[str, ...]:
        """Take what a rule sets, unless an earlier rule has set it; what changed, in words."""
        changes = [*self._set_fields(rule), *self._grow_lists(rule.then), *self._take_facts(rule, found)]
        if rule.then.raise_by is not None:
            self.raised.append((rule.then.raise_by, rule.id))
            changes.append(f"raise {rule.then.raise_by}")
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
                self.values["category"] = self._policy.category_of(value)
                self.set_by["category"] = rule.id
                changes.append(f"category {self.values['category']}")
            self._show(name)
        return changes

    def _fits(self, name: str, value: str) -> bool:
        """A sub-item of another category than the one decided on is passed over."""
        return name != "item" or self.values.get(
            "category", self._policy.category_of(value)
        ) == self._policy.category_of(value)

    def _show(self, name: str) -> None:
        """Let later rules ask what has been decided."""
        for shown in (name, "category"):
            if shown in ("category", "item", "impact", "urgency") and shown in self.values:
                self._reading.decided[shown] = (str(self.values[shown]),)

    def _grow_lists(self, then: Then) -> list[str]:
        changes = []
        grown = {"tags": then.tags, "watchers": then.watchers, "start": then.clocks.start, "skip": then.clocks.skip}
        for name, entries in grown.items():
            fresh = [entry for entry in entries if entry not in self.lists[name]]
            self.lists[name] |= dict.fromkeys(fresh)
            changes += [f"{_LISTED[name]} {entry}" for entry in fresh]
        if then.tags:
            self._reading.decided["tags"] = tuple(self.lists["tags"])
        return changes

    def _take_facts(self, rule: Rule, found: Found) -> list[str]:
        fresh = [Fact(name, value, hit.matched, hit.field) for hit in found for name, value in hit.groups]
        fresh += [Fact(name, value, "", f"rule {rule.id}") for name, value in rule.then.facts.items()]
        changes = [f"fact {fact.name} {fact.value}" for fact in fresh if fact.name not in self.facts]
        for fact in fresh:
            self.facts.setdefault(fact.name, fact)
        return changes


_LISTED = {"tags": "tag", "watchers": "watcher", "start": "start clock", "skip": "skip clock"}


# From the draft to the outcome ---------------------------------------------------------------------------------------


def _finished(draft: _Draft, policy: Policy, reading: Reading) -> Classification:
    values = draft.values
    category = str(values.get("category", policy.defaults.category))
    impact, why_impact = _level(draft, policy, category, "impact")
    urgency, why_urgency = _level(draft, policy, category, "urgency")
    priority, why = _priority(draft, policy, category, (impact, urgency), f"{why_impact}, {why_urgency}")
    return Classification(
        category=category,
        impact=impact,
        urgency=urgency,
        priority=priority,
        item=_text(values.get("item")),
        tags=tuple(draft.lists["tags"]),
        assign=wish if isinstance(wish := values.get("assign"), Wish) else None,
        watchers=tuple(draft.lists["watchers"]),
        language=_text(values.get("language")),
        template=_text(values.get("template")),
        series=_text(values.get("series")) or _series(policy, category),
        acknowledge=values.get("acknowledge") is not False,
        discard=_text(values.get("discard")),
        correlation=_correlation(draft, reading),
        resolves=isinstance(joined := values.get("correlate"), Correlation) and joined.resolves,
        start_clocks=tuple(draft.lists["start"]),
        skip_clocks=tuple(draft.lists["skip"]),
        facts=tuple(draft.facts.values()),
        set_by=draft.set_by,
        reasons=(*draft.reasons, why, *(f"slow pattern passed over: {written}" for written in reading.slow)),
        slow=tuple(reading.slow),
    )


def _priority(
    draft: _Draft, policy: Policy, category: str, levels: tuple[str, str], why_levels: str
) -> tuple[str, str]:
    """The priority and why: set by a rule or found in the matrix, then raised."""
    impact, urgency = levels
    if "priority" in draft.values:
        base, why = str(draft.values["priority"]), _by(draft, policy, "priority")
    else:
        base, why = policy.matrix_of(category)[impact][urgency], why_levels
    raised = policy.priority_raised(base, sum(by for by, _ in draft.raised), category)
    if raised != base:
        rules = ", ".join(f"rule {rule}{_source(policy, rule)}" for _, rule in draft.raised)
        why = f"{why}, raised from {base} by {rules}"
    return raised, f"{raised}: {why}"


def _level(draft: _Draft, policy: Policy, category: str, name: str) -> tuple[str, str]:
    if name in draft.values:
        return str(draft.values[name]), f"{name} {draft.values[name]} {_by(draft, policy, name)}"
    declared = policy.category(category)
    of_category = getattr(declared, name) if declared is not None else None
    if of_category is not None:
        return of_category, f"{name} {of_category} by default of category"
    of_policy = str(getattr(policy.defaults, name))
    return of_policy, f"{name} {of_policy} by default"


def _by(draft: _Draft, policy: Policy, name: str) -> str:
    rule = draft.set_by[name]
    return f"by rule {rule}{_source(policy, rule)}"


def _source(policy: Policy, rule_id: str) -> str:
    rule = next(rule for rule in policy.rules if rule.id == rule_id)
    return f" ({', '.join(rule.reference)})" if rule.reference else ""


def _series(policy: Policy, category: str) -> str | None:
    declared = policy.category(category)
    return declared.series if declared is not None else None


def _correlation(draft: _Draft, reading: Reading) -> str | None:
    """The key with the facts put in; a mail that lacks one of them joins nothing."""
    asked = draft.values.get("correlate")
    if not isinstance(asked, Correlation):
        return None
    key = asked.key
    for name in asked.names:
        known = draft.facts.get(name) or next((fact for fact in reading.facts if fact.name == name), None)
        if known is None:
            return None
        key = key.replace(f"{{{name}}}", known.value.casefold())
    return key


def _reason(rule: Rule, found: Found, changes: Sequence[str]) -> str:
    source = f" ({', '.join(rule.reference)})" if rule.reference else ""
    because = "; ".join(f"{hit.field} has '{_short(hit.matched)}'" for hit in found)
    what = ", ".join(changes) or "nothing new"
    return f"rule {rule.id}{source}: {what}{' because ' + because if because else ''}"


def _shown(value: object) -> str:
    match value:
        case Wish():
            return "to " + ", ".join(f"{name} {getattr(value, name)}" for name in value.model_fields_set)
        case Correlation(key=key):
            return key
        case _:
            return str(value).lower() if isinstance(value, bool) else str(value)


def _text(value: object) -> str | None:
    return str(value) if value is not None else None


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
