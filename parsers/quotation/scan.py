"""The line scanner: marks each line of a text as new or quoted, in one pass with bounded look-ahead."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from parsers.quotation import attribution
from parsers.quotation.labels import Role, field_of
from parsers.quotation.phrases import ABOVE_THIS_LINE, FORWARDED, ORIGINAL

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
_QUOTED = re.compile(r"\s{0,4}(?:>|&gt;|＞|\|\s?>)")
_ENTITY = re.compile(r"&(?:nbsp|gt|lt|quot|amp|#\d{1,5});")
_DASHES = "-‐–—―━─_=*~+#<>:： \t\u3000"
_WRAPS = 5
_BLOCK_LINES = 14


@dataclass(frozen=True, slots=True)
class Line:
    """One line: where it stands in the text, and what it says without marks that only styling put there."""

    start: int
    end: int
    text: str
    quoted: bool

    @property
    def blank(self) -> bool:
        """Whether a reader sees nothing in it."""
        return not self.text


@dataclass(frozen=True, slots=True)
class Find:
    """A quotation that begins at line `first`; the quoted words themselves begin at line `after`."""

    first: int
    after: int
    reason: str
    confidence: float


def lines_of(text: str) -> list[Line]:
    """The lines of a text with their offsets."""
    found: list[Line] = []
    start = 0
    for raw in text.split("\n"):
        end = start + len(raw)
        quoted = _QUOTED.match(raw) is not None
        found.append(Line(start, end, _plain(raw), quoted))
        start = end + 1
    return found


def _plain(raw: str) -> str:
    text = raw
    if not text.isascii():
        text = _INVISIBLE.sub("", text).replace("\xa0", " ")
    if "&" in text and _ENTITY.search(text):
        text = unescape(text).replace("\xa0", " ")
    return text.strip()


def find_at(lines: list[Line], index: int) -> Find | None:
    """The quotation that begins exactly at this line, if one does."""
    line = lines[index]
    if line.blank or line.quoted or len(line.text) > 2_000:
        return None
    if ABOVE_THIS_LINE.fullmatch(line.text):
        return Find(index, index + 1, "reply-line", 0.95)
    if len(line.text) <= 200:
        words = _between_dashes(line.text)
        dashed = line.text[:2].strip(_DASHES) == ""
        if words in ORIGINAL and (dashed or _header_follows(lines, index)):
            return Find(index, index + 1, "original-message", 0.95)
        if words in FORWARDED and (dashed or _header_follows(lines, index)):
            return Find(index, index + 1, "forwarded", 0.95)
    return _block_at(lines, index) or _attribution_at(lines, index)


def _between_dashes(text: str) -> str:
    return " ".join(text.strip(_DASHES).lower().replace("’", "'").split())


def _header_follows(lines: list[Line], index: int) -> bool:
    """Whether a header block or marked lines follow, so that the phrase alone on its line is a client's."""
    following = next_said(lines, index + 1)
    return following is not None and (lines[following].quoted or field_of(lines[following].text) is not None)


def next_said(lines: list[Line], index: int) -> int | None:
    """The next line that is not blank, within a few lines."""
    for i in range(index, min(index + 8, len(lines))):
        if not lines[i].blank:
            return i
    return None


def _block_at(lines: list[Line], index: int) -> Find | None:
    """A block of header lines, `From: … Sent: … To: … Subject: …`, in any order and language."""
    first = field_of(lines[index].text)
    if first is None or first[0] in (Role.OTHER, Role.CC):
        return None
    roles: dict[Role, str] = {}
    last, strangers = index, 0
    for i in range(index, min(index + _BLOCK_LINES, len(lines))):
        if lines[i].blank:
            continue
        found = field_of(lines[i].text)
        if found is None:
            strangers += 1
            if strangers > 3:
                break
            continue
        if found[0] in roles and found[0] is not Role.OTHER:
            break
        roles.setdefault(*found)
        last, strangers = i, 0
    confidence = _block_confidence(roles)
    return Find(index, last + 1, "header-block", confidence) if confidence else None


def _block_confidence(roles: dict[Role, str]) -> float:
    named = [role for role in roles if role is not Role.OTHER]
    if Role.FROM not in roles or len(named) < 2:
        return 0.0
    certain = attribution.ADDRESS.search(roles[Role.FROM]) or attribution.DATE.search(roles.get(Role.DATE, ""))
    if len(named) >= 4 or len(named) == 3 and certain:
        return 0.95
    return 0.8 if certain or len(named) == 3 else 0.4


def _attribution_at(lines: list[Line], index: int) -> Find | None:
    """An attribution on this line, or wrapped over this and the next few."""
    if not attribution.may_start(lines[index].text):
        return None
    joined = ""
    for i in range(index, min(index + _WRAPS, len(lines))):
        line = lines[i]
        if line.quoted or line.blank or len(joined) + len(line.text) > attribution.LONGEST:
            return None
        joined = f"{joined} {line.text}" if joined else line.text
        following = next_said(lines, i + 1)
        before_quote = following is not None and lines[following].quoted
        if (sure := attribution.confidence(joined, before_quote)) > 0:
            return Find(index, i + 1, "attribution", sure)
    return None
