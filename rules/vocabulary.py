"""The types that declarations are made of: durations, names per language, and references to declared ids."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationInfo, WithJsonSchema

Step = str | int
Place = tuple[Step, ...]
"""The way to a value inside a document: keys and list positions, from the outside in."""


class Wrong(ValueError):
    """Faults found by a validator, each at its own place below the value being validated."""

    def __init__(self, *faults: tuple[Place, str]) -> None:
        self.faults = faults
        super().__init__("; ".join(message for _, message in faults))


class Declared(BaseModel):
    """A frozen value read from a file; keys that it does not know are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, arbitrary_types_allowed=True)


def like(word: str, words: Iterable[str]) -> str | None:
    """The word most like `word`, None when none is like it."""
    folded = {known.casefold(): known for known in words}
    close = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def nearest(word: str, words: Iterable[str]) -> str:
    """A hint naming the word most like `word`, or nothing when none is like it."""
    close = like(word, words)
    return f" (did you mean '{close}'?)" if close is not None else ""


_UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_DURATION = re.compile(r"(?:[0-9]{1,6}[smhd])+")
_PART = re.compile(r"([0-9]+)([smhd])")


def duration(text: object) -> timedelta:
    """The length that `30s`, `15m`, `1h30m` or `3d` says; a day is 24 hours. Raises ValueError for anything else."""
    if isinstance(text, timedelta):
        return text
    if not isinstance(text, str) or not _DURATION.fullmatch(text):
        raise ValueError(f"{text!r} is no duration: write a number and a unit, like 30s, 15m, 2h or 3d")
    return sum((int(count) * _UNITS[unit] for count, unit in _PART.findall(text)), timedelta())


def duration_text(length: timedelta) -> str:
    """The shortest spelling that `duration` reads back as this length of whole seconds."""
    seconds = int(length.total_seconds())
    parts = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


Duration = Annotated[
    timedelta,
    BeforeValidator(duration),
    WithJsonSchema({"type": "string", "pattern": "^([0-9]{1,6}[smhd])+$", "examples": ["30s", "15m", "2h", "3d"]}),
]


def _names(value: object) -> object:
    return {"": value} if isinstance(value, str) else value


def _spoken(value: Mapping[str, str]) -> Mapping[str, str]:
    if not value:
        raise ValueError("give at least one name")
    return value


Names = Annotated[
    Mapping[str, str],
    BeforeValidator(_names),
    AfterValidator(_spoken),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {"type": "object", "additionalProperties": {"type": "string"}, "minProperties": 1},
            ]
        }
    ),
]
"""What something is called: by language tag, or one text for every language (kept under the empty tag)."""


def primary(tag: str) -> str:
    """The language of a tag without script and region (RFC 5646 section 2.2.1)."""
    return tag.partition("-")[0].casefold()


def in_language(names: Mapping[str, str], language: str) -> str:
    """The name in this language, in another form of the same language, or else the first one given."""
    if language in names:
        return names[language]
    for tag, name in names.items():
        if primary(tag) == primary(language):
            return name
    return next(iter(names.values()))


FEW = 12
"""So many words can be listed in a message where none is like the wrong one."""


class Known:
    """The ids that a set of documents declares, by kind; the validation context of references to them."""

    def __init__(self, **kinds: Iterable[str]) -> None:
        self._kinds = {kind: tuple(dict.fromkeys(ids)) for kind, ids in kinds.items()}

    def check(self, kind: str, word: str) -> str:
        """`word`, if it is declared. Raises ValueError naming the nearest declared id."""
        known = self._kinds.get(kind, (word,))
        if word not in known:
            few = f": there are {', '.join(known)}" if 0 < len(known) <= FEW else ""
            raise ValueError(f"unknown {kind} '{word}'{nearest(word, known) or few}")
        return word


def reference(kind: str) -> AfterValidator:
    """A validator that holds a text to the ids declared under `kind`, when the context knows them."""

    def declared(word: str, info: ValidationInfo) -> str:
        return info.context.check(kind, word) if isinstance(info.context, Known) else word

    return AfterValidator(declared)


_ADDRESS = re.compile(r"[^\s@<>\"(),:;]+@([^\s@<>\"(),:;]+)")


def plain_address(value: str) -> str:
    """One plain mail address, its domain in lower case. Raises ValueError for anything else."""
    found = _ADDRESS.fullmatch(value)
    if found is None:
        raise ValueError(f"{value!r} is no mail address: write one like support@example.com")
    return value[: found.start(1)] + found[1].lower()


mail_address = AfterValidator(plain_address)
"""The validator of a mail address."""
