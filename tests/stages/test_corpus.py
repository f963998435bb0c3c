"""Every odd mail that the house keeps goes the whole way, on both databases: none is lost, and what leaves is sound."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.house import CHECKOUT, House
from tests.stages.scenes import assert_still_at_work, outcomes


def _mails() -> list[Path]:
    """All but the empty one, which no IMAP server keeps."""
    return [path for path in sorted((CHECKOUT / "tests" / "mails").glob("*.eml")) if path.stat().st_size]


def test_every_odd_mail_is_settled_and_none_is_quarantined(house: House) -> None:
    mails = _mails()
    assert len(mails) > 20
    house.post(*(path.read_bytes() for path in mails))
    with house.shift() as shift:
        shift.turn()
        states = Counter(state for state, _ in outcomes(house))
        faults = [row.error for row in house.rows("SELECT error FROM inbox WHERE error IS NOT NULL")]
        assert faults == []
        assert set(states) <= {"done", "duplicate"} and states.total() == len(mails)
        assert {row.state for row in house.rows("SELECT state FROM outbox")} <= {"sent"}
        assert house.dovecot.count(house.user) == 0
        assert_still_at_work(house, shift)
