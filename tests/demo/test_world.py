"""The mail world of the demo behaves as the servers that it stands for."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from imapclient import IMAPClient

from daemon.clock import FastClock, SystemClock
from daemon.demo.showing import opening_time
from daemon.demo.world import Leaving, Ports, World

DESK = "desk@a.example"
BEGAN = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


@contextmanager
def _world(left: list[Leaving]) -> Iterator[Ports]:
    clock = FastClock.starting(BEGAN, 600)
    aliases = {"help@a.example": DESK}
    world = World({DESK: "x", "b@slow.example": "x"}, aliases, ["slow.example"], ["far.example"], clock, left.append)
    with world.running() as ports:
        yield ports


def _send(port: int, sender: str, to: str) -> None:
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        smtp.sendmail(sender, [to], b"Subject: hello\r\n\r\nhello")


@contextmanager
def _mailbox(port: int) -> Iterator[IMAPClient]:
    client = IMAPClient("127.0.0.1", port, ssl=False)
    client.login(DESK, "x")
    client.select_folder("INBOX")
    try:
        yield client
    finally:
        client.logout()


def test_an_alias_and_a_plus_part_reach_the_mailbox_and_others_are_refused() -> None:
    with _world([]) as ports:
        for to in (DESK, "help@a.example", "desk+ts-1_token@a.example"):
            _send(ports.mx, "b@b.example", to)
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            _send(ports.mx, "b@b.example", "nobody@a.example")
        with _mailbox(ports.imap) as client:
            assert client.search("1:2") == [101, 102]
            assert client.search(["UID", "102:*"]) == [102, 103]


def test_a_greylisting_server_sends_a_stranger_away_once() -> None:
    left: list[Leaving] = []
    with _world(left) as ports:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            _send(ports.relay, "", "b@slow.example")
        assert refused.value.recipients["b@slow.example"][0] == 451
        _send(ports.relay, "", "b@slow.example")
        _send(ports.relay, DESK, "c@far.example")
    assert [(each.reverse_path, each.recipient) for each in left] == [("", "b@slow.example"), (DESK, "c@far.example")]


def test_processes_that_are_given_the_same_clock_read_the_same_time() -> None:
    clock = FastClock.starting(BEGAN, 600)
    again = FastClock.parse(str(clock))
    assert again == clock
    first, second, third = clock.now(), again.now(), clock.now()
    assert BEGAN <= first <= second <= third
    assert first.tzinfo is UTC


def test_a_fast_clock_agrees_with_itself_so_that_it_never_seems_to_step() -> None:
    clock = FastClock.starting(BEGAN, 600)
    steps = {round(clock.now().timestamp() - clock.monotonic(), -2) for _ in range(100)}
    assert len(steps) <= 2


@pytest.mark.parametrize("text", ["", "600", "2026-11-20T09:00/1/600", "2026-11-20T09:00+08:00/1/0"])
def test_a_clock_without_a_zone_or_a_speed_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        FastClock.parse(text)


def test_the_play_begins_on_a_working_day_that_has_begun() -> None:
    sunday = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
    assert opening_time(sunday).isoformat() == "2026-11-20T08:30:00+08:00"
    assert opening_time(SystemClock().now()).weekday() < 5
