"""From marked lines to the spans that are new: what is kept above, between and below quotations."""

from __future__ import annotations

from parsers.mail import Cut
from parsers.quotation.phrases import RULE
from parsers.quotation.scan import Find, Line, find_at, lines_of, next_said
from parsers.quotation.signature import signature_start

THRESHOLD = 0.5
"""Below this confidence nothing is cut."""


def without_quotation(text: str, quote_at: int | None = None) -> Cut:
    """What is not quoted, signature included. `quote_at` is where the client itself declared the rest quoted."""
    lines = lines_of(text)
    kept, find = _new_lines(lines, quote_at)
    return _cut(lines, kept, find)


def cut(text: str, quote_at: int | None = None) -> Cut:
    """What the author wrote this time: neither quoted nor signature nor a client's footer."""
    lines = lines_of(text)
    kept, find = _new_lines(lines, quote_at)
    return _cut(lines, signature_start(lines, kept), find)


def _new_lines(lines: list[Line], quote_at: int | None) -> tuple[list[int], Find | None]:
    """The indexes of the lines that are not quoted, and the strongest reason for leaving out the others."""
    kept: list[int] = []
    reason: Find | None = None
    index = 0
    while index < len(lines):
        line = lines[index]
        if quote_at is not None and line.start >= quote_at and not line.blank:
            declared = Find(index, index + 1, "client-mark", 0.95)
            return _trimmed(lines, kept), reason or declared
        if line.quoted:
            reason = reason or Find(index, index + 1, "quote-marks", 0.9)
            index += 1
            continue
        find = find_at(lines, index)
        if find is None or find.confidence < THRESHOLD:
            kept.append(index)
            index += 1
            continue
        reason = find if reason is None or find.confidence > reason.confidence else reason
        kept = _trimmed(lines, kept)
        following = next_said(lines, find.after)
        if following is None or not lines[following].quoted:
            return kept, reason
        index = find.after
    return kept, reason


def _trimmed(lines: list[Line], kept: list[int]) -> list[int]:
    """Without the blank lines and rules that stood right above a quotation."""
    end = len(kept)
    while end and (lines[kept[end - 1]].blank or RULE.fullmatch(lines[kept[end - 1]].text)):
        end -= 1
    return kept[:end]


def _cut(lines: list[Line], kept: list[int], find: Find | None) -> Cut:
    """The kept lines as character spans, neighbours joined."""
    spans: list[tuple[int, int]] = []
    previous = -2
    for index in kept:
        line = lines[index]
        if index == previous + 1 and spans:
            spans[-1] = (spans[-1][0], line.end)
        else:
            spans.append((line.start, line.end))
        previous = index
    if find is None:
        return Cut(tuple(spans), "whole", 1.0)
    return Cut(tuple(spans), find.reason, find.confidence)
