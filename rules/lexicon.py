"""Finds every word of every rule in a text at once, so that a mail hardly costs more when there are more rules."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

_SPACES = re.compile(r"\s+")
_QUOTES = str.maketrans("\u2018\u2019\u201c\u201d", "''\"\"")


def normal(text: str) -> str:
    """Text with width, compatibility forms (NFKC) and quotation marks unified, and every run of white space as one."""
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", text).translate(_QUOTES)).strip()


def folded(text: str) -> str:
    """Text in which width, case and spacing no longer differ."""
    return normal(text).casefold()


_STARTS, _ENDS = "\x02", "\x03"


class Word(str):
    """A text to find. Where it `starts` or `ends`, no letter or digit may go before or come after it.

    It is a string that marks its edges, because thousands of words are looked up for every mail and only strings keep
    their hash.
    """

    __slots__ = ()

    @property
    def text(self) -> str:
        """The text without its marks."""
        return self.strip(_STARTS + _ENDS)

    def stands_at(self, text: str, at: int, after: int) -> bool:
        """Whether its place in `text`, from `at` to before `after`, has the edges that it needs."""
        if self.startswith(_STARTS) and at > 0 and _of_word(text[at - 1]):
            return False
        return not (self.endswith(_ENDS) and after < len(text) and _of_word(text[after]))


def _of_word(character: str) -> bool:
    """Letters and digits of scripts that part their words; Chinese and Japanese do not."""
    return character.isalnum() and ord(character) < 0x2E80


def part(written: str) -> Word:
    """These characters, anywhere."""
    return Word(folded(written))


def word(written: str) -> Word:
    """These words, standing alone: an edge that is Chinese needs no boundary, and `crash*` is any word beginning so."""
    text = folded(written).removesuffix("*")
    if not text:
        return Word()
    starts = _STARTS if _of_word(text[0]) else ""
    ends = _ENDS if _of_word(text[-1]) and not written.endswith("*") else ""
    return Word(starts + text + ends)


class Lexicon:
    """A set of words, found by their first two characters."""

    __slots__ = ("_pairs", "_singles")

    def __init__(self, words: Iterable[Word]) -> None:
        pairs: dict[str, list[tuple[str, Word]]] = {}
        self._singles: list[Word] = []
        for each in dict.fromkeys(words):
            if len(each.text) > 1:
                pairs.setdefault(each.text[:2], []).append((each.text, each))
            else:
                self._singles.append(each)
        self._pairs: Mapping[str, Sequence[tuple[str, Word]]] = pairs

    def found(self, text: str) -> set[Word]:
        """The words that stand in a folded text."""
        present: set[Word] = set()
        pairs = self._pairs
        for at, pair in enumerate(map(str.__add__, text, text[1:])):
            if pair in pairs:
                for written, each in pairs[pair]:
                    if text.startswith(written, at) and each.stands_at(text, at, at + len(written)):
                        present.add(each)
        for each in self._singles:
            if each.text in text:
                places = (at for at, character in enumerate(text) if character == each.text)
                if any(each.stands_at(text, at, at + 1) for at in places):
                    present.add(each)
        return present
