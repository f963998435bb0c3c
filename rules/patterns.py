"""Regular expressions of rules: compiled once, and tried for patterns that a hostile mail could make run for ages."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

import regex

_PROBES = ((1_000, 0.05), (4_000, 2.0))
"""Characters and seconds. A pattern that is late on the short text is tried on the long one, which tells what can be
made slow from what a busy machine held up: four times the text takes a harmless one 16 times as long, 0.2 seconds at
most, and any other at least 64 times as long, which is minutes."""


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
    slow = next((run for run in _runs(written) if _is_slow(compiled, written, run)), None)
    if slow is not None:
        full = (slow * 3)[:3]
        raise ValueError(
            f"a mail full of '{full}' would keep this pattern busy for ages: do not repeat what is repeated already"
        )
    return compiled


def _is_slow(compiled: Any, written: str, run: str) -> bool:
    """Whether a long run that fails at its end keeps the pattern busy.

    What the pattern is made of follows after the run: a pattern is not even tried on a text that lacks its letters.
    """
    rest = "".join(dict.fromkeys(written))
    for length, seconds in _PROBES:
        try:
            compiled.search((run * length)[:length] + "\u0001" + rest, timeout=seconds)
        except TimeoutError:
            continue
        return False
    return True


def _runs(written: str) -> Iterator[str]:
    """What to repeat, so that patterns that can try one thing in many ways give themselves away."""
    if not any(repeat in written for repeat in ("*", "+", "{")):
        return
    letters = list(dict.fromkeys(character.casefold() for character in written if character.isalnum()))
    yield from dict.fromkeys(("a", "0", " ", "中", "a ", *letters[:8]))
