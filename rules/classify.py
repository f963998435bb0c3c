"""What a mail is about and how soon it matters, by the rules of a policy, with the reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from parsers.mail import Mail
from rules.conditions import Found, evaluate
from rules.policy import Policy, Rule, Then
from rules.reading import Context, Reading

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Classification:
    """The outcome of the rules. `set_by` names the rule behind each field that a rule set; `slow` lists the patterns
    that took too long and were passed over."""

    category: str
    impact: str
    urgency: str
    priority: str
    tags: tuple[str, ...] = ()
    acknowledge: bool = True
    discard: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    set_by: Mapping[str, str] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    slow: tuple[str, ...] = ()


@dataclass(slots=True)
class _Draft:
    """What the rules have set so far."""

    values: dict[str, object] = field(default_factory=dict)
    set_by: dict[str, str] = field(default_factory=dict)
    tags: dict[str, None] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)

    def apply(self, rule: Rule, found: Found) -> None:
        """Take what a rule sets, unless an earlier rule has set it."""
        fresh = [name for name in _SINGLE if getattr(rule.then, name) is not None and name not in self.values]
        for name in fresh:
            self.values[name] = getattr(rule.then, name)
            self.set_by[name] = rule.id
        tags = [tag for tag in rule.then.tags if tag not in self.tags]
        self.tags |= dict.fromkeys(tags)
        for hit in found:
            for name, text in hit.groups:
                self.facts.setdefault(name, text)
        self.reasons.append(_reason(rule, found, fresh, tags))


_SINGLE = tuple(name for name in Then.model_fields if name != "tags")


def classify(mail: Mail, context: Context, policy: Policy) -> Classification:
    """The classification of a mail under a policy. Total: whatever the mail holds, it never raises."""
    reading = Reading(mail, context)
    draft = _Draft()
    scope = "new" if context.ticket is None else "reply"
    for rule in policy.rules:
        if rule.on not in (scope, "any"):
            continue
        found = evaluate(rule.when, reading)
        if found is None:
            continue
        draft.apply(rule, found)
        if rule.stop:
            break
    return _finished(draft, policy, tuple(reading.slow))


def _finished(draft: _Draft, policy: Policy, slow: tuple[str, ...]) -> Classification:
    category = str(draft.values.get("category", policy.defaults.category))
    declared = policy.category(category)
    impact, why_impact = _level(draft, "impact", declared.impact if declared else None, policy.defaults.impact)
    urgency, why_urgency = _level(draft, "urgency", declared.urgency if declared else None, policy.defaults.urgency)
    priority = draft.values.get("priority")
    if priority is None:
        priority = policy.matrix[impact][urgency]
        why = f"{priority}: {why_impact}, {why_urgency}"
    else:
        why = f"{priority}: set by rule {draft.set_by['priority']}"
    discard = draft.values.get("discard")
    return Classification(
        category=category,
        impact=impact,
        urgency=urgency,
        priority=str(priority),
        tags=tuple(draft.tags),
        acknowledge=draft.values.get("acknowledge") is not False,
        discard=str(discard) if discard is not None else None,
        facts=draft.facts,
        set_by=draft.set_by,
        reasons=(*draft.reasons, why, *(f"slow pattern passed over: {pattern}" for pattern in slow)),
        slow=slow,
    )


def _level(draft: _Draft, name: str, of_category: str | None, of_policy: str) -> tuple[str, str]:
    if name in draft.values:
        return str(draft.values[name]), f"{name} {draft.values[name]} by rule {draft.set_by[name]}"
    if of_category is not None:
        return of_category, f"{name} {of_category} by default of category"
    return of_policy, f"{name} {of_policy} by default"


def _reason(rule: Rule, found: Found, fresh: list[str], tags: list[str]) -> str:
    source = f" ({', '.join(rule.reference)})" if rule.reference else ""
    because = "; ".join(f"{hit.field} has '{_short(hit.matched)}'" for hit in found)
    changes = ", ".join([*(f"{name} {getattr(rule.then, name)}" for name in fresh), *(f"tag {tag}" for tag in tags)])
    return f"rule {rule.id}{source}: {changes or 'nothing new'}{' because ' + because if because else ''}"


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
