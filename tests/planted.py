"""Bugs that are planted to see whether the tests catch them: each is written into a copy of the source tree.

A bug stands in place of exact words; words that are no longer there are an error, and the bug must be written anew.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.house import CHECKOUT

PRODUCT = ("config", "daemon", "parsers", "rules", "templates")


class WordsGone(Exception):
    """The source no longer has the words that a planted bug replaces."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Words that stand in a file once, and what stands there instead."""

    path: str
    words: str
    instead: str

    def write(self, tree: Path) -> None:
        """Plant it. Raises `WordsGone`."""
        (tree / self.path).write_text(self.stands(tree).replace(self.words, self.instead), "utf-8")

    def stands(self, tree: Path = CHECKOUT) -> str:
        """The source in which the words stand. Raises `WordsGone`."""
        source = (tree / self.path).read_text("utf-8")
        if source.count(self.words) != 1:
            raise WordsGone(f"{self.path} has {source.count(self.words)} times: {self.words!r}")
        return source


def plant(edits: Iterable[Edit], tree: Path, rooms: Iterable[str] = PRODUCT) -> None:
    """Copy these rooms of the checkout to `tree`, with the edits. Raises `WordsGone`."""
    for room in rooms:
        shutil.copytree(CHECKOUT / room, tree / room, ignore=shutil.ignore_patterns("__pycache__"))
    for edit in edits:
        edit.write(tree)
