"""What the service manager hears from the real process: ready late, alive while all stages move, and its end."""

from __future__ import annotations

import signal
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.conftest import StartDovecot
from tests.house import STOP_WITHIN, House, furnished
from tests.letters import letter
from tests.servers.dovecot import Dovecot
from tests.servers.process import eventually
from tests.servers.smtp import Break, Sink, Stage
from tests.watching.conftest import Run, happens
from tests.watching.manager import Manager


def test_the_desk_is_ready_only_once_a_mailbox_has_answered(
    start_dovecot: StartDovecot, sink: Sink, tmp_path: Path, manager: Manager, run: Run
) -> None:
    dovecot = start_dovecot(None)
    house = furnished(tmp_path, dovecot, sink, f"sqlite:///{tmp_path / 'postdesk.db'}")
    dovecot.stop()
    run(house)
    assert happens(house, "stage-failed", stage="receive.support")
    assert manager.hears("STATUS=Waiting for the first answer of a mailbox")
    assert manager.hears("WATCHDOG=1", times=2), "a mail server that is away is no fault of ours"
    assert "READY=1" not in manager.heard()
    dovecot.start()
    assert manager.hears("READY=1")
    assert [row.name for row in house.rows("SELECT name FROM mailbox WHERE last_poll_at IS NOT NULL")] == ["support"]


def test_signs_of_life_come_at_least_twice_as_often_as_they_are_waited_for(
    small_house: House, manager: Manager, run: Run
) -> None:
    run(small_house)
    assert manager.hears("WATCHDOG=1", times=4)
    pauses = [after - before for before, after in pairwise(manager.moments("WATCHDOG=1"))]
    assert max(pauses) <= 2.0 + 0.5


def test_a_stage_that_stands_still_starves_the_watchdog_until_it_moves_again(
    dovecot: Dovecot, sink: Sink, tmp_path: Path, postgres_url: str, manager: Manager, run: Run
) -> None:
    house = furnished(tmp_path, dovecot, sink, postgres_url)
    house.settings["health"] = {"stuck_after": "2s"}
    run(house)
    assert manager.hears("READY=1")
    with house.store() as store, store.write() as c:
        c.execute(text("LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE"))
        assert manager.hears("STATUS=Standing still: ")
        fed = manager.moments("WATCHDOG=1")
        assert not manager.hears("WATCHDOG=1", times=len(fed) + 1, within=4.0)
    assert manager.hears("WATCHDOG=1", times=len(fed) + 2)
    assert manager.hears("STATUS=Working", times=2)


def test_a_mail_server_that_is_slow_keeps_nobody_from_feeding_the_watchdog_and_the_stop_waits_for_no_server(
    small_house: House, manager: Manager, run: Run
) -> None:
    small_house.settings["health"] = {"stuck_after": "2s"}
    small_house.sink.at(Stage.TAKEN, Break.HANG)
    small_house.post(letter())
    daemon = run(small_house)
    assert eventually(lambda: bool(small_house.sink.accepted))
    fed = len(manager.moments("WATCHDOG=1"))
    assert manager.hears("WATCHDOG=1", times=fed + 4)
    assert not [message for message in manager.heard() if message.startswith("STATUS=Standing still")]
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(STOP_WITHIN) == 0
    assert manager.hears("STOPPING=1")
    assert not small_house.rows("SELECT 1 FROM outbox WHERE state = 'sending'")


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_a_desk_with_nothing_in_flight_stops_at_once_and_well(
    small_house: House, manager: Manager, run: Run, signal_number: signal.Signals
) -> None:
    daemon = run(small_house)
    assert manager.hears("READY=1")
    daemon.send_signal(signal_number)
    assert daemon.wait(STOP_WITHIN) == 0
    assert manager.heard()[-1] == "STOPPING=1"
