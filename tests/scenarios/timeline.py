"""The grammar of timelines: blocks of what people wrote and what the desk sent, each at its moment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
FOLDER = Path(__file__).parent
_HEAD = re.compile(
    r"== (?P<at>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}(?::[0-9]{2})?) (?P<what>from|to|end)(?: (?P<who>\S+))?"
)
_FIELD = re.compile(r"(?P<name>[A-Z][A-Za-z-]+): (?P<value>.*)")


@dataclass(frozen=True, slots=True)
class Block:
    """One mail, in or out, or the end: when, what (`from`, `to` or `end`), whose, its header fields and its text."""

    at: datetime
    what: str
    who: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    text: str = ""

    def written(self) -> str:
        """The block as it stands in a timeline."""
        head = " ".join(filter(None, ("==", moment(self.at), self.what, self.who)))
        header = [f"{name}: {value}" for name, value in self.fields.items()]
        body = [line.rstrip() for line in self.text.strip("\n").split("\n")] if self.text.strip() else []
        parted = [""] if body and self.what != "end" else []
        return "\n".join([head, *header, *parted, *body])


@dataclass(frozen=True, slots=True)
class Timeline:
    """What a file says: the comments above, and its blocks."""

    comments: Sequence[str]
    blocks: Sequence[Block]

    @property
    def given(self) -> Sequence[Block]:
        """What people did; the rest is what came of it."""
        return [block for block in self.blocks if block.what == "from"]

    @property
    def end(self) -> datetime:
        """Until when time goes on."""
        return self.blocks[-1].at

    def written(self, blocks: Iterable[Block]) -> str:
        """The file with these blocks."""
        return "\n".join(self.comments) + "\n\n" + "\n\n".join(block.written() for block in blocks) + "\n"


def moment(at: datetime) -> str:
    """An instant as timelines write it, to the second only where it is not a whole minute."""
    here = at.astimezone(ZONE)
    return f"{here:%Y-%m-%d %H:%M:%S}" if here.second else f"{here:%Y-%m-%d %H:%M}"


def timelines() -> Sequence[Path]:
    """Every timeline there is."""
    return sorted(FOLDER.glob("*/*.txt"))


def parsed(text: str) -> Timeline:
    """The timeline that a file tells. Raises ValueError for a line that cannot be understood."""
    top, *rest = re.split(r"^(?=== )", text, flags=re.MULTILINE)
    blocks = [_block(part) for part in rest]
    moments = [block.at for block in blocks]
    if not blocks or blocks[-1].what != "end" or moments != sorted(moments):
        raise ValueError("a timeline has its blocks in the order of time, and an end")
    return Timeline(top.rstrip().split("\n"), blocks)


def _block(part: str) -> Block:
    first, *lines = part.rstrip().split("\n")
    head = _HEAD.fullmatch(first)
    if head is None:
        raise ValueError(f"not a block: {first}")
    at = datetime.fromisoformat(head["at"]).replace(tzinfo=ZONE)
    fields = {}
    while lines and (found := _FIELD.fullmatch(lines[0])) and head["what"] != "end":
        fields[found["name"]] = found["value"]
        del lines[0]
    return Block(at, head["what"], head["who"] or "", fields, "\n".join(lines).strip("\n"))
