"""Conditions of rules: trees of `all`, `any` and `not` over tests of single fields, read from data and evaluated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, assert_never

import regex
from pydantic import BeforeValidator

from rules.model import Trust
from rules.reading import FIELDS, HEADER, Reading, Value, folded
from rules.vocabulary import Place, Wrong, duration, nearest

PATTERN_SECONDS = 0.05
"""How long one pattern may search one text; a slower one does not hold, and the mail is flagged."""

SLOW_PATTERNS = 2
"""After this many slow patterns no further pattern is tried on a mail, so that one mail cannot hold up the rest."""

Operator = Literal[
    "contains", "word", "equals", "starts_with", "ends_with", "regex", "in", "gt", "gte", "lt", "lte", "exists"
]
OPERATORS: tuple[Operator, ...] = (
    "contains",
    "word",
    "equals",
    "starts_with",
    "ends_with",
    "regex",
    "in",
    "gt",
    "gte",
    "lt",
    "lte",
    "exists",
)
_ORDERED = ("gt", "gte", "lt", "lte")
_NUMBERS = ("attachment.count", "size")
_TRUTHS = ("is_reply",)
_AGES = ("ticket.age",)


@dataclass(frozen=True, slots=True)
class Hit:
    """What a test found: the field, the text or value that matched, and the named groups of a pattern."""

    field: str
    matched: str
    groups: tuple[tuple[str, str], ...] = ()


Found = tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Test:
    """One question about one field. With `every`, all of the values must match, otherwise one is enough."""

    field: str
    operator: Operator
    values: tuple[Any, ...]
    every: bool
    written: str


@dataclass(frozen=True, slots=True)
class All:
    """Holds when every part holds; without parts it always holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds when one part holds; the first that does is the reason."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Holds when its part does not."""

    part: Condition


Condition = Test | All | AnyOf | Not


# Evaluating ----------------------------------------------------------------------------------------------------------


def evaluate(condition: Condition, reading: Reading) -> Found | None:
    """What made the condition hold (nothing, for a negation), or None when it does not hold. Never raises."""
    match condition:
        case Test():
            return _test(condition, reading)
        case All(parts):
            found: Found = ()
            for part in parts:
                hits = evaluate(part, reading)
                if hits is None:
                    return None
                found += hits
            return found
        case AnyOf(parts):
            for part in parts:
                hits = evaluate(part, reading)
                if hits is not None:
                    return hits
            return None
        case Not(part):
            return () if evaluate(part, reading) is None else None
        case _:
            assert_never(condition)


def _test(test: Test, reading: Reading) -> Found | None:
    values = reading.values(test.field, fold=test.operator != "regex")
    if test.operator == "exists":
        present = any(value != "" for value in values)
        return (Hit(test.field, "present" if present else "absent"),) if present is test.values[0] else None
    found = []
    for wanted in test.values:
        hit = next((hit for value in values if (hit := _compare(test, wanted, value, reading)) is not None), None)
        if hit is not None and not test.every:
            return (hit,)
        if hit is None and test.every:
            return None
        if hit is not None:
            found.append(hit)
    return tuple(found) if found else None


def _compare(test: Test, wanted: Any, value: Value, reading: Reading) -> Hit | None:
    if test.operator == "regex":
        return _search(test, wanted, str(value), reading)
    if test.operator in _ORDERED:
        return Hit(test.field, str(value)) if _ordered(test.operator, _rank(value), wanted) else None
    if not isinstance(value, str):
        return Hit(test.field, str(value)) if value == wanted else None
    match test.operator:
        case "contains":
            holds = wanted in value
        case "word":
            holds = wanted.text in value and wanted.stands_in(value)
        case "starts_with":
            holds = value.startswith(wanted)
        case "ends_with":
            holds = value.endswith(wanted)
        case _:
            holds = value == wanted
    return Hit(test.field, str(wanted)) if holds else None


def _rank(value: Value) -> int:
    return Trust[value.upper()] if isinstance(value, str) else int(value)


def _ordered(operator: Operator, value: int, wanted: int) -> bool:
    match operator:
        case "gt":
            return value > wanted
        case "gte":
            return value >= wanted
        case "lt":
            return value < wanted
        case _:
            return value <= wanted


def _search(test: Test, pattern: Any, value: str, reading: Reading) -> Hit | None:
    if len(reading.slow) >= SLOW_PATTERNS:
        return None
    try:
        found = pattern.search(value, timeout=PATTERN_SECONDS)
    except TimeoutError:
        reading.slow.append(test.written)
        return None
    if found is None:
        return None
    groups = tuple((name, text) for name, text in found.groupdict().items() if text is not None)
    return Hit(test.field, found[0], groups)


