"""What is committed is on the disk before the mailbox hears of it, and nobody's update is lost (T-CR-12, T-CR-14)."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from daemon.store.database import Store
from daemon.store.migrate import migrate
from tests.crash.increments import begin, reached
from tests.crash.trial import REST_WITHIN
from tests.house import CHECKOUT, STOP_WITHIN, House
from tests.letters import letter
from tests.servers.process import eventually

MAILS = 50
PROCESSES = 4
TIMES = 200

_CALL = re.compile(
    r"^(?P<thread>\d+) +(?:(?P<sync>f(?:data)?sync)\(\d+<(?P<path>[^>]*)>|sendto\(\d+<[^>]*>, \"(?P<said>[^\"]*))",
    re.MULTILINE,
)


def test_every_mail_is_on_the_disk_before_the_mailbox_is_told_to_move_it(small_house: House) -> None:
    trace = small_house.folder / "trace"
    small_house.settings["mailboxes"][0] |= {"batch_messages": 1}
    small_house.write()
    small_house.post(folder="Processed")
    small_house.post(*(letter(f"customer{number}@customer.test") for number in range(MAILS)))
    with (small_house.folder / "daemon.log").open("wb") as log:
        words = [*_traced(trace), *_run(small_house)]
        desk = subprocess.Popen(words, env=small_house.environment, cwd=CHECKOUT, stderr=log)
    try:
        assert eventually(lambda: small_house.dovecot.count(small_house.user, "Processed") == MAILS, 2 * REST_WITHIN)
        desk.terminate()
        assert desk.wait(STOP_WITHIN) == 0
    finally:
        desk.kill()
        desk.wait()
    assert eventually(lambda: re.search(rf"^{desk.pid} +\+\+\+ exited", trace.read_text(), re.MULTILINE) is not None)
    assert _deeds(trace, small_house.database_url.removeprefix("sqlite:///")) == ["fetch", "sync", "move"] * MAILS


def test_no_increment_is_lost_between_four_processes(database_url: str) -> None:
    store = Store(database_url)
    migrate(store)
    begin(store)
    words = [sys.executable, "-m", "tests.crash.increments", database_url, str(TIMES)]
    counting = [subprocess.Popen(words, cwd=CHECKOUT) for _ in range(PROCESSES)]
    assert [each.wait(60) for each in counting] == [0] * PROCESSES
    assert reached(store) == PROCESSES * TIMES
    store.close()


def _traced(trace: Path) -> Sequence[str]:
    """The words that make a program write down what it says and when it syncs; the tracer stands aside (-D)."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed (Debian package strace)")
    calls = "trace=fsync,fdatasync,sendto"
    return strace, "-D", "-f", "-y", "-s", "120", "-e", calls, "-e", "signal=none", "-o", str(trace)


def _run(house: House) -> Sequence[str]:
    return sys.executable, "-m", "daemon", "run", "--config", str(house.config)


def _deeds(trace: Path, database: str) -> Sequence[str]:
    """What the thread that moves mails did, in order: fetch a mail, sync the database, order a move."""
    calls = list(_CALL.finditer(trace.read_text("utf-8", "replace")))
    [mover] = {call["thread"] for call in calls if " MOVE " in (call["said"] or "")}
    deeds: list[str] = []
    for deed in _named((call for call in calls if call["thread"] == mover), database):
        # It syncs for other ends too; what counts is a sync after the fetch and before the move.
        if deed != "sync" or deeds[-1:] == ["fetch"]:
            deeds.append(deed)
    return deeds


def _named(calls: Iterator[re.Match[str]], database: str) -> Iterator[str]:
    for call in calls:
        said = call["said"] or ""
        if call["sync"] and call["path"].startswith(database):
            yield "sync"
        elif "BODY.PEEK[]" in said:
            yield "fetch"
        elif " MOVE " in said:
            yield "move"
