"""What the database promises: commits on the disk, writers one after another, instants that are instants."""

from __future__ import annotations

import multiprocessing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError

from daemon.store.database import Store, StoreUnavailable
from daemon.store.mailboxes import last_polls, met
from daemon.store.migrate import migrate
from daemon.store.schema import mailbox

NOW = datetime(2026, 11, 20, 7, 0, 0, 123456, tzinfo=UTC)


def test_sqlite_runs_with_what_a_crash_demands(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'desk.db'}")
    try:
        with store.write() as c:
            asked = {
                name: c.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete")
            }
        assert asked == {
            "journal_mode": "wal",
            "synchronous": 2,
            "foreign_keys": 1,
            "busy_timeout": 30_000,
            "secure_delete": 1,
        }
    finally:
        store.close()


def _count(url: str, times: int) -> None:
    store = Store(url)
    for _ in range(times):
        with store.write() as c:
            last = c.execute(text("SELECT last FROM counter")).scalar_one()
            c.execute(text("UPDATE counter SET last = :last"), {"last": last + 1})
    store.close()


def test_four_processes_that_count_lose_no_number(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    store = Store(url)
    try:
        migrate(store)
        with store.write() as c:
            c.execute(text("INSERT INTO counter VALUES ('TS', '2026-11-20', 0)"))
        context = multiprocessing.get_context("spawn")
        counters = [context.Process(target=_count, args=(url, 200)) for _ in range(4)]
        for each in counters:
            each.start()
        for each in counters:
            each.join(100)
        assert [each.exitcode for each in counters] == [0, 0, 0, 0]
        with store.read() as c:
            assert c.execute(text("SELECT last FROM counter")).scalar_one() == 800
    finally:
        store.close()


def test_who_only_looks_does_not_wait_for_a_writer(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'desk.db'}")
    try:
        migrate(store)
        with store.write() as writing:
            met(writing, "support", NOW)
            with store.read() as reading:
                assert last_polls(reading) == {}
    finally:
        store.close()


@pytest.mark.parametrize("zone", [UTC, ZoneInfo("Asia/Shanghai"), timezone(timedelta(hours=-9, minutes=-30))], ids=str)
def test_an_instant_comes_back_as_the_same_instant_in_utc(store: Store, zone: timezone) -> None:
    with store.write() as c:
        met(c, "support", NOW.astimezone(zone))
    with store.read() as c:
        found = last_polls(c)["support"]
    assert found is not None
    assert found == NOW
    assert found.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(StatementError, match="aware"), store.write() as c:
        met(c, "support", NOW.replace(tzinfo=None))
    with store.read() as c:
        assert last_polls(c) == {}


def test_instants_compare_in_time_whatever_zone_they_were_written_in(store: Store) -> None:
    with store.write() as c:
        met(c, "early", (NOW - timedelta(hours=1)).astimezone(ZoneInfo("Asia/Shanghai")))
        met(c, "late", NOW)
    with store.read() as c:
        before = c.scalars(select(mailbox.c.name).where(mailbox.c.last_poll_at < NOW)).all()
    assert before == ["early"]


def _meet_and_fail(store: Store) -> None:
    with store.write() as c:
        met(c, "support", NOW)
        raise RuntimeError


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError):
        _meet_and_fail(store)
    with store.read() as c:
        assert last_polls(c) == {}


def test_a_database_that_is_gone_is_unavailable_and_not_a_fault_of_a_mail(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'missing' / 'desk.db'}")
    with pytest.raises(StoreUnavailable), store.read() as c:
        last_polls(c)
