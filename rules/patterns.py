"""Regular expressions of rules: compiled once, and tried for patterns that a hostile mail could make run for ages."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

import regex

_PROBE_SECONDS = (0.2, 2.0)
"""A pattern that takes longer than the first is tried again with the second: the machine may only have been busy."""

_PROBE_CHARS = 1_000


def pattern(written: str) -> Any:
    """The compiled pattern. Raises ValueError for one that is wrong, can never match, or can be made slow."""
    wide = [character for character in written if 0xFF01 <= ord(character) <= 0xFF5E]
    if wide:
        half = unicodedata.normalize("NFKC", wide[0])
        raise ValueError(f"texts are folded to half width first, so '{wide[0]}' can never match: write '{half}'")
    try:
        compiled = regex.compile(written, regex.IGNORECASE | regex.VERSION0)
    except regex.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    if compiled.search("") is not None:
        raise ValueError("the pattern matches empty text, so it matches every mail")
    slow = next((probe for probe in _probes(written) if _is_slow(compiled, probe)), None)
    if slow is not None:
        raise ValueError(
            f"a mail full of '{slow[:3]}' would keep this pattern busy for ages: do not repeat what is repeated already"
        )
    return compiled


def _is_slow(compiled: Any, probe: str) -> bool:
    for seconds in _PROBE_SECONDS:
        try:
            compiled.search(probe, timeout=seconds)
        except TimeoutError:
            continue
        return False
    return True


def _probes(written: str) -> Iterator[str]:
    """Long runs that fail at the end, where patterns that can try one thing in many ways give themselves away.

    What the pattern is made of follows after the run: a pattern is not even tried on a text that lacks its letters.
    """
    if not any(repeat in written for repeat in ("*", "+", "{")):
        return
    letters = list(dict.fromkeys(character.casefold() for character in written if character.isalnum()))
    rest = "".join(dict.fromkeys(written))
    for run in dict.fromkeys(("a", "0", " ", "中", "a ", *letters[:8])):
        yield (run * _PROBE_CHARS)[:_PROBE_CHARS] + "\u0001" + rest
