"""From the lines of a text to the spans that are new: what is kept above, between and below quotations."""

from __future__ import annotations

from parsers.mail import Cut
from parsers.quotation import attribution
from parsers.quotation.phrases import BANNER, LIST_FOOTER, RULE, SIGNATURE
from parsers.quotation.scan import THRESHOLD, Find, Line, find_at, lines_of, next_said
from parsers.quotation.signature import LONGEST_SIGNATURE, unsigned

_WRAPPED_FROM = 60
"""Characters from which on a quoted line may have been wrapped by a client that forgot the mark on its rest."""

_ENDS = frozenset({"reply-line", "forwarded"})
"""What ends the author's words for good: nobody answers between the lines of a mail that is only passed on."""

Kept = list[tuple[Line, int]]
"""Lines that are new, each with the offset at which its new part ends."""


def without_quotation(text: str) -> Cut:
    """What is not quoted: the author's words with the signature below them."""
    kept, find = _new_lines(text)
    return _cut(kept, find)


def cut(text: str) -> Cut:
    """What the author wrote this time: neither quoted nor a signature nor a client's footer."""
    kept, find = _new_lines(text)
    return _cut(kept[: unsigned([line.text for line, _ in kept])], find)


def _new_lines(text: str) -> tuple[Kept, Find | None]:
    """The lines that are not quoted, and the strongest reason for leaving out the others."""
    lines = lines_of(text)
    kept: Kept = []
    reason: Find | None = None
    index = _below_banner(lines)
    lone = sum(line.quoted for line in lines) == 1  # One marked line without an attribution is somebody's arrow.
    while index < len(lines):
        line = lines[index]
        find = find_at(lines, index)
        if find is not None and find.confidence >= THRESHOLD:
            _trim(kept)
            following = next_said(lines, find.after)
            reason = find if reason is None or find.confidence > reason.confidence else reason
            if find.reason in _ENDS or following is None or not lines[following].quoted:
                return kept, reason
            index = find.after
        elif line.quoted:
            if lone and reason is None:
                kept.append((line, line.end))
            else:
                reason = reason or Find(index, index, "quote-marks", 0.9)
            index = _end_of_quote(lines, index)
            if (following := next_said(lines, index)) is not None and _only_signature(lines, following):
                return kept, reason
        elif (start := attribution.inside(line.text)) is not None:
            kept.append((line, _offset(text, line, start)))
            reason = reason or Find(index, index + 1, "attribution", 0.9)
            following = next_said(lines, index + 1)
            if following is None or not lines[following].quoted:
                return kept, reason
            index += 1
        else:
            kept.append((line, line.end))
            index += 1
    return kept, reason


def _offset(text: str, line: Line, start: int) -> int:
    """Where in the text the cleaned line's character `start` stands."""
    found = text.find(line.text[start : start + 20], line.start, line.end)
    return found if found >= 0 else line.start


def _below_banner(lines: list[Line]) -> int:
    """Past a warning that a mail server put above the words of whoever wrote from outside."""
    first = next_said(lines, 0)
    if first is not None and BANNER.match(lines[first].text):
        end = first
        while end < len(lines) and not lines[end].blank and end < first + 6:
            end += 1
        return end if any(not line.blank for line in lines[end:]) else 0
    return 0


def _end_of_quote(lines: list[Line], index: int) -> int:
    """Past a run of marked lines and what a client wrapped without marking it."""
    end = index + 1
    while end < len(lines) and (lines[end].quoted or _wrapped_rest(lines, end)):
        end += 1
    return end


def _only_signature(lines: list[Line], index: int) -> bool:
    """Whether only a signature, or what a list adds to every mail, stands below a quotation."""
    if len(lines) - index > 2 * LONGEST_SIGNATURE:
        return False
    if RULE.fullmatch(lines[index].text):
        return any(LIST_FOOTER.search(line.text) for line in lines[index:])
    return SIGNATURE.fullmatch(lines[index].text) is not None


def _wrapped_rest(lines: list[Line], index: int) -> bool:
    """Whether this unmarked line is the rest of a long quoted line above it, with the quotation going on below."""
    if lines[index].blank or not lines[index - 1].quoted:
        return False
    above, text = lines[index - 1].text, lines[index].text
    below = lines[index + 1] if index + 1 < len(lines) else None
    torn = (above.count("(") > above.count(")") and ")" in text) or text.endswith(" >")
    return torn or (len(above) >= _WRAPPED_FROM and len(text) < len(above) and below is not None and below.quoted)


def _trim(kept: Kept) -> None:
    """Takes away the blank lines and rules that stood right above a quotation."""
    while kept and (kept[-1][0].blank or RULE.fullmatch(kept[-1][0].text)):
        kept.pop()


def _cut(kept: Kept, find: Find | None) -> Cut:
    """The kept lines as character spans, neighbours joined."""
    spans: list[tuple[int, int]] = []
    for line, end in kept:
        if spans and line.start == spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((line.start, end))
    if find is None:
        return Cut(tuple(spans), "whole", 1.0)
    return Cut(tuple(spans), find.reason, find.confidence)
