"""A commented settings file with answers filled in: the shipped example, its comments kept, some values replaced."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

Key = tuple[str, ...]
"""The keys that lead to a value, from the outside in; the place in a list is left out."""

_LINE = re.compile(r"(?P<indent>\s*(?:- )?)(?P<key>[\w-]+):(?P<gap>\s*)(?P<value>.*?)(?P<comment>\s+#.*)?$")
_MODELINE = re.compile(r"\A# yaml-language-server: .*\n")
COMMENTS_AT = 33
"""The column, from 0, at which comments stand."""


def filled(example: str, values: Mapping[Key, object]) -> str:
    """The example with these values. Raises `KeyError` for a place that the example has not."""
    left = set(values)
    lines = []
    for line, place in _placed(_MODELINE.sub("", example)):
        if place in values:
            line = _with_value(line, values[place])  # noqa: PLW2901 - The line is the same one, filled in.
            left.discard(place)
        lines.append(line)
    if left:
        raise KeyError(sorted(left))
    return "\n".join(lines) + "\n"


def scalar(value: object) -> str:
    """A value as YAML: JSON is YAML, and a plain word needs no quotes."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {scalar(each)}" for key, each in value.items()) + "}"
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z\u4e00-\u9fff][\w.@/+\u4e00-\u9fff-]*", value):
        reserved = value.lower() in {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
        return json.dumps(value) if reserved else value
    return json.dumps(value, ensure_ascii=False)


def _placed(text: str) -> Iterator[tuple[str, Key]]:
    """Each line with the keys that lead to it; the empty place for a line without a key."""
    above: list[tuple[int, str]] = []
    for line in text.splitlines():
        found = None if line.lstrip().startswith("#") else _LINE.match(line)
        if found is None:
            yield line, ()
            continue
        depth = len(found["indent"])
        above = [(at, key) for at, key in above if at < depth] + [(depth, found["key"])]
        yield line, tuple(key for _, key in above)


def _with_value(line: str, value: object) -> str:
    found = _LINE.match(line)
    assert found is not None
    start = f"{found['indent']}{found['key']}: {scalar(value)}"
    comment = (found["comment"] or "").strip().removeprefix("# REQUIRED, unless oauth stands in its place.").strip()
    return f"{start.ljust(COMMENTS_AT - 1)} {comment}" if comment else start
