"""Where a person's signature or a client's footer begins in the lines that are new."""

from __future__ import annotations

import re

from parsers.quotation.phrases import BUSINESS_CARD, DEVICE, DEVICE_AT_END, DISCLAIMER, RULE, SIGN_OFF, SIGNATURE

LONGEST_SIGNATURE = 25
_LONGEST_FOOTER = 12
_LINK = re.compile(r"<?https?://[^\s<>]+>?|\((?:https?:)[^\s()]+\)|<<?https?[^>]*>")
_CONTACT = re.compile(
    r"[^\s@]+@[^\s@]+\.\w|https?://|www\.|\+?\d[\d ()/.-]{6,}\d|\b(?:tel|phone|mobile|fax)\b|电话|"
    r"手机|邮箱|地址|mailing list",
    re.IGNORECASE,
)
_DASHED_NAME = re.compile(r"[-/][A-Z][\w.'’]{1,20}(?: [A-Z][\w.'’]{0,20}){0,2}")
_LONGEST_NAME = 40
_LONGEST_CARD_LINE = 90
_MOST_WORDS_OF_A_DEVICE = 8


def unsigned(texts: list[str]) -> int:
    """How many of the lines stand above the signature; a delimiter with too much below it is just a line."""
    end = _above_footers(texts, len(texts))
    for index in range(max(0, end - 4 * LONGEST_SIGNATURE), end):
        if _opens_signature(texts, index, end):
            end = index
            break
    end = _above_footers(texts, end)
    if end > 1 and _DASHED_NAME.fullmatch(texts[end - 1]):
        end -= 1
    end = _below_sign_off(texts, end)
    return _above_footers(texts, end)


def _below_sign_off(texts: list[str], end: int) -> int:
    """Up to the name below a sign-off, if what stands below that name is a card and not a further sentence."""
    for index in range(max(0, end - LONGEST_SIGNATURE), end):
        if texts[index].strip(" ,.!，。！、-").lower() not in SIGN_OFF:
            continue
        said = [i for i in range(index + 1, end) if texts[i]]
        rest = [texts[i] for i in said[1:]]
        if rest and len(texts[said[0]]) <= _LONGEST_NAME and all(map(_card_line, rest)):
            return said[0] + 1
    return end


def _card_line(text: str) -> bool:
    return len(text) <= _LONGEST_CARD_LINE and (_CONTACT.search(text) is not None or text[-1] not in ".!?。！？：:；;")


def _above_footers(texts: list[str], end: int) -> int:
    """Past blank lines, rules and the lines that clients add, from below."""
    while end:
        text = texts[end - 1]
        if not text or RULE.fullmatch(text) or device(text):
            end -= 1
        elif BUSINESS_CARD.search(text):
            end = _card_start(texts, end)
        else:
            return end
    return end


def device(text: str) -> bool:
    """Whether a line only names the program or the telephone that sent the mail."""
    if len(text) > 200:
        return False
    words = _LINK.sub("", text).replace("[", "").replace("]", "").strip(" ()<>*_-–—|\u3000")
    short = len(words.split()) <= _MOST_WORDS_OF_A_DEVICE or "excuse" in words.lower()
    return short and (DEVICE.match(words) is not None or DEVICE_AT_END.search(words) is not None)


def _card_start(texts: list[str], end: int) -> int:
    """The first line of a business card that a client drew with bars above its own footer."""
    start = end - 1
    for index in range(end - 2, max(-1, end - 2 - _LONGEST_FOOTER), -1):
        if texts[index] and not texts[index].strip("|¦ \t"):
            start = index
    return start


def _opens_signature(texts: list[str], index: int, end: int) -> bool:
    """Whether the signature begins at this line and reaches to the end of what is new."""
    text = texts[index]
    if not text or not any(texts[:index]):
        return False
    below = [line for line in texts[index + 1 : end] if line]
    if DISCLAIMER.match(text):
        return True
    if SIGNATURE.fullmatch(text):
        return len(below) <= LONGEST_SIGNATURE
    if not RULE.fullmatch(text) or not below or len(below) > _LONGEST_FOOTER:
        return False
    return text[0] in "_*" or any(_CONTACT.search(line) for line in below)
