"""From the lines of a text to the spans that are new: what is kept above, between and below quotations."""

from __future__ import annotations

from parsers.mail import Cut
from parsers.quotation import attribution
from parsers.quotation.phrases import BANNER, RULE
from parsers.quotation.scan import THRESHOLD, Find, Line, find_at, lines_of, next_said
from parsers.quotation.signature import unsigned

_WRAPPED_FROM = 60
"""Characters from which on a quoted line may have been wrapped by a client that forgot the mark on its rest."""

Kept = list[tuple[Line, int]]
"""Lines that are new, each with the offset at which its new part ends."""


def without_quotation(text: str) -> Cut:
    """What is not quoted: the author's words with the signature below them."""
    kept, find = _new_lines(lines_of(text))
    return _cut(kept, find)


def cut(text: str) -> Cut:
    """What the author wrote this time: neither quoted nor a signature nor a client's footer."""
    kept, find = _new_lines(lines_of(text))
    return _cut(kept[: unsigned([line.text for line, _ in kept])], find)


def _new_lines(lines: list[Line]) -> tuple[Kept, Find | None]:
    """The lines that are not quoted, and the strongest reason for leaving out the others."""
    kept: Kept = []
    reason: Find | None = None
    index = _below_banner(lines)
    while index < len(lines):
        line = lines[index]
        find = find_at(lines, index)
        if find is not None and find.confidence >= THRESHOLD:
            reason = find if reason is None or find.confidence > reason.confidence else reason
            kept = _trimmed(kept)
            following = next_said(lines, find.after)
            if find.reason == "reply-line" or following is None or not lines[following].quoted:
                return kept, reason
            index = find.after
        elif line.quoted:
            index, said = _end_of_quote(lines, index)
            if said or reason is not None:
                reason = reason or Find(index, index, "quote-marks", 0.9)
            else:
                kept.append((line, line.end))
        elif (start := attribution.inside(line.text)) is not None:
            kept.append((line, line.end - len(line.text) + start))
            reason = reason or Find(index, index + 1, "attribution", 0.9)
            following = next_said(lines, index + 1)
            if following is None or not lines[following].quoted:
                return kept, reason
            index += 1
        else:
            kept.append((line, line.end))
            index += 1
    return kept, reason


def _below_banner(lines: list[Line]) -> int:
    """Past a warning that a mail server put above the words of whoever wrote from outside."""
    first = next_said(lines, 0)
    if first is not None and BANNER.match(lines[first].text):
        end = first
        while end < len(lines) and not lines[end].blank and end < first + 6:
            end += 1
        return end if any(not line.blank for line in lines[end:]) else 0
    return 0


def _end_of_quote(lines: list[Line], index: int) -> tuple[int, bool]:
    """Past a run of marked lines, and whether it is a quotation: one marked line alone is somebody's arrow."""
    end = index
    while end < len(lines) and (lines[end].quoted or _wrapped_rest(lines, end, index)):
        end += 1
    elsewhere = next_said(lines, end)
    alone = end == index + 1 and not _marked_again(lines, end)
    return end, not alone or elsewhere is None and index == 0 and end > 1
'''+'''

def _marked_again(lines: list[Line], index: int) -> bool:
    return any(line.quoted for line in lines[index : index + _LOOK_FOR_MORE])


_LOOK_FOR_MORE = 200


def _wrapped_rest(lines: list[Line], index: int, first: int) -> bool:
    """Whether this unmarked line is the rest of a long quoted line above it, with the quotation going on below."""
    if index <= first or lines[index].blank or not lines[index - 1].quoted:
        return False
    above, text = lines[index - 1].text, lines[index].text
    below = lines[index + 1] if index + 1 < len(lines) else None
    open_bracket = above.count("(") > above.count(")") and ")" in text
    return open_bracket or (len(above) >= _WRAPPED_FROM and len(text) < len(above) and below is not None and below.quoted)


def _trimmed(kept: Kept) -> Kept:
    """Without the blank lines and rules that stood right above a quotation."""
    end = len(kept)
    while end and (kept[end - 1][0].blank or RULE.fullmatch(kept[end - 1][0].text)):
        end -= 1
    return kept[:end]


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
