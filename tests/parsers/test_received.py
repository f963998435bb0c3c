"""When a mail came, from whatever its header tells."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.received import received_at

EARLY, LATE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC), datetime(2026, 3, 2, 1, 5, tzinfo=UTC)
TRACE = b"Received: from a by b (x; y)\r\n with SMTP; Mon, 2 Mar 2026 09:05:00 +0800\r\n"
DATE = b"Date: Mon, 2 Mar 2026 01:00:00 +0000\r\n"


@pytest.mark.parametrize(
    ("header", "at"),
    [
        (TRACE + DATE, LATE),
        (DATE + TRACE, LATE),
        (TRACE + b"Received: from c by a; Mon, 2 Mar 2026 01:02:00 +0000\r\n" + DATE, LATE),
        (DATE, EARLY),
        (b"Received: from a by b with nothing told\r\n" + DATE, EARLY),
        (b"DATE: 2 Mar 2026 01:00:00 -0000 (UTC)\n", EARLY),
        (b"date: Mon, 2 Mar 2026 09:00:00 +0800\r\n\r\nReceived: by x; Mon, 2 Mar 2026 09:05:00 +0800\r\n", EARLY),
        (b"Date: soon\r\n", None),
        (b"Date: Mon, 2 Mar 99999999999 01:00:00 +0000\r\n", None),
        (b"", None),
    ],
)
def test_the_topmost_trace_tells_and_else_the_date(header: bytes, at: datetime | None) -> None:
    assert received_at(header + b"Subject: x\r\n\r\nDate: Tue, 3 Mar 2026 01:00:00 +0000\r\n") == at


@given(st.binary(max_size=200), st.sampled_from([b"Received: ;", b"Date:", b"received:"]))
def test_no_header_makes_it_fail(noise: bytes, field: bytes) -> None:
    found = received_at(field + noise)
    assert found is None or found.tzinfo is UTC
