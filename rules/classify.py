"""What a mail is about and how soon it matters, by the rules of a policy, with the reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from parsers.mail import Mail
from rules.conditions import evaluate, questions
from rules.draft import BY_HAND, Draft, tried
from rules.facts import Fact
from rules.policy import Policy
from rules.reading import DECIDED, Context, Customer, Reading
from rules.ruleset import Correlation, Rule
from rules.terms import Wish

__all__ = ["Classification", "Context", "Customer", "classify", "finished", "holds", "scope_of"]


@dataclass(frozen=True, slots=True)
class Classification:
    """The outcome of the rules: what a new ticket is, or what the ticket of a reply is from now on.

    `why` gives the reasons of the priority. `facts` are those that rules found or set. `set_by` names the rule behind
    each field that a rule set, and `fired` all the rules that held. `correlation` is the key by which the mail joins an
    open ticket, and `resolves` says that it ends what that ticket is about. `slow` lists the patterns that took too
    long and were passed over.
    """

    category: str
    impact: str
    urgency: str
    priority: str
    why: str
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
    fired: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    slow: tuple[str, ...] = ()


def classify(mail: Mail, context: Context, policy: Policy) -> Classification:
    """The classification of a mail under a policy. Total: whatever the mail holds, it never raises."""
    draft = Draft(policy, Reading(mail, context, policy.lexicons))
    for _ in tried(draft, scope_of(context)):
        pass
    return finished(draft)


def scope_of(context: Context) -> str:
    """Which rules are asked: those for new requests, or those for replies."""
    return "new" if context.ticket is None else "reply"


def holds(rule: Rule, mail: Mail, context: Context, policy: Policy) -> bool:
    """Whether a rule holds for a mail, after all the rules before it when it asks what they decided."""
    reading = Reading(mail, context, policy.lexicons)
    if all(test.field not in DECIDED for test in questions(rule.when)):
        return evaluate(rule.when, reading) is not None
    steps = tried(Draft(policy, reading), rule.on)
    return any(found is not None for each, found, _ in steps if each is rule)


# From the draft to the outcome ---------------------------------------------------------------------------------------


def finished(draft: Draft) -> Classification:
    """The outcome of what the rules have set; the rest is as the ticket is, or by the defaults of the pack."""
    values, policy, reading = draft.values, draft.policy, draft.reading
    ticket = reading.ticket
    category = str(values.get("category", ticket.category if ticket is not None else policy.defaults.category))
    impact, why_impact = _level(draft, policy, category, "impact")
    urgency, why_urgency = _level(draft, policy, category, "urgency")
    priority, why = _priority(draft, policy, category, (impact, urgency), f"{why_impact}, {why_urgency}")
    kept = ticket.item if ticket is not None and ticket.category == category else None
    return Classification(
        category=category,
        impact=impact,
        urgency=urgency,
        priority=priority,
        why=f"{priority}: {why}",
        item=_text(values.get("item", kept)),
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
        fired=tuple(draft.fired),
        reasons=(*draft.reasons, f"{priority}: {why}", *(f"slow pattern passed over: {each}" for each in reading.slow)),
        slow=tuple(reading.slow),
    )


def _priority(draft: Draft, policy: Policy, category: str, levels: tuple[str, str], why_levels: str) -> tuple[str, str]:
    """The priority and why: set by an engineer or a rule, else found in the matrix; then raised."""
    base, why = _base(draft, policy, category, levels, why_levels)
    steps = 0 if draft.set_by.get("priority") == BY_HAND else sum(by for by, _ in draft.raised)
    raised = policy.priority_raised(base, steps, category)
    if raised != base:
        rules = ", ".join(f"rule {rule}{_source(policy, rule)}" for _, rule in draft.raised)
        why = f"{why}, raised from {base} by {rules}"
    return raised, why


def _base(draft: Draft, policy: Policy, category: str, levels: tuple[str, str], why_levels: str) -> tuple[str, str]:
    ticket = draft.reading.ticket
    if "priority" in draft.values:
        return str(draft.values["priority"]), _by(draft, policy, "priority")
    if ticket is None:
        return policy.matrix_of(category)[levels[0]][levels[1]], why_levels
    if (category, *levels) == (ticket.category, ticket.impact, ticket.urgency):
        return ticket.priority, "as before"
    usual = policy.priority_of(ticket.category, ticket.impact, ticket.urgency)
    sooner = policy.steps_between(usual, ticket.priority, ticket.category) if usual is not None else 0
    found = policy.priority_of(category, *levels)
    return policy.priority_raised(found, sooner, category) if found is not None else ticket.priority, why_levels


def _level(draft: Draft, policy: Policy, category: str, name: str) -> tuple[str, str]:
    ticket = draft.reading.ticket
    if name in draft.values:
        return str(draft.values[name]), f"{name} {draft.values[name]} {_by(draft, policy, name)}"
    if ticket is not None:
        return (kept := getattr(ticket, name)), f"{name} {kept} as before"
    declared = policy.category(category)
    of_category = getattr(declared, name) if declared is not None else None
    if of_category is not None:
        return of_category, f"{name} {of_category} by default of category"
    of_policy = str(getattr(policy.defaults, name))
    return of_policy, f"{name} {of_policy} by default"


def _by(draft: Draft, policy: Policy, name: str) -> str:
    rule = draft.set_by[name]
    return f"by {rule}" if rule == BY_HAND else f"by rule {rule}{_source(policy, rule)}"


def _source(policy: Policy, rule_id: str) -> str:
    rule = next(rule for rule in policy.rules if rule.id == rule_id)
    return f" ({', '.join(rule.reference)})" if rule.reference else ""


def _series(policy: Policy, category: str) -> str | None:
    declared = policy.category(category)
    return declared.series if declared is not None else None


def _correlation(draft: Draft, reading: Reading) -> str | None:
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


def _text(value: object) -> str | None:
    return str(value) if value is not None else None