# Reading from data ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Word:
    """A word that stands alone. An edge that is Chinese needs no boundary, because Chinese writes none; `crash*` is any
    word beginning so."""

    text: str
    starts: bool
    ends: bool

    def __str__(self) -> str:
        return self.text

    def stands_in(self, value: str) -> bool:
        """Whether one of its places in `value`, which holds it, has the boundaries that it needs."""
        at = value.find(self.text)
        while at >= 0:
            after = at + len(self.text)
            free_before = not self.starts or at == 0 or not _of_word(value[at - 1])
            free_after = not self.ends or after == len(value) or not _of_word(value[after])
            if free_before and free_after:
                return True
            at = value.find(self.text, at + 1)
        return False


def _of_word(character: str) -> bool:
    return character.isalnum() and ord(character) < 0x2E80


def word(text: str) -> Word:
    """The word that a rule writes, folded."""
    whole = folded(text).removesuffix("*")
    return Word(whole, _of_word(whole[:1] or " "), _of_word(whole[-1:] or " ") and not text.endswith("*"))


def condition(written: object) -> Condition:
    """The condition that a `when:` describes. Raises `Wrong` with every fault, each at its place."""
    faults: list[tuple[Place, str]] = []
    made = _condition(written, (), faults)
    if faults:
        raise Wrong(*faults)
    return made


When = BeforeValidator(lambda written: written if isinstance(written, Test | All | AnyOf | Not) else condition(written))
"""The validator of a `when:`."""


def _condition(written: object, place: Place, faults: list[tuple[Place, str]]) -> Condition:
    if not isinstance(written, Mapping):
        faults.append((place, "a condition is written as 'field|modifier: value', or under all:, any: or not:"))
        return All(())
    parts: list[Condition] = []
    for key, value in written.items():
        match key:
            case "all" | "any":
                members = _members(value, (*place, key), faults)
                parts.append(All(members) if key == "all" else AnyOf(members))
            case "not":
                parts.append(Not(_condition(value, (*place, key), faults)))
            case _:
                test = _read_test(str(key), value, (*place, key), faults)
                parts += [test] if test is not None else []
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _members(written: object, place: Place, faults: list[tuple[Place, str]]) -> tuple[Condition, ...]:
    if not isinstance(written, Sequence) or isinstance(written, str) or not written:
        faults.append((place, "list at least one condition here, each with a dash"))
        return ()
    return tuple(_condition(part, (*place, index), faults) for index, part in enumerate(written))


def _read_test(key: str, written: object, place: Place, faults: list[tuple[Place, str]]) -> Test | None:
    name, *modifiers = key.split("|")
    at_key = (*place, "[key]")
    if name not in FIELDS and not name.startswith(HEADER):
        faults.append((at_key, f"unknown field '{name}'{nearest(name, (*FIELDS, 'all', 'any', 'not'))}"))
        return None
    for modifier in modifiers:
        if modifier != "all" and modifier not in OPERATORS:
            faults.append((at_key, f"unknown modifier '{modifier}'{nearest(modifier, (*OPERATORS, 'all'))}"))
            return None
    named = [operator for operator in OPERATORS if operator in modifiers]
    if len(named) > 1:
        faults.append((at_key, f"one of {' and '.join(named)}, not both"))
        return None
    operator: Operator = named[0] if named else "equals"
    listed = written if isinstance(written, list) else [written]
    if not listed:
        faults.append((place, "an empty list matches nothing"))
    before = len(faults)
    values = []
    for index, value in enumerate(listed):
        try:
            values.append(_value(name, operator, value))
        except ValueError as error:
            faults.append(((*place, index) if isinstance(written, list) else place, str(error)))
    shown = f"{key}: {written}"
    return Test(name, operator, tuple(values), "all" in modifiers, shown) if len(faults) == before else None


def _value(name: str, operator: Operator, written: object) -> Any:
    """One value of a test, as comparing wants it. Raises ValueError."""
    if operator == "exists" or name in _TRUTHS:
        if not isinstance(written, bool):
            raise ValueError(f"write true or false, not {written!r}")
        return written
    if name in _AGES:
        return int(duration(written).total_seconds())
    if operator in _ORDERED or name in _NUMBERS:
        return _number(name, written)
    if isinstance(written, bool) or not isinstance(written, str | int | float):
        raise ValueError(f"text is wanted here, not {written!r}")
    text = str(written)
    if not text.strip():
        raise ValueError("empty text matches everything: use exists")
    match operator:
        case "regex":
            return _pattern(text)
        case "word":
            return word(text)
        case _:
            return folded(text)


def _number(name: str, written: object) -> int:
    if name == "trust" and isinstance(written, str) and written.upper() in Trust.__members__:
        return Trust[written.upper()]
    if isinstance(written, bool) or not isinstance(written, int):
        raise ValueError(f"a whole number is wanted here, not {written!r}")
    return written


def _pattern(text: str) -> Any:
    wide = [character for character in text if 0xFF01 <= ord(character) <= 0xFF5E]
    if wide:
        raise ValueError(
            f"the pattern holds the full-width '{wide[0]}', but texts are folded to half width: it cannot match"
        )
    try:
        return regex.compile(text, regex.IGNORECASE | regex.VERSION0)
    except regex.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
