"""The line scanner: marks each line of a text as new or quoted, in one pass with bounded look-ahead."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from parsers.quotation import attribution
from parsers.quotation.labels import Role, field_of, fields_in
from parsers.quotation.phrases import ABOVE_THIS_LINE, FORWARDED, ORIGINAL

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
_QUOTED = re.compile(r"\s{0,4}(?:>|&gt;|＞|\|\s?>)")
_CLOSES_ADDRESS = re.compile(
    r">\s{0,3}(?:wrote|写道|寫道|schrieb|a écrit|escribió|escreveu|ha scritto|skrev|님이 작성)?\s{0,3}[:：]$"
)
_ENTITY = re.compile(r"&(?:nbsp|gt|lt|quot|amp|#\d{1,5});")
_DASHES = "-‐–—―━─_=*~+#<>:： \t\u3000"
_SECOND_DASHES = re.compile(r"\s*[-‐–—―━─_=*~]{2,}")
_WRAPS = 6
_BLOCK_LINES = 14
_LONGEST_LINE = 2_000
_ONE_LINE_BLOCK = 25
_LONGEST_BLOCK = 1_000

THRESHOLD = 0.5
"""Below this confidence nothing is cut."""


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
        text = _plain(raw)
        quoted = _QUOTED.match(raw) is not None and not _CLOSES_ADDRESS.match(text)
        found.append(Line(start, end, text, quoted))
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
    if line.blank or len(line.text) > _LONGEST_LINE:
        return None
    if ABOVE_THIS_LINE.search(line.text):
        return Find(index, index + 1, "reply-line", 0.95)
    if line.quoted:
        return None
    return separator_at(lines, index) or _block_at(lines, index) or _attribution_at(lines, index)


def separator_at(lines: list[Line], index: int) -> Find | None:
    """A line that says `original message` or `forwarded`, between dashes or right above a header block."""
    text = lines[index].text
    dashed = text[:2].strip(_DASHES) == ""
    words = _said_in(text)
    reason = "original-message" if words in ORIGINAL else "forwarded" if words in FORWARDED else None
    if reason is None or not (dashed or _header_follows(lines, index)):
        return None
    return Find(index, index + 1, reason, 0.95)


def _said_in(text: str) -> str:
    """The words between dashes; some clients go on with the header block behind them, on the same line."""
    words = text[:200].strip(_DASHES)
    if text[:2].strip(_DASHES) == "" and (end := _SECOND_DASHES.search(words)) is not None:
        words = words[: end.start()]
    return " ".join(words.lower().replace("’", "'").replace("\u0307", "").split())


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
    if first is None or first[0] is Role.OTHER:
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
    if not confidence and len(lines[index].text) > _ONE_LINE_BLOCK:
        confidence = _block_confidence(dict(fields_in(lines[index].text[:_LONGEST_BLOCK])))
        last = index
    return Find(index, last + 1, "header-block", confidence) if confidence else None


def _block_confidence(roles: dict[Role, str]) -> float:
    """How sure it is that these fields head a mail: a form that somebody filled in has neither address nor subject."""
    named = [role for role in roles if role is not Role.OTHER]
    sent = roles.get(Role.DATE, "")
    addressed = any(attribution.ADDRESS.search(roles.get(role, "")) for role in (Role.FROM, Role.TO))
    timed = attribution.TIME.search(sent) is not None
    if Role.FROM not in roles:
        return 0.8 if addressed and timed and len(named) >= 2 else 0.0
    if len(named) < 2:
        return 0.0
    if len(named) == 2:
        return 0.8 if addressed or timed else 0.4
    return 0.95 if addressed or timed else 0.8 if Role.SUBJECT in roles else 0.4


def _attribution_at(lines: list[Line], index: int) -> Find | None:
    """An attribution on this line, or wrapped over this and the next few."""
    first = lines[index].text
    if not attribution.may_start(first) or (not attribution.opens(first) and attribution.inside(first) is not None):
        return None
    joined = ""
    last = min(index + _WRAPS, len(lines))
    for i in range(index, last):
        line = lines[i]
        if line.blank and joined and i + 1 < last and lines[i + 1].text.startswith("<"):
            continue
        if line.quoted or line.blank or len(joined) + len(line.text) > attribution.LONGEST:
            return None
        joined = f"{joined} {line.text}" if joined else line.text
        following = next_said(lines, i + 1)
        before_quote = following is not None and (
            lines[following].quoted or (attribution.opens(joined) and field_of(lines[following].text) is not None)
        )
        if (sure := attribution.confidence(joined, before_quote=before_quote)) > 0:
            return (
                None
                if _begins_later(lines, index, i, before_quote=before_quote)
                else Find(index, i + 1, "attribution", sure)
            )
    return None


def _begins_later(lines: list[Line], index: int, last: int, *, before_quote: bool) -> bool:
    """Whether the attribution that ends on line `last` needs nothing of line `index`, which then is the author's."""
    first = lines[index].text
    if first[-1] in "<>,，" and attribution.ADDRESS.search(first):
        return False
    for i in range(index + 1, last + 1):
        if attribution.opens(lines[i].text):
            rest = " ".join(line.text for line in lines[i : last + 1])
            if attribution.confidence(rest, before_quote=before_quote) >= THRESHOLD:
                return True
    return False
