"""YAML text turned into plain values that remember where they stand.

The grammar is YAML 1.2 with its core schema (section 10.3): `18:00`, `no` and dates are text. PyYAML's C parser gives
the events, ten times faster than any pure Python parser; what they mean, and what is refused, is decided here.
Composing is ours too, because the one in C overflows its stack on deep nesting.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from daemon.faults import Fault, Faults
from rules.vocabulary import Place

MAX_VALUES = 400_000
MAX_NESTING = 100

KEY = "[key]"
"""The last step of a place that means the key and not its value; pydantic's own word."""

_WORDS: dict[str, bool | None] = dict.fromkeys(("", "~", "null", "Null", "NULL"))
_WORDS |= dict.fromkeys(("true", "True", "TRUE"), True) | dict.fromkeys(("false", "False", "FALSE"), False)
_WHOLE = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FRACTION = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_BASES = {"0o": 8, "0x": 16}


Spot = tuple[int, int]
"""Line and column, from 0."""


class Part:
    """A value of a document: its plain content, its spot, the parts below it, and how many values it writes out to."""

    __slots__ = ("content", "parts", "size", "spot")

    def __init__(self, spot: Spot, content: Any, parts: dict[Any, tuple[Spot, Part]], size: int = 1) -> None:
        self.spot = spot
        self.content = content
        self.parts = parts
        self.size = size

    def find(self, place: Place) -> tuple[int, int]:
        """Line and column, from 1, of what `place` leads to: a scalar itself, otherwise the key that leads to it."""
        part = self
        key = found = self.spot
        for step in place:
            if step == KEY:
                found = key
            elif step in part.parts:
                key, part = part.parts[step]
                found = key if part.parts else part.spot
        return found[0] + 1, found[1] + 1


def composed(file: str, text: str) -> Part:
    """The one document in a text. Raises `Faults` with every fault that does not stop the parser."""
    composer = _Composer(file, yaml.parse(text, Loader=yaml.CBaseLoader))
    try:
        part = composer.document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        composer.fault((mark.line, mark.column) if mark else (0, 0), _explained(error, text))
        part = None
    except _TooDeep:
        part = None
    except yaml.YAMLError as error:
        raise Faults([Fault(file, 1, 1, f"not YAML: {str(error).splitlines()[0]}")]) from None
    if composer.faults or part is None:
        raise Faults(sorted(composer.faults, key=lambda fault: (fault.line, fault.column)))
    return part


def _explained(error: yaml.MarkedYAMLError, text: str) -> str:
    mark = error.problem_mark
    if mark is not None and text.splitlines()[mark.line : mark.line + 1] and "\t" in text.splitlines()[mark.line]:
        return "not YAML: a tab cannot indent; use spaces"
    context = f" ({error.context})" if error.context else ""
    return f"not YAML: {error.problem or 'cannot be parsed'}{context}"


class _TooDeep(Exception):
    """Nesting beyond the limit: reading on would need a stack without limit."""


class _Composer:
    """Builds parts out of events, sharing what aliases share, and collects what is refused on the way."""

    def __init__(self, file: str, events: Iterator[yaml.Event]) -> None:
        self.faults: list[Fault] = []
        self._file = file
        self._events = events
        self._anchors: dict[str, Part | None] = {}

    def fault(self, spot: Spot, message: str) -> Part:
        self.faults.append(Fault(self._file, spot[0] + 1, spot[1] + 1, message))
        return Part(spot, None, {})

    def document(self) -> Part | None:
        next(self._events)
        start = next(self._events)
        if isinstance(start, yaml.StreamEndEvent):
            self.fault((0, 0), "the file is empty")
            return None
        part = self._part(next(self._events), 0)
        next(self._events)
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            self.fault(_spot(after), "a second document begins here: a file holds one")
        return part

    def _part(self, event: yaml.Event, depth: int) -> Part:
        if isinstance(event, yaml.AliasEvent):
            return self._shared(event)
        if not isinstance(event, yaml.ScalarEvent | yaml.SequenceStartEvent | yaml.MappingStartEvent):
            raise TypeError(f"a value cannot begin with {event}")
        anchor = event.anchor
        if anchor is not None:
            self._anchors[anchor] = None
        if depth > MAX_NESTING:
            raise _TooDeep(self.fault(_spot(event), f"nested more than {MAX_NESTING} deep"))
        match event:
            case yaml.ScalarEvent():
                part = self._scalar(event)
            case yaml.SequenceStartEvent():
                part = self._sequence(event, depth)
            case _:
                part = self._mapping(event, depth)
        if part.size > MAX_VALUES:
            part = self.fault(_spot(event), f"aliases make this larger than {MAX_VALUES} values")
        if anchor is not None:
            self._anchors[anchor] = part
        return part

    def _shared(self, event: yaml.AliasEvent) -> Part:
        part = self._anchors.get(str(event.anchor))
        if part is not None:
            return part
        if event.anchor in self._anchors:
            return self.fault(_spot(event), "an alias may not stand inside what it names")
        return self.fault(_spot(event), f"no value above is marked '&{event.anchor}'")

    def _scalar(self, event: yaml.ScalarEvent) -> Part:
        self._refuse_tag(event)
        plain = event.implicit[0] and event.tag is None
        return Part(_spot(event), _meaning(event.value) if plain else event.value, {})

    def _sequence(self, start: yaml.SequenceStartEvent, depth: int) -> Part:
        self._refuse_tag(start)
        parts: dict[Any, tuple[Spot, Part]] = {}
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            parts[len(parts)] = (_spot(event), self._part(event, depth + 1))
        size = 1 + sum(part.size for _, part in parts.values())
        return Part(_spot(start), [part.content for _, part in parts.values()], parts, size)

    def _mapping(self, start: yaml.MappingStartEvent, depth: int) -> Part:
        self._refuse_tag(start)
        parts: dict[Any, tuple[Spot, Part]] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            self._entry(event, depth, parts)
        size = 1 + sum(1 + part.size for _, part in parts.values())
        return Part(_spot(start), {key: part.content for key, (_, part) in parts.items()}, parts, size)

    def _entry(self, event: yaml.Event, depth: int, parts: dict[Any, tuple[Spot, Part]]) -> None:
        spot = _spot(event)
        key = event.value if isinstance(event, yaml.ScalarEvent) else None
        if key is None:
            self._part(event, depth + 1)
            self.fault(spot, "a key must be text")
        value = self._part(next(self._events), depth + 1)
        if key in parts:
            self.fault(spot, f"key '{key}' is given twice (first in line {parts[key][0][0] + 1})")
        elif key is not None:
            parts[key] = (spot, value)

    def _refuse_tag(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.tag is not None and event.tag not in ("!", "tag:yaml.org,2002:str"):
            shown = event.tag.replace("tag:yaml.org,2002:", "!!")
            self.fault(_spot(event), f"the tag '{shown}' is not accepted: write plain values")


def _spot(event: yaml.Event) -> Spot:
    mark = event.start_mark
    return (mark.line, mark.column) if mark is not None else (0, 0)


def _meaning(text: str) -> object:
    """What a plain scalar means in the core schema; a number too long for Python to read stays text."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "+-.0123456789" or len(text) > 300:
        return text
    if _WHOLE.fullmatch(text):
        return int(text[2:], _BASES[text[:2]]) if text[:2] in _BASES else int(text)
    return float(text) if _FRACTION.fullmatch(text) else text
