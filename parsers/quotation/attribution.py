"""Lines such as `On Monday, 3 May, Li <li@x> wrote:` in any language: what says who wrote the quotation below, and when."""

from __future__ import annotations

import re

from parsers.quotation.phrases import WROTE

LONGEST = 500
"""Characters in which an attribution must end; a longer stretch is somebody's sentence."""

_MONTHS = (
    r"jan|feb|mar|mär|maa|apr|avr|abr|may|mai|maj|mei|jun|juin|giu|jul|juil|lug|aug|ago|août|aoû|sep|set|oct|okt|ott|out|nov|dec|dez|dic|déc|gen|ene|"
    r"янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек|ocak|şub|nis|haz|tem|ağu|eyl|eki|kas|ara|tammi|helmi|huhti|touko|kesä|heinä|elo|syys|loka|marras|joulu|"
    r"sty|lut|kwi|cze|lip|sie|wrz|paź|lis|gru|led|úno|bře|dub|kvě|čvn|čvc|srp|zář|říj|lis|pro"
)
DATE = re.compile(
    rf"\d{{1,4}}\s?[-./年년]\s?\d{{1,2}}\s?[-./月월]|\d{{1,2}}\s?月\s?\d{{1,2}}\s?日|\d{{1,2}}[:.h：]\d{{2}}|\b(?:19|20)\d{{2}}\b|\b\d{{1,2}}(?:\.|st|nd|rd|th)?\s(?:de\s)?(?:{_MONTHS})|"
    rf"\b(?:{_MONTHS})\w*\.?\s\d{{1,2}}|[٠-٩]{{1,4}}|\d{{1,2}}点\d{{1,2}}|\d{{1,2}} o'clock",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:：，]+@[^\s<>()\[\]\"',;:：，]+")
_LEAD = re.compile(
    r"(?:on|at|am|le|el|em|il|op|den|på|w dniu|dnia|dne|dňa|στις|vào|pada|في|בתאריך)\b|[在于於]\s?(?:\d|\S+@|[\"“'])", re.IGNORECASE
)
_END = re.compile(r"[:：]\s*$")


def may_start(line: str) -> bool:
    """Whether an attribution can begin on this line: it names a day, an address, or opens as attributions do."""
    return len(line) <= LONGEST and (
        _LEAD.match(line) is not None or DATE.search(line) is not None or ADDRESS.search(line) is not None
    )


def confidence(text: str, before_quote: bool) -> float:
    """How sure it is (0 to 1) that this line, or these few joined, introduces a quotation. `before_quote` says that a
    line marked with `>` follows."""
    ends = _END.search(text) is not None
    dated = DATE.search(text) is not None
    addressed = ADDRESS.search(text) is not None
    verbs = list(WROTE.finditer(text))
    last = verbs[-1] if verbs else None
    tail = last is not None and not text[last.end() :].strip(" :：*_)>\"'")
    if tail and ends and (dated or addressed):
        return 0.95
    if last is not None and ends and dated and (addressed or _LEAD.match(text) or before_quote):
        return 0.9
    if tail and (dated and (addressed or _LEAD.match(text)) or before_quote and (dated or addressed)):
        return 0.8
    if ends and dated and addressed:
        return 0.8
    if before_quote and (tail and ends or dated and addressed):
        return 0.8
    if last is not None and ends and addressed and before_quote:
        return 0.8
    return 0.0
