"""The heartbeat goes the whole way, is measured, and never becomes a ticket."""

from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.watching.heartbeat import HEADER, beat
from tests.house import House
from tests.letters import letter
from tests.servers.process import READY_WITHIN, eventually
from tests.servers.smtp import Stage
from tests.watching.conftest import Run
from tests.watching.manager import Manager

DESK = "support@desk.test"


@pytest.fixture
def beating(house: House) -> House:
    """A desk that writes to itself every hour."""
    house.settings["heartbeat"] = {"every": "1h"}
    house.write()
    return house


def sent_one(house: House) -> bytes:
    """Let the desk send a heartbeat; the mail as it left."""
    with house.office() as office:
        assert beat(office.store, office.desk, office.clock) == 1
        office.once()
    return house.sink.to(DESK)[-1].raw


def back(house: House) -> list[str]:
    return [row.detail for row in house.rows("SELECT detail FROM sign WHERE name = 'heartbeat-back'")]


def test_a_heartbeat_comes_back_measured_and_is_no_ticket(beating: House) -> None:
    raw = sent_one(beating)
    assert back(beating) == []
    beating.clock.pass_time(seconds=7)
    beating.post(raw)
    beating.once()
    assert back(beating) == ["7.0"]
    assert beating.numbers() == []
    assert [row.outcome for row in beating.rows("SELECT outcome FROM inbox")] == ["set-aside"]
    assert len(beating.sink.accepted) == 1, "nobody is told of it"


def test_a_heartbeat_that_comes_twice_is_measured_once(beating: House) -> None:
    raw = sent_one(beating)
    beating.post(raw)
    beating.once()
    beating.clock.pass_time(hours=3)
    beating.post(raw)
    beating.once()
    assert back(beating) == ["0.0"]
    assert beating.numbers() == []


def test_nobody_else_can_make_a_heartbeat(beating: House) -> None:
    forged = f"{beating.clock.now().isoformat()} aaaaaaaaaaaaaaaa"
    beating.post(letter(headers={HEADER: forged}), letter(headers={HEADER: "never"}), letter(headers={HEADER: "é "}))
    beating.once()
    assert back(beating) == []
    assert len(beating.numbers()) == 3


def test_the_next_heartbeat_waits_for_its_time_and_takes_the_place_of_an_unsent_one(beating: House) -> None:
    with beating.office() as office:
        assert [beat(office.store, office.desk, office.clock) for _ in range(2)] == [1, 0]
        beating.clock.pass_time(minutes=61)
        assert beat(office.store, office.desk, office.clock) == 1
    states = [row.state for row in beating.rows("SELECT state FROM outbox WHERE kind = 'heartbeat' ORDER BY id")]
    assert states == ["cancelled", "ready"]


def test_a_desk_that_is_not_asked_to_or_only_observes_sends_none(small_house: House) -> None:
    small_house.postdesk("once")
    small_house.settings["heartbeat"] = {"every": "1m"}
    small_house.write()
    with small_house.office() as office:
        office.desk = replace(office.desk, observing=True)
        assert beat(office.store, office.desk, office.clock) == 0
    assert not small_house.rows("SELECT 1 FROM outbox")


def test_a_heartbeat_that_is_refused_troubles_nobody_and_the_daemon_sends_it_by_itself(
    small_house: House, manager: Manager, run: Run
) -> None:
    small_house.settings["heartbeat"] = {"every": "1m"}
    small_house.sink.at(Stage.RECIPIENT, "550 5.7.1 not to yourself", times=1)
    run(small_house)
    assert manager.hears("READY=1")
    query = "SELECT state FROM outbox WHERE kind = 'heartbeat'"
    assert eventually(lambda: [row.state for row in small_house.rows(query)] == ["failed"])
    small_house.post(letter("Bob <bob@customer.test>"))
    assert eventually(lambda: bool(small_house.sent("bob@customer.test")))


def test_a_heartbeat_goes_through_a_relay_that_delivers_and_comes_back_by_itself(
    small_house: House, manager: Manager, run: Run
) -> None:
    small_house.settings["heartbeat"] = {"every": "1m"}
    box, user = small_house.dovecot, small_house.user
    small_house.sink.onward = lambda mail: box.deliver_by_lmtp(user, mail.raw, mail.reverse_path)
    run(small_house)
    assert manager.hears("READY=1")
    assert eventually(lambda: bool(back(small_house)))
    [seconds] = back(small_house)
    assert 0 <= float(seconds) < READY_WITHIN
    assert [row.state for row in small_house.rows("SELECT state FROM outbox")] == ["sent"]
    assert small_house.numbers() == []
