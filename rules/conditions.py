"""Conditions of rules: trees of `all`, `any` and `not` over tests of single fields, and whether they hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, assert_never

from rules.lexicon import Word
from rules.model import Trust
from rules.reading import Reading, Value

PATTERN_SECONDS = 0.05
"""How long one pattern may search one text; a slower one does not hold, and the mail is flagged."""

SLOW_PATTERNS = 2
"""After this many slow patterns no further one is tried on a mail, so that one mail cannot hold up the rest."""

Comparison = Literal["equals", "starts_with", "ends_with", "gt", "gte", "lt", "lte", "exists"]


@dataclass(frozen=True, slots=True)
class Hit:
    """What a test found: the field, the text or value that matched, and the named groups of a pattern."""

    field: str
    matched: str
    groups: tuple[tuple[str, str], ...] = ()


Found = tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """Whether a field holds one of these words; with `every`, all of them."""

    field: str
    words: tuple[Word, ...]
    every: bool
    written: str
    set: frozenset[Word]


@dataclass(frozen=True, slots=True)
class Patterns:
    """Whether a field matches one of these regular expressions; with `every`, all of them.

    `clues` are, for each, the words of which it needs one before it can match; none if nothing is known.
    """

    field: str
    patterns: tuple[Any, ...]
    every: bool
    written: str
    clues: tuple[frozenset[Word], ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """Whether a value of a field compares so with one of these; with `every`, with all of them."""

    field: str
    comparison: Comparison
    values: tuple[Value, ...]
    every: bool
    written: str


Test = Words | Patterns | Compared


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


Condition = Words | Patterns | Compared | All | AnyOf | Not


def evaluate(condition: Condition, reading: Reading) -> Found | None:
    """What made the condition hold (nothing, for a negation), or None when it does not hold. Never raises."""
    match condition:
        case Words():
            return _words(condition, reading)
        case Patterns():
            return _patterns(condition, reading)
        case Compared():
            return _compared(condition, reading)
        case All(parts):
            found: Found = ()
            for part in parts:
                hits = evaluate(part, reading)
                if hits is None:
                    return None
                found += hits
            return found
        case AnyOf(parts):
            return next((hits for part in parts if (hits := evaluate(part, reading)) is not None), None)
        case Not(part):
            return () if evaluate(part, reading) is None else None
        case _:
            assert_never(condition)


def failing(condition: Condition, reading: Reading) -> str | None:
    """The first test, as it is written, because of which the condition does not hold; None when it holds."""
    if evaluate(condition, reading) is not None:
        return None
    match condition:
        case All(parts):
            return next((why for part in parts if (why := failing(part, reading)) is not None), None)
        case AnyOf(parts):
            whys = [why for part in parts if (why := failing(part, reading)) is not None]
            return f"none of {len(whys)}: " + "; ".join(whys)
        case Not(part):
            hits = evaluate(part, reading) or ()
            return "not: " + ("; ".join(f"{hit.field} has '{hit.matched}'" for hit in hits) or "what is denied holds")
        case Words(written=written) | Patterns(written=written) | Compared(written=written):
            return written
        case _:
            assert_never(condition)


def questions(condition: Condition) -> Iterator[Test]:
    """Every test in a condition, from left to right."""
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from questions(part)
        case Not(part):
            yield from questions(part)
        case _:
            yield condition


def _words(test: Words, reading: Reading) -> Found | None:
    present = reading.words(test.field)
    if test.every:
        return tuple(Hit(test.field, each.text) for each in test.words) if test.set <= present else None
    if present.isdisjoint(test.set):
        return None
    return (Hit(test.field, next(each.text for each in test.words if each in present)),)


def _patterns(test: Patterns, reading: Reading) -> Found | None:
    found: Found = ()
    present = reading.words(test.field)
    for pattern, clues in zip(test.patterns, test.clues, strict=True):
        texts = reading.normal(test.field) if not clues or not present.isdisjoint(clues) else ()
        hit = next((hit for text in texts if (hit := _search(test, pattern, text, reading)) is not None), None)
        if hit is not None and not test.every:
            return (hit,)
        if hit is None and test.every:
            return None
        found += (hit,) if hit is not None else ()
    return found or None


def _search(test: Patterns, pattern: Any, text: str, reading: Reading) -> Hit | None:
    if len(reading.slow) >= SLOW_PATTERNS:
        return None
    try:
        found = pattern.search(text, timeout=PATTERN_SECONDS)
    except TimeoutError:
        reading.slow.append(test.written)
        return None
    if found is None:
        return None
    groups = tuple((name, value) for name, value in found.groupdict().items() if value is not None)
    return Hit(test.field, found[0], groups)


def _compared(test: Compared, reading: Reading) -> Found | None:
    values = reading.folded(test.field)
    if test.comparison == "exists":
        present = any(value != "" for value in values)
        return (Hit(test.field, "present" if present else "absent"),) if present is test.values[0] else None
    hits = []
    for wanted in test.values:
        value = next((value for value in values if _holds(test.comparison, value, wanted)), None)
        if value is None and test.every:
            return None
        if value is not None and not test.every:
            return (Hit(test.field, str(value)),)
        hits += [Hit(test.field, str(value))] if value is not None else []
    return tuple(hits) or None


def _holds(comparison: Comparison, value: Value, wanted: Value) -> bool:
    match comparison:
        case "equals" | "exists":
            return value == wanted
        case "starts_with":
            return str(value).startswith(str(wanted))
        case "ends_with":
            return str(value).endswith(str(wanted))
        case "gt":
            return _rank(value) > _rank(wanted)
        case "gte":
            return _rank(value) >= _rank(wanted)
        case "lt":
            return _rank(value) < _rank(wanted)
        case "lte":
            return _rank(value) <= _rank(wanted)
        case _:
            assert_never(comparison)


def _rank(value: Value) -> int:
    return Trust[value.upper()] if isinstance(value, str) else int(value)
