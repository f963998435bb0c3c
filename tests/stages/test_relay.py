"""A relay that is down, slow or limited is spared, and mails wait for it in their order (T-OU-06, T-OU-09)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from daemon.faults import Faults
from daemon.office import Unreachable
from tests.conftest import StartSink
from tests.house import House
from tests.letters import letter
from tests.servers.certificates import Certificates
from tests.servers.process import eventually
from tests.servers.smtp import Break, Offer, Security, Sink, Stage
from tests.stages.scenes import assert_still_at_work


@contextmanager
def _running(house: House) -> Iterator[None]:
    daemon = house.start()
    try:
        yield
    finally:
        daemon.terminate()
        assert daemon.wait(20) == 0


def _log(house: House) -> list[dict[str, object]]:
    return [json.loads(line) for line in (house.folder / "daemon.log").read_text("utf-8").splitlines()]


def _rests(house: House) -> list[object]:
    failed = {"stage-failed", "login-refused"}
    return [line["seconds"] for line in _log(house) if line["event"] in failed and line["stage"] == "deliver"]


@pytest.mark.parametrize("fault", ["421 4.3.2 not now", Break.DROP])
def test_a_relay_that_turns_us_away_is_asked_less_and_less_often(small_house: House, fault: str | Break) -> None:
    small_house.sink.at(Stage.BANNER, fault)
    small_house.post(*(letter(f"c{n}@customer.test") for n in range(20)))
    with _running(small_house):
        assert eventually(lambda: len(_rests(small_house)) >= 3)
        assert _rests(small_house)[:3] == [1.0, 2.0, 4.0]
    opened = small_house.sink.opened_at
    assert len(opened) <= 1 + opened[-1] - opened[0], "never more than one connection a second"
    assert {row.state for row in small_house.rows("SELECT state FROM outbox")} <= {"deferred", "ready"}
    small_house.sink.behave()
    small_house.clock.pass_time(minutes=10)
    with small_house.shift() as shift:
        shift.turn()
        assert all(len(small_house.sent(f"c{n}@customer.test")) == 1 for n in range(20))


def test_a_port_where_nobody_listens_defers_everything(small_house: House) -> None:
    small_house.sink.stop()
    small_house.post(letter())
    with small_house.shift() as shift:
        with pytest.raises(Unreachable, match="connect-"):
            shift.turn()
        small_house.sink.start()
        small_house.clock.pass_time(minutes=2)
        shift.turn()
        assert len(small_house.sent("ann@customer.test")) == 1
        assert_still_at_work(small_house, shift)


def test_a_relay_without_the_tls_that_is_required_gets_nothing(small_house: House) -> None:
    small_house.settings["smtp"]["tls"] = "starttls"
    small_house.write()
    small_house.post(letter())
    done = small_house.postdesk("once", check=False)
    assert (done.returncode, "tls-required" in done.stderr) == (75, True)
    assert b"MAIL" not in small_house.sink.in_clear
    assert {row.state for row in small_house.rows("SELECT state FROM outbox")} <= {"deferred", "ready"}


def test_a_refused_login_is_not_repeated_until_the_account_is_locked(
    small_house: House, start_sink: StartSink, certificates: Certificates
) -> None:
    relay = start_sink(Offer(Security.STARTTLS, certificates.good, {"desk": "right"}))
    small_house.settings["smtp"] |= _with_login(relay, certificates)
    small_house.write()
    small_house.post(*(letter(f"c{n}@customer.test") for n in range(5)))
    once = small_house.postdesk("once", check=False)
    assert once.returncode == 1
    assert "username and password" in once.stderr
    with _running(small_house):
        assert eventually(lambda: _rests(small_house) == [360.0]), "ten tries an hour at the most"
    assert sum(command.line.upper().startswith("AUTH") for command in relay.commands) == 2


def _with_login(relay: Sink, certificates: Certificates) -> dict[str, object]:
    password = {"env": "DESK_TEST_PASSWORD"}
    ca_file = str(certificates.ca_file)
    return {"host": relay.host, "port": relay.port, "tls": "starttls", "username": "desk", "password": password} | {
        "ca_file": ca_file
    }


def test_no_more_mails_leave_in_a_minute_than_the_relay_takes(house: House) -> None:
    house.settings["smtp"]["per_minute"] = 4
    house.write()
    house.post(*(letter(f"c{n}@customer.test") for n in range(5)))
    with house.shift() as shift:
        shift.turn()
        shift.turn()
        assert len(house.sink.accepted) == 4
        house.clock.pass_time(seconds=30)
        shift.turn()
        assert len(house.sink.accepted) == 4
        house.clock.pass_time(seconds=31)
        shift.turn()
        assert len(house.sink.accepted) == 8
        house.clock.pass_time(seconds=61)
        shift.turn()
        assert len(house.sink.accepted) == 10


def test_a_clock_set_back_does_not_count_the_mails_of_the_future(small_house: House) -> None:
    small_house.settings["smtp"]["per_minute"] = 2
    small_house.write()
    small_house.post(letter())
    with small_house.shift() as shift:
        shift.turn()
        assert len(small_house.sink.accepted) == 2
        small_house.clock.pass_time(hours=-1)
        small_house.post(letter("bob@customer.test"))
        shift.turn()
        assert len(small_house.sink.accepted) == 4


def test_a_lease_in_which_no_mail_could_be_sent_is_refused(small_house: House) -> None:
    small_house.settings["deliver"]["lease"] = "10m"
    small_house.write()
    with pytest.raises(Faults, match="11 minutes"):
        small_house.desk()


def test_one_bad_domain_holds_up_nobody_else(small_house: House) -> None:
    small_house.settings["deliver"]["batch"] = 3
    small_house.write()
    for n in range(12):
        small_house.sink.at(Stage.RECIPIENT, "450 4.4.1 their server is away", to=f"c{n}@slow.test")
    small_house.post(*(letter(f"c{n}@slow.test") for n in range(12)), letter("quick@customer.test"))
    with small_house.shift() as shift:
        shift.turn()
        assert len(small_house.sent("quick@customer.test")) == 1
        assert_still_at_work(small_house, shift)


def test_no_more_connections_are_used_than_allowed(small_house: House) -> None:
    small_house.settings["smtp"]["connections"] = 3
    small_house.write()
    small_house.post(*(letter(f"c{n}@customer.test") for n in range(30)))
    with small_house.shift() as shift:
        shift.turn()
    assert len(small_house.sink.accepted) == 60
    assert len(small_house.sink.opened_at) == 3, "each is kept and used again"
