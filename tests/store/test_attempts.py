"""Which attempts at a mail count against it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from daemon.ports import Fetched
from daemon.store import inbox
from daemon.store.database import Store
from daemon.store.inbox import Arrival, Place

NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)


def test_an_attempt_given_back_does_not_count_and_a_failure_before_it_does(store: Store) -> None:
    with store.write() as c:
        for uid in (1, 2):
            mail = Fetched(uid, b"raw", NOW)
            inbox.keep(c, Place("support", "INBOX", 1), Arrival(mail, len(mail.raw), silent=False), NOW)
        failed, waiting = inbox.claim(c, NOW, 10, 1_000_000, timedelta(minutes=5))
        inbox.fail(c, failed, "boom", NOW)
        inbox.unclaim(c, [failed.id, waiting.id])
        counted = c.execute(text("SELECT attempts FROM inbox ORDER BY id")).scalars().all()
    assert counted == [1, 0]
