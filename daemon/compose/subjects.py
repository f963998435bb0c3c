"""The subject of a request without what mail clients and we ourselves have put in front of it."""

from __future__ import annotations

import re
from functools import lru_cache

_PREFIX = re.compile(
    r"(?:re|aw|sv|vs|antw|res|rv|fwd?|wg|tr|enc|回复|回覆|答复|答覆|回信|转发|轉寄|轉發)(?:\s*[\[(（]\d{1,3}[\])）])?\s*[:：]\s*",
    re.IGNORECASE,
)


def bare_subject(subject: str, number: str) -> str:
    """`subject` without reply and forward prefixes and without bracketed ticket numbers of the shape of `number`.

    What we send then always reads `Re: [number] subject`, however often it went to and fro. Numbers of another shape
    are the correspondent's own and stay.
    """
    rest = _own_number(number).sub(" ", subject).strip()
    while prefix := _PREFIX.match(rest):
        rest = rest[prefix.end() :]
    return " ".join(rest.split())


@lru_cache(maxsize=64)
def _pattern(shape: str) -> re.Pattern[str]:
    return re.compile(rf"[\[【［]\s*{shape}\s*[\]】］]", re.IGNORECASE)


def _own_number(number: str) -> re.Pattern[str]:
    """Bracketed numbers that differ from `number` in their digits only."""
    return _pattern("[0-9]+".join(map(re.escape, re.split("[0-9]+", number))))
