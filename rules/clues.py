"""Which words a text must hold before a regular expression can match it, so that most expressions are never tried.

Reads as much of the syntax as rules usually use; whatever it does not understand is taken to match anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

MAX_CLUES = 200

_Clue = frozenset[str] | None
"""Words of which one must be there, or None when nothing can be said."""

_OPENING = re.compile(r"\((?:\?(?:P<\w+>|:|<!|<=|!|=|>|[a-zA-Z-]+:|#|P=|[a-zA-Z-]+\)|\(|&|R\)|\d+\)|\|))?")
_QUANTIFIER = re.compile(r"[*+?]|\{(\d*)(?:,\d*)?\}")
_CAPTURING = re.compile(r"\((?:\?(?:P<\w+>|:|-i:|i:))?")
_LITERAL_ESCAPES = frozenset(".^$*+?{}[]\\|()-/'\"#&~ ,:;!=<>@%_`")


def clues(written: str) -> frozenset[str]:
    """Texts of which one stands in whatever the expression matches, both case-folded; empty if none is known."""
    if re.search(r"\(\?[a-zA-Z]*[xsmLuabfrwVe0-9]+[a-zA-Z-]*[:)]", written):
        return frozenset()
    reader = _Reader(written)
    found = reader.alternatives()
    if found is None or reader.at < len(written) or len(found) > MAX_CLUES:
        return frozenset()
    return frozenset(word.casefold() for word in found)


def _better(one: _Clue, other: _Clue) -> _Clue:
    """The clue that says more: the longer in its shortest word, then the one with fewer words."""
    if one is None or other is None:
        return other if one is None else one
    return max((one, other), key=lambda clue: (min(map(len, clue)), -len(clue)))


class _Reader:
    """Walks once through an expression."""

    def __init__(self, written: str) -> None:
        self.at = 0
        self._written = written

    def alternatives(self) -> _Clue:
        """The clue of everything up to the end of this group."""
        every = [self._sequence()]
        while self._peek() == "|":
            self.at += 1
            every.append(self._sequence())
        return frozenset(_joined(every)) if all(each is not None for each in every) else None

    def _sequence(self) -> _Clue:
        best: _Clue = None
        run = ""
        while (character := self._peek()) not in ("", "|", ")"):
            literal, inner = self._element(character)
            least = self._least()
            if literal and least == 1:
                run += literal
                continue
            best = _better(best, _run(run + literal if least > 1 else run))
            run = literal if literal and least > 1 else ""
            if inner is not None and least > 0:
                best = _better(best, inner)
        return _better(best, _run(run))

    def _element(self, character: str) -> tuple[str, _Clue]:
        """One element: the character that it stands for, or the clue of its group; neither for anything else."""
        match character:
            case "(":
                return "", self._group()
            case "[":
                self._skip_class()
                return "", None
            case "\\":
                return self._escape(), None
            case "." | "^" | "$":
                self.at += 1
                return "", None
            case _:
                self.at += 1
                return character, None

    def _group(self) -> _Clue:
        opening = _OPENING.match(self._written, self.at)
        plain = _CAPTURING.fullmatch(opening[0]) if opening is not None else None
        self.at = opening.end() if opening is not None else len(self._written)
        if opening is not None and opening[0].endswith(")"):
            return None
        inner = self.alternatives()
        self.at += 1
        return inner if plain is not None else None

    def _escape(self) -> str:
        character = self._written[self.at + 1 : self.at + 2]
        self.at += 2
        if character in ("p", "P", "N", "g", "k") and self._peek() in ("{", "<"):
            self.at = max(self._written.find("}" if self._peek() == "{" else ">", self.at) + 1, self.at)
        elif character in ("x", "u", "U"):
            self.at += {"x": 2, "u": 4, "U": 8}[character]
        return character if character in _LITERAL_ESCAPES else ""

    def _skip_class(self) -> None:
        self.at += 1
        if self._peek() == "^":
            self.at += 1
        if self._peek() == "]":
            self.at += 1
        while self._peek() not in ("]", ""):
            self.at += 2 if self._peek() == "\\" else 1
        self.at += 1

    def _least(self) -> int:
        """How often the element before must at least be there: 1 without a quantifier, 2 for more than one."""
        found = _QUANTIFIER.match(self._written, self.at)
        if found is None:
            return 1
        self.at = found.end()
        if self._peek() in ("?", "+"):
            self.at += 1
        if found[0] in ("*", "?"):
            return 0
        return 2 if found[0] == "+" or int(found[1] or 0) > 0 else 0

    def _peek(self) -> str:
        return self._written[self.at : self.at + 1]


def _run(text: str) -> _Clue:
    return frozenset((text,)) if text.strip() else None


def _joined(every: Iterable[_Clue]) -> Iterable[str]:
    return (word for each in every if each is not None for word in each)
