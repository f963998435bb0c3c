"""The last look at a mail: anything that a composer could get wrong is seen."""

from __future__ import annotations

import pytest

from daemon.compose.check import Unsound, check_message
from tests.compose.given import RECIPIENT, notice, raw

MAIL = raw(notice("reply", attachments=(("f", "a.txt", "text/plain"),)), {"f": b"x"})


def test_what_we_write_passes() -> None:
    check_message(MAIL, RECIPIENT)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b"Date:", b"Bcc: v@e.example\r\nDate:", "fields are not the allowed"),
        (b"Date:", b"To: v@e.example\r\nDate:", "fields are not the allowed"),
        (b"Date:", b"to: li.lei@customer.example\r\nDate:", "fields are not the allowed"),
        (b"Date:", b"X-Other: x\r\nDate:", "fields are not the allowed"),
        (b"X-Postdesk-Desk: desk-7\r\n", b"", "fields are not the allowed"),
        (b"Date:", b"Not a field\r\nDate:", "malformed"),
        (b"Date:", b"\r\nDate:", "fields are not the allowed"),
        (b"To: li.lei@customer.example", b"To: li.lei@customer.example, v@e.example", "not the recipient"),
        (b"To: li.lei@customer.example", b"To: <li.lei@customer.example>", "not the recipient"),
        (b"desk-7", b"desk\n7", "bare line break"),
        (b"desk-7", b"desk\r7", "bare line break"),
        (b"desk-7", "desk张".encode(), "not text"),
        (b"desk-7", b"desk\x007", "not text"),
        (b"desk-7", b"x" * 998, "too long"),
        (b"\r\n\r\n--", b"\r\n\r\n.\r\n--", "begins with a dot"),
        (b"\r\n\r\n--", b"\r\n\r\nforeword\r\n--", "not closed"),
        (b"--\r\n", b"\r\n", "closed|no body"),
        (
            b"Content-Disposition: attachment",
            b"Content-Location: x\r\nContent-Disposition: attachment",
            "not the allowed",
        ),
        (b"Content-Transfer-Encoding: base64\r\nContent-Disposition", b"Content-Disposition", "not the allowed"),
        (b"multipart/mixed", b"text/plain", "no boundary|closed|allowed"),
        (b"\r\n\r\n", b"\r\n", "no body|malformed|allowed"),
    ],
)
def test_whatever_is_not_as_meant_is_refused(old: bytes, new: bytes, why: str) -> None:
    assert old in MAIL
    changed = MAIL.replace(old, new) if old in {b"--\r\n", b"\r\n\r\n"} else MAIL.replace(old, new, 1)
    if old == b"multipart/mixed":
        changed = changed.replace(b"boundary", b"border", 1)
    with pytest.raises(Unsound, match=why):
        check_message(changed, RECIPIENT)


def test_another_recipient_is_refused() -> None:
    with pytest.raises(Unsound, match="not the recipient"):
        check_message(MAIL, "v@e.example")
