"""Which conditions imply and which exclude one another, as far as their form shows it."""

from __future__ import annotations

from rules.conditions import All, AnyOf, Compared, Condition, Not, Patterns, Words
from rules.reading import DECIDED, FIELDS

SINGLE = frozenset(FIELDS) - {
    "recipients",
    "attachment.name",
    "attachment.type",
    "ticket.tags",
    "calendar",
} | frozenset(DECIDED) - {"tags"}
"""Fields that have one value at most."""


def implies(one: Condition, other: Condition) -> bool:
    """Whether the other surely holds whenever the one does; False when the form does not show it."""
    if one == other:
        return True
    match one, other:
        case AnyOf(parts), _:
            return all(implies(part, other) for part in parts)
        case _, All(parts):
            return all(implies(one, part) for part in parts)
        case All(parts), _:
            return any(implies(part, other) for part in parts)
        case _, AnyOf(parts):
            return any(implies(one, part) for part in parts)
        case Not(part), Not(inner):
            return implies(inner, part)
        case _:
            return _test_implies(one, other)


def _test_implies(one: Condition, other: Condition) -> bool:
    match one, other:
        case Words(), Words():
            return one.field == other.field and not other.every and _covered(one, other)
        case Compared(), Compared():
            same = (one.field, one.comparison) == (other.field, other.comparison) and not (one.every or other.every)
            return same and one.comparison == "equals" and set(one.values) <= set(other.values)
        case _:
            return False


def _covered(one: Words, other: Words) -> bool:
    """Whether each word of the one is, or holds anywhere, a word of the other."""
    return all(
        any(word == known or (known == known.text and known in word.text) for known in other.words)
        for word in one.words
    )


def excludes(one: Condition, other: Condition) -> bool:
    """Whether the two surely never hold together; False when the form does not show it."""
    match one, other:
        case Not(part), _:
            return implies(other, part)
        case _, Not(part):
            return implies(one, part)
        case AnyOf(parts), _:
            return all(excludes(part, other) for part in parts)
        case _, AnyOf(parts):
            return all(excludes(one, part) for part in parts)
        case All(parts), _:
            return any(excludes(part, other) for part in parts)
        case _, All(parts):
            return any(excludes(one, part) for part in parts)
        case Compared(), Compared():
            return one.field == other.field and one.field in SINGLE and _apart(one, other)
        case _:
            return False


def _apart(one: Compared, other: Compared) -> bool:
    if one.comparison == other.comparison == "equals":
        return not set(one.values) & set(other.values)
    if one.comparison == other.comparison == "exists":
        return one.values != other.values
    low, high = (one, other) if one.comparison in ("gt", "gte") else (other, one)
    if low.comparison not in ("gt", "gte") or high.comparison not in ("lt", "lte"):
        return False
    lows = [value for value in low.values if not isinstance(value, str)]
    highs = [value for value in high.values if not isinstance(value, str)]
    return bool(lows) and bool(highs) and min(lows) >= max(highs)


def impossible(condition: Condition) -> bool:
    """Whether a condition surely never holds, because parts that must hold together exclude one another."""
    match condition:
        case All(parts):
            pairs = ((one, other) for at, one in enumerate(parts) for other in parts[at + 1 :])
            return any(impossible(part) for part in parts) or any(excludes(one, other) for one, other in pairs)
        case AnyOf(parts):
            return all(impossible(part) for part in parts)
        case Compared(every=True, values=values, comparison="equals", field=field):
            return field in SINGLE and len(set(values)) > 1
        case Words() | Patterns() | Compared() | Not():
            return False
