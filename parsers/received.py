"""When a mail came, as its own header tells, found in its first bytes without reading the mail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from parsers.headers import unfolded

_HEADER_LOOKED_AT = 65_536
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_FIELD = re.compile(rb"^(received|date)[ \t]*:((?:[^\r\n]|\r?\n[ \t])*)", re.IGNORECASE | re.MULTILINE)


def received_at(raw: bytes) -> datetime | None:
    """The moment that the topmost Received field tells (RFC 5321 section 4.4), else the one in Date; None without both.

    Whoever sends a mail can write both as they like; the topmost Received is the receiving server's own.
    """
    header = _BLANK_LINE.split(raw[:_HEADER_LOOKED_AT], maxsplit=1)[0]
    return next(_moments(header), None)


def _moments(header: bytes) -> Iterator[datetime]:
    fields = [(name.lower(), unfolded(value.decode("ascii", "replace"))) for name, value in _FIELD.findall(header)]
    traces = [value.rpartition(";")[2] for name, value in fields if name == b"received"]
    for value in (*traces[:1], *(value for name, value in fields if name == b"date")):
        try:
            told = parsedate_to_datetime(value.strip())
            # A zone of -0000 says that the time is UTC and the zone unknown (RFC 5322 section 3.3).
            yield told.astimezone(UTC) if told.tzinfo is not None else told.replace(tzinfo=UTC)
        except (ValueError, OverflowError, TypeError, IndexError):
            continue
