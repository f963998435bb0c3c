"""Lines such as `On Monday, 3 May, Li <li@x> wrote:` in any language: who wrote what is quoted below them, and when."""

from __future__ import annotations

import re

from parsers.quotation.phrases import WROTE

LONGEST = 500
"""Characters in which an attribution must end; a longer stretch is somebody's sentence."""

_MONTHS = (
    r"jan|feb|mar|mär|maa|apr|avr|abr|may|mai|maj|mei|jun|juin|giu|jul|juil|lug|aug|ago|août|aoû|sep|set|oct|okt|ott|"
    r"out|nov|dec|dez|dic|déc|gen|ene|"
    r"янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек|ocak|şub|nis|haz|tem|ağu|eyl|eki|kas|ara|tammi|helmi|huhti|"
    r"touko|kesä|heinä|elo|syys|loka|marras|joulu|"
    r"sty|lut|kwi|cze|lip|sie|wrz|paź|lis|gru|led|úno|bře|dub|kvě|čvn|čvc|srp|zář|říj|pro"
)
TIME = re.compile(
    r"\d{1,2}\s?[:：.h点]\s?\d{2}|[٠-٩]{1,2}:[٠-٩]{2}|\d\s?[ap]\.?m\b|\d{1,2}\s?点|\bo'clock", re.IGNORECASE
)
DATE = re.compile(
    rf"\d{{1,4}}\s?[-./年년]\s?\d{{1,2}}\s?[-./月월]|\d{{1,2}}\s?月\s?\d{{1,2}}\s?日|"
    rf"[一二三四五六七八九十]+月 ?\d{{1,2}}|\d{{1,2}}[:：]\d{{2}}|\b(?:19|20)\d{{2}}\b|"
    rf"\b\d{{1,2}}(?:\.|st|nd|rd|th)?\s(?:de\s)?(?:{_MONTHS})|\b(?:{_MONTHS})\w*\.?\s\d{{1,2}}|[٠-٩]{{1,4}}|"
    rf"\d{{1,2}}点\d{{1,2}}|\d o'clock",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:：，]+@[^\s<>()\[\]\"',;:：，]+")
_LEAD = re.compile(
    r"(?:on|at|am|le|el|em|il|op|den|på|w dniu|dnia|dne|dňa|στις|vào|pada|no dia|в|في|בתאריך)\b|[在于於]\s?(?:\d|"
    r"[\"“'<]|\S+@|星期|周|週|[A-Z][a-z]{2},)",
    re.IGNORECASE,
)
_INNER_LEAD = re.compile(
    r"(?:[-–—]{2,}\s*)?(?:\b(?:On|Am|Le|El|Em|Il|Op|Den|At)\s(?=.{0,16}?\d)|"
    r"(?<=[。！？!?…])\s{0,3}[在于於]\s?(?=\d{4}[-/年.]))"
)
_END = re.compile(r"[:：]\s*$")
_DATE_NAME_ADDRESS = re.compile(r"(?:\w{2,4}\.?,? )?\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}.{0,150}<[^<>\s]+@[^<>\s]+>")
_DIGIT = re.compile(r"\d")
_TAIL = 40
_BRACKETED = re.compile(r"[<(\[（]\s?(?:mailto:)?[^\s<>()]{1,200}@")
_EDGES = "-–—―=*_~ \t"


def may_start(line: str) -> bool:
    """Whether an attribution can begin on this line: it names a day, an address, or opens as attributions do."""
    if len(line) > LONGEST:
        return False
    if ("@" in line and ADDRESS.search(line)) or opens(line) or (_DIGIT.search(line) and DATE.search(line)):
        return True
    return (line[-1] in ":：" or line[:2].strip(_EDGES) == "") and WROTE.search(line) is not None


def opens(line: str) -> bool:
    """Whether the line opens with a word by which attributions open."""
    return _LEAD.match(line) is not None


def inside(line: str) -> int | None:
    """Where in a line an attribution begins that ends it, when a client put one behind the last word of the answer."""
    if len(line) > LONGEST:
        return None
    for match in _INNER_LEAD.finditer(line):
        start = match.start()
        if start and not ADDRESS.search(line[:start]) and confidence(line[start:], before_quote=False) >= 0.9:
            return start
    return None


def confidence(text: str, *, before_quote: bool) -> float:
    """How sure it is (0 to 1) that this line, or these few joined, introduces a quotation. `before_quote` says that a
    line marked with `>` or a header field follows."""
    dashed = text[:2].strip(_EDGES) == "" and text[-2:].strip(_EDGES) == ""
    text = text.strip(_EDGES)
    ends = _END.search(text[-4:]) is not None
    if not (ends or before_quote or text.endswith(">") or WROTE.search(text[-_TAIL:])):
        return 0.0
    verbs = list(WROTE.finditer(text[:LONGEST]))
    last = verbs[-1] if verbs else None
    dated = DATE.search(text) is not None
    addressed = ADDRESS.search(text) is not None
    tail = last is not None and not text[last.end() :].strip(" :：*_)>\"'-。")
    if tail and (ends or dashed):
        return _with_verb(text, dated=dated, addressed=addressed, marked=before_quote or dashed)
    if last is not None and ends and dated and (addressed or opens(text) or before_quote or TIME.search(text)):
        return 0.9
    if tail and ((dated and (addressed or opens(text))) or (before_quote and (dated or addressed))):
        return 0.8
    if last is not None and before_quote and dated and opens(text):
        return 0.8
    if (
        dated
        and addressed
        and (before_quote or (ends and _BRACKETED.search(text)) or _DATE_NAME_ADDRESS.fullmatch(text))
    ):
        return 0.8
    return 0.8 if last is not None and ends and addressed and before_quote else 0.0


def _with_verb(text: str, *, dated: bool, addressed: bool, marked: bool) -> float:
    """For `… wrote:` at the end of the line: surely an attribution if it also says when or who."""
    if addressed or (marked and dated):
        return 0.95
    if dated:
        return 0.95 if TIME.search(text) or any(mark in text for mark in ',，<"“') else 0.4
    return 0.8 if marked else 0.0
