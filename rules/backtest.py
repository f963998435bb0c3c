"""What would have become of mails under other rules: the difference between two policies, mail by mail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from parsers.mail import Mail
from rules.classify import Classification, Context, classify
from rules.policy import Policy

COMPARED = (
    "category",
    "item",
    "impact",
    "urgency",
    "priority",
    "tags",
    "assign",
    "watchers",
    "language",
    "template",
    "series",
    "acknowledge",
    "discard",
    "correlation",
    "resolves",
    "start_clocks",
    "skip_clocks",
)


@dataclass(frozen=True, slots=True)
class Case:
    """One mail to try: the name under which people know it, and what was known when it came."""

    name: str
    mail: Mail
    context: Context


@dataclass(frozen=True, slots=True)
class Difference:
    """A mail that fares otherwise: for each changed field the old and the new value, and the reasons on both sides."""

    name: str
    changed: Mapping[str, tuple[str, str]]
    why_old: tuple[str, ...]
    why_new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many mails were tried, how many fare otherwise, and how often each change occurred."""

    mails: int
    different: int
    changes: Mapping[tuple[str, str, str], int]
    fired_old: Mapping[str, int]
    fired_new: Mapping[str, int]


def backtest(cases: Iterable[Case], old: Policy, new: Policy) -> tuple[Tally, tuple[Difference, ...]]:
    """The whole comparison: counts, then each mail that fares otherwise. Takes the cases one by one, as they come."""
    found, changes = [], Counter[tuple[str, str, str]]()
    fired_old, fired_new = Counter[str](), Counter[str]()
    mails = 0
    for case in cases:
        before, after = classify(case.mail, case.context, old), classify(case.mail, case.context, new)
        mails += 1
        fired_old.update(before.fired)
        fired_new.update(after.fired)
        difference = _difference(case.name, before, after)
        if difference is not None:
            found.append(difference)
            changes.update((field, *values) for field, values in difference.changed.items())
    return Tally(mails, len(found), changes, fired_old, fired_new), tuple(found)


def hits(cases: Iterable[Case], policy: Policy) -> Mapping[str, int]:
    """How often each rule held, those that never did included, in the order of the rules."""
    fired = Counter(rule for case in cases for rule in classify(case.mail, case.context, policy).fired)
    return {rule.id: fired[rule.id] for rule in policy.rules}


def _difference(name: str, old: Classification, new: Classification) -> Difference | None:
    changed = {
        field: (_shown(getattr(old, field)), _shown(getattr(new, field)))
        for field in COMPARED
        if getattr(old, field) != getattr(new, field)
    }
    return Difference(name, changed, old.reasons, new.reasons) if changed else None


def _shown(value: object) -> str:
    match value:
        case None:
            return "-"
        case tuple():
            return ", ".join(str(each) for each in value) or "-"
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)
