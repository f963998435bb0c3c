"""The log holds identifiers and nothing of any mail, address or secret, at any level, whatever fails (T-OP-07, 08)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import StartSink
from tests.house import ENGINEER, House
from tests.letters import answer, letter, opened
from tests.servers.process import eventually
from tests.servers.smtp import Offer, Sink, Stage

SENDER = "addressmark@customer.test"
MARKS = re.compile(
    r"subjectmark|bodymark|namemark|filemark|addressmark|passwordmark|desktestpassword|wang@|poison|[\w.]+@[\w.]+",
    re.IGNORECASE,
)
PASSWORDS = {"SMTP_PASSWORD": "PasswordMark-1"}


@pytest.fixture
def talkative(small_house: House, start_sink: StartSink) -> House:
    """A desk that logs everything it can, behind a relay that wants a login."""
    relay = start_sink(Offer(accounts={"desk": PASSWORDS["SMTP_PASSWORD"]}))
    small_house.sink = relay
    login = {"port": relay.port, "username": "desk", "password": {"env": "SMTP_PASSWORD"}}
    small_house.settings["smtp"] |= login
    small_house.settings["log"] = {"format": "json", "level": "debug"}
    small_house.write()
    return small_house


@contextmanager
def _running(house: House, **environment: str) -> Iterator[None]:
    daemon = house.start(**PASSWORDS, **environment)
    try:
        yield
    finally:
        daemon.terminate()
        assert daemon.wait(20) == 0


def _marked(n: int) -> bytes:
    return letter(
        f'"Name\\"Mark" <{SENDER}>',
        "=?utf-8?q?SubjectMark_is_down=0D=0Aline=E2=80=A8two?=",
        f"BodyMark {n}\x1b[31m",
        headers={"Message-ID": f"<bodymark{n}@customer.test>"},
        files={"FileMark.txt": b"BodyMark"},
    )


def _to(sink: Sink, recipient: str, count: int) -> bool:
    return eventually(lambda: len(sink.to(recipient)) >= count)


def test_a_whole_life_leaves_only_identifiers_in_the_log(talkative: House) -> None:
    talkative.sink.at(Stage.RECIPIENT, f"550 5.1.1 <{SENDER}> no such user, bodymark", to=SENDER, times=1)
    talkative.post(_marked(1))
    with _running(talkative):
        assert _to(talkative.sink, ENGINEER, 2), "the mail, and that its sender could not be answered"
        notice = opened(talkative.sink.to(ENGINEER)[0].raw)
        talkative.post(answer(notice, f"Wang <{ENGINEER}>", "BodyMark answer"))
        assert _to(talkative.sink, SENDER, 1)
        talkative.post(answer(opened(talkative.sink.to(SENDER)[0].raw), SENDER, "BodyMark again"))
        assert _to(talkative.sink, ENGINEER, 3)
        talkative.post(answer(notice, f"Wang <{ENGINEER}>", "#close\nBodyMark end"), _marked(2))
        assert _to(talkative.sink, SENDER, 2)
    lines = (talkative.folder / "daemon.log").read_bytes()
    assert not MARKS.search(lines.decode("ascii"))
    events = [json.loads(line)["event"] for line in lines.splitlines()]
    assert {"started", "mail-kept", "mail-settled", "delivery", "stopped"} <= set(events)
    assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f-\xff]", lines)


def test_refused_logins_and_mails_that_cannot_be_read_leave_no_secret_in_the_log(talkative: House) -> None:
    talkative.post(_marked(1), letter("second@customer.test"))
    wrong = {"SMTP_PASSWORD": "PasswordMark-wrong"}
    poison = {"POSTDESK_FAILPOINT": "worker:1:raise@BodyMark"}
    done = talkative.postdesk("once", check=False, **wrong, **poison)
    assert not MARKS.search(done.stderr), done.stderr
    assert "Traceback" not in done.stderr
    assert "mail-failed" in done.stderr
    talkative.clock.pass_time(hours=1)
    refused = talkative.postdesk("once", check=False, DESK_TEST_PASSWORD="DeskTestPassword", **PASSWORDS)
    assert (refused.returncode, "support" in refused.stderr) == (1, True)
    assert not MARKS.search(refused.stderr), refused.stderr


def test_for_people_too_one_event_is_one_line(talkative: House) -> None:
    talkative.settings["log"] = {"format": "human", "level": "debug"}
    talkative.write()
    talkative.post(_marked(1), _marked(2))
    done = talkative.postdesk("once", **PASSWORDS)
    assert not MARKS.search(done.stderr)
    lines = done.stderr.splitlines()
    assert all(re.match(r"20\d\d-\d\d-\d\dT", line) for line in lines), lines
    assert sum("mail-settled" in line for line in lines) == 2
    assert "\x1b" not in done.stderr, "nobody paints a file"


def test_no_secret_stands_on_the_command_line_of_any_process(talkative: House) -> None:
    talkative.post(letter())
    with _running(talkative):
        assert talkative.sink.has(2)
        lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline")]
        assert not [line for line in lines if b"PasswordMark" in line]
