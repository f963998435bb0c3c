"""Reads the `when:` of a rule, as data, into a condition; every fault is told at its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from pydantic import BeforeValidator

from rules.clues import clues
from rules.conditions import All, AnyOf, Compared, Comparison, Condition, Not, Patterns, Words
from rules.lexicon import Word, folded, part, word
from rules.model import Trust
from rules.patterns import pattern
from rules.reading import AGES, DECIDED, FIELDS, NUMBERS, PREFIXES, TRUTHS, Value
from rules.vocabulary import Place, Wrong, duration, nearest

TREES = ("all", "any", "not")
ORDERED = ("gt", "gte", "lt", "lte")
TEXTUAL = ("contains", "word", "regex", "starts_with", "ends_with")
MODIFIERS = (*TEXTUAL, "equals", "in", *ORDERED, "exists", "all")

_Faults = list[tuple[Place, str]]


def condition(written: object) -> Condition:
    """The condition that a `when:` describes. Raises `Wrong` with every fault, each at its place."""
    faults: _Faults = []
    made = _condition(written, (), faults)
    if faults:
        raise Wrong(*faults)
    return made


When = BeforeValidator(
    lambda written: (
        written if isinstance(written, Words | Patterns | Compared | All | AnyOf | Not) else condition(written)
    )
)
"""The validator of a `when:`."""


def _condition(written: object, place: Place, faults: _Faults) -> Condition:
    if not isinstance(written, Mapping) or not written:
        faults.append((place, "a condition is written as 'field|modifier: value', or under all:, any: or not:"))
        return All(())
    parts: list[Condition] = []
    for key, value in written.items():
        below = (*place, key)
        match key:
            case "all":
                parts.append(All(_cheap_first(_members(value, below, faults))))
            case "any":
                parts.append(AnyOf(_cheap_first(_members(value, below, faults))))
            case "not":
                parts.append(Not(_condition(value, below, faults)))
            case _:
                parts += _test(str(key), value, below, faults)
    return parts[0] if len(parts) == 1 else All(_cheap_first(tuple(parts)))


def _members(written: object, place: Place, faults: _Faults) -> tuple[Condition, ...]:
    if not isinstance(written, Sequence) or isinstance(written, str) or not written:
        faults.append((place, "list at least one condition here, each with a dash"))
        return ()
    return tuple(_condition(member, (*place, index), faults) for index, member in enumerate(written))


def _cheap_first(parts: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """Words before patterns, otherwise as written: the outcome is the same, and most patterns are never tried."""
    return tuple(sorted(parts, key=_costs_a_search))


def _costs_a_search(part: Condition) -> bool:
    match part:
        case Patterns():
            return True
        case All(parts) | AnyOf(parts):
            return any(_costs_a_search(each) for each in parts)
        case Not(inner):
            return _costs_a_search(inner)
        case _:
            return False


# One test ------------------------------------------------------------------------------------------------------------


def _test(key: str, written: object, place: Place, faults: _Faults) -> list[Condition]:
    name, *modifiers = key.split("|")
    wrong = _wrong_key(name, modifiers)
    if wrong is not None:
        faults.append(((*place, "[key]"), wrong))
        return []
    operator = next((modifier for modifier in modifiers if modifier != "all"), "equals")
    listed = written if isinstance(written, list) else [written]
    if not listed:
        faults.append((place, "an empty list matches nothing"))
    before, values = len(faults), []
    for index, value in enumerate(listed):
        try:
            values.append(_value(name, operator, value))
        except ValueError as error:
            faults.append(((*place, index) if isinstance(written, list) else place, str(error)))
    if len(faults) > before:
        return []
    return [_made(name, operator, tuple(values), "all" in modifiers, f"{key}: {_shown(listed)}")]


def _wrong_key(name: str, modifiers: Sequence[str]) -> str | None:
    if name not in FIELDS and name not in DECIDED and not name.startswith(PREFIXES):
        return f"unknown field '{name}'{nearest(name, (*FIELDS, *DECIDED, *TREES))}"
    for modifier in modifiers:
        if modifier not in MODIFIERS:
            return f"unknown modifier '{modifier}'{nearest(modifier, MODIFIERS)}"
    named = [modifier for modifier in modifiers if modifier != "all"]
    if len(named) > 1:
        return f"'{named[0]}' or '{named[1]}', not both"
    if name in (*NUMBERS, *AGES) and named and named[0] in TEXTUAL:
        return f"'{name}' is a number: compare it with |gt, |gte, |lt or |lte"
    if named and named[0] in ORDERED and name not in (*NUMBERS, *AGES, "trust"):
        return f"'{name}' is text: it has no order"
    return None


def _made(name: str, operator: str, values: tuple[Any, ...], every: bool, written: str) -> Condition:  # noqa: FBT001 - a modifier is there or is not
    if operator in ("contains", "word"):
        return Words(name, values, every, written, frozenset(values))
    if operator == "regex":
        needs = tuple(frozenset(Word(clue) for clue in clues(each.pattern)) for each in values)
        return Patterns(name, values, every, written, needs)
    return Compared(name, cast("Comparison", "equals" if operator == "in" else operator), values, every, written)


def _shown(listed: Sequence[object]) -> str:
    texts = [str(value) if len(str(value)) <= 60 else f"{str(value)[:59]}…" for value in listed[:5]]
    return ", ".join(texts) if len(listed) <= 5 else f"{', '.join(texts)}, … ({len(listed)})"


def _value(name: str, operator: str, written: object) -> Any:
    """One value of a test, as comparing wants it. Raises ValueError."""
    if operator == "exists" or name in TRUTHS:
        if not isinstance(written, bool):
            raise ValueError(f"write true or false, not {written!r}")
        return written
    if name in AGES:
        return int(duration(written).total_seconds())
    if name in NUMBERS or operator in ORDERED:
        return _number(name, written)
    if isinstance(written, bool) or not isinstance(written, str | int | float) or not str(written).strip():
        raise ValueError(f"text is wanted here, not {written!r}")
    if operator == "regex":
        return pattern(str(written))
    made = {"contains": part, "word": word}.get(operator, folded)(str(written))
    if not str(made):
        raise ValueError(f"nothing is left of {written!r} once it is folded")
    return made


def _number(name: str, written: object) -> Value:
    if name == "trust":
        words = [trust.name.lower() for trust in Trust]
        if written not in words:
            raise ValueError(f"{written!r} is none of {', '.join(words)}")
        return str(written)
    if isinstance(written, bool) or not isinstance(written, int):
        raise ValueError(f"a whole number is wanted here, not {written!r}")
    return written
