"""Reads the labelled requests: one mail a line with the category, sub-item and priority that a person gave it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PACKS = ("response-handbook", "service-standard", "fault-and-demand", "feedback-form")

HALVES = ("tune", "report")

_FOLDER = Path(__file__).parent / "requests"
_LINE = re.compile(r"(?P<category>[a-z]+)(?:/(?P<item>[a-z-]+))? (?P<priority>\S+) \| (?P<mail>.+)")


@dataclass(frozen=True, slots=True)
class Labelled:
    """One request, written `Subject: … / text`, with what it is about."""

    category: str
    item: str | None
    priority: str
    mail: str

    @property
    def language(self) -> str:
        """`zh` when the mail has a Chinese character."""
        return "zh" if re.search(r"[\u4e00-\u9fff]", self.mail) else "en"


def labelled(pack: str, half: str) -> Sequence[Labelled]:
    """The requests of a pack: those that its rules were tuned with (`tune`), or those that only report (`report`)."""
    entries = []
    for line in (_FOLDER / half / f"{pack}.txt").read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            found = _LINE.fullmatch(line)
            if found is None:
                raise ValueError(f"{half}/{pack}.txt: not a labelled mail: {line}")
            entries.append(Labelled(found["category"], found["item"], found["priority"], found["mail"]))
    return entries
