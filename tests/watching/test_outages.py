"""The machine fails the desk: a full disk, a database held by another, a log that nobody takes. Nothing is lost."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.house import STOP_WITHIN, House, furnished
from tests.letters import letter
from tests.servers.dovecot import Dovecot
from tests.servers.process import eventually
from tests.servers.smtp import Sink
from tests.watching.conftest import Run, happens
from tests.watching.manager import Manager
from tests.watching.test_resources import with_file

ROOM = 12 * 2**20
LEFT = 128 * 2**10
MAILS = 20


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 12 MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(place)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("a small file system can be mounted by root alone")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(place: Path) -> Path:
    """Leave hardly any room; the file that takes it."""
    ballast = place / "ballast"
    with ballast.open("wb") as file:
        file.write(b"\0" * (shutil.disk_usage(place).free - LEFT))
    return ballast


def kept(house: House) -> int:
    return int(house.rows("SELECT count(*) AS mails FROM inbox")[0].mails)


def test_without_room_on_the_disk_mails_wait_on_the_server_and_come_in_once_there_is_room(
    dovecot: Dovecot, sink: Sink, tmp_path: Path, small_disk: Path, manager: Manager, run: Run
) -> None:
    house = furnished(tmp_path, dovecot, sink, f"sqlite:///{small_disk / 'postdesk.db'}")
    run(house)
    assert manager.hears("READY=1")
    ballast = fill(small_disk)
    house.post(*(with_file(seed, 32 * 2**10) for seed in range(MAILS)))
    assert happens(house, "stage-failed", stage="receive.support", error="OperationalError")
    moved, rows = house.dovecot.count(house.user, "Processed"), kept(house)
    assert moved <= rows < MAILS
    assert house.dovecot.count(house.user) + moved == MAILS
    told = house.postdesk("health", check=False)
    assert told.returncode == 1
    assert "disk-full" in told.stdout
    ballast.unlink()
    assert eventually(lambda: len(house.numbers()) == MAILS, within=60)
    assert eventually(lambda: house.dovecot.count(house.user, "Processed") == MAILS, within=60)
    with closing(sqlite3.connect(small_disk / "postdesk.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_database_that_another_holds_for_long_is_waited_for_and_nothing_is_lost(
    dovecot: Dovecot, sink: Sink, tmp_path: Path, manager: Manager, run: Run
) -> None:
    house = furnished(tmp_path, dovecot, sink, f"sqlite:///{tmp_path / 'postdesk.db'}?timeout=1")
    run(house)
    assert manager.hears("READY=1")
    with closing(sqlite3.connect(tmp_path / "postdesk.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        house.post(*(letter() for _ in range(3)))
        assert happens(house, "stage-failed", stage="receive.support", error="OperationalError", count=2)
        assert happens(house, "stage-failed", stage="triage", error="OperationalError")
        assert house.dovecot.count(house.user) == 3, "nothing is moved that is not kept"
        fed = len(manager.moments("WATCHDOG=1"))
        assert manager.hears("WATCHDOG=1", times=fed + 1), "waiting for the database is no standstill"
        other.execute("ROLLBACK")
    assert eventually(lambda: len(house.numbers()) == 3, within=60)
    assert house.sink.has(6)
    assert len({mail.raw for mail in house.sink.accepted}) == 6


def test_a_log_on_a_full_disk_does_not_hold_up_the_work(small_house: House, manager: Manager, run: Run) -> None:
    (small_house.folder / "daemon.log").symlink_to("/dev/full")
    works_and_stops(small_house, manager, run(small_house))


def test_a_log_that_nobody_takes_any_more_does_not_end_the_work(small_house: House, manager: Manager, run: Run) -> None:
    log = small_house.folder / "daemon.log"
    os.mkfifo(log)
    reader = os.open(log, os.O_RDONLY | os.O_NONBLOCK)
    daemon = run(small_house)
    assert manager.hears("READY=1")
    os.close(reader)
    works_and_stops(small_house, manager, daemon)


def works_and_stops(house: House, manager: Manager, daemon: subprocess.Popen[bytes]) -> None:
    assert manager.hears("READY=1")
    house.post(letter("Ann <ann@customer.test>"))
    assert eventually(lambda: [row.state for row in house.rows("SELECT state FROM outbox")] == ["sent", "sent"])
    assert house.sent("ann@customer.test")
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(STOP_WITHIN) == 0
    assert manager.hears("STOPPING=1")
