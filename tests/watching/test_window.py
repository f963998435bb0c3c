"""The window for monitors: what it answers, to whom, and that nobody can hold it up."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from http.client import HTTPConnection
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import ValidationError
from sqlalchemy import text

from daemon.watching.server import REQUEST_SECONDS
from daemon.watching.settings import Http
from tests.house import House
from tests.letters import letter
from tests.servers.process import LOOPBACK, eventually, free_port
from tests.watching.conftest import Run, happens
from tests.watching.manager import Manager


@pytest.fixture
def port(small_house: House) -> int:
    """Where the desk of this test is to answer."""
    found = free_port()
    small_house.settings["http"] = {"listen": f"{LOOPBACK}:{found}"}
    return found


def asked(port: int, path: str, method: str = "GET", **headers: str) -> tuple[int, bytes]:
    link = HTTPConnection(LOOPBACK, port, timeout=30)
    link.request(method, path, headers=headers)
    answer = link.getresponse()
    return answer.status, answer.read()


def numbers(port: int) -> Mapping[tuple[str, str], float]:
    """Every sample by its name and its labels' values."""
    status, body = asked(port, "/metrics")
    assert status == 200
    samples = [sample for family in text_string_to_metric_families(body.decode()) for sample in family.samples]
    return {(sample.name, "/".join(sample.labels.values())): sample.value for sample in samples}


def test_a_monitor_sees_what_the_desk_does(small_house: House, port: int, manager: Manager, run: Run) -> None:
    small_house.post(letter())
    run(small_house)
    assert manager.hears("READY=1")
    assert small_house.sink.has(2)
    assert eventually(lambda: numbers(port)["postdesk_outbox", "sent"] == 2)
    seen = numbers(port)
    assert seen["postdesk_healthy", ""] == 1
    assert seen["postdesk_mails", "done"] == 1 and seen["postdesk_mails", "quarantined"] == 0
    assert seen["postdesk_stage_turns_total", "receive.support"] >= 1
    assert seen["postdesk_stage_seconds_total", "triage"] > 0
    assert seen["postdesk_oldest_mail_seconds", ""] == 0
    assert seen["postdesk_mailbox_answered_timestamp_seconds", "support"] > 1_700_000_000
    assert seen["postdesk_promises", "first_response/running"] == 1
    assert seen["postdesk_promises", "first_response/kept"] == 0
    status, body = asked(port, "/healthz")
    assert (status, json.loads(body)["healthy"]) == (200, True)


def test_a_desk_that_is_ill_answers_503_and_names_what_is_wrong(
    small_house: House, port: int, manager: Manager, run: Run
) -> None:
    small_house.post(letter())
    small_house.once()
    with small_house.store() as store, store.write() as c:
        c.execute(text("UPDATE inbox SET state = 'quarantined'"))
    run(small_house)
    assert manager.hears("READY=1")
    status, body = asked(port, "/healthz")
    told: Mapping[str, Any] = json.loads(body)
    assert (status, [each["trouble"] for each in told["faults"]]) == (503, ["quarantine"])
    assert numbers(port)["postdesk_fault", "quarantine"] == 1
    assert numbers(port)["postdesk_fault", "database"] == 0
    assert b"ann@customer.test" not in body


def test_only_our_own_name_and_two_pages_are_answered(
    small_house: House, port: int, manager: Manager, run: Run
) -> None:
    small_house.settings["http"]["hosts"] = ["Monitor.desk.test"]
    run(small_house)
    assert manager.hears("READY=1")
    allowed = (f"{LOOPBACK}:{port}", f"localhost:{port}", "monitor.desk.test", "LOCALHOST")
    assert [asked(port, "/healthz", Host=host)[0] for host in allowed] == [200] * 4
    strangers = ("evil.test", f"evil.test:{port}", "127.0.0.1.evil.test", "[::1", "")
    assert [asked(port, "/metrics", Host=host)[0] for host in strangers] == [421] * 5
    assert [asked(port, path)[0] for path in ("/", "/metrics/", "/../etc/passwd", "/healthz/x")] == [404] * 4
    assert asked(port, "/metrics", "POST")[0] == 405
    assert asked(port, "/metrics", "HEAD") == (200, b"")


def test_a_client_that_says_nothing_is_shown_the_door(
    small_house: House, port: int, manager: Manager, run: Run
) -> None:
    run(small_house)
    assert manager.hears("READY=1")
    with socket.create_connection((LOOPBACK, port), timeout=REQUEST_SECONDS * 4) as silent:
        assert asked(port, "/healthz")[0] == 200
        assert silent.recv(1) == b"", "the desk ended it"


def test_a_place_that_is_taken_costs_the_window_and_not_the_desk(
    small_house: House, port: int, manager: Manager, run: Run
) -> None:
    with socket.create_server((LOOPBACK, port)):
        run(small_house)
        assert manager.hears("READY=1")
        assert happens(small_house, "stage-failed", stage="http")


@pytest.mark.parametrize("place", ["0.0.0.0:9464", "[::]:9464", "192.0.2.1:9464", "[2001:db8::1]:80"])
def test_a_place_that_others_reach_must_be_allowed_by_name(place: str) -> None:
    with pytest.raises(ValidationError, match="allow_remote"):
        Http(listen=place)
    assert Http(listen=place, allow_remote=True).listen == place


@pytest.mark.parametrize("place", ["9464", "localhost:9464", "127.0.0.1", "127.0.0.1:99999", "::1:9464", "127.0.0.1:"])
def test_a_place_is_an_address_with_a_port(place: str) -> None:
    with pytest.raises(ValidationError, match="no address with a port"):
        Http(listen=place)
