"""A mail that kills whoever touches it goes to quarantine, and takes no other mail with it (T-CR-15)."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.crash.campaign import desk_poisoned, reader_poisoned
from tests.crash.trial import READ_WITHIN, REST_WITHIN, on_trial
from tests.house import House
from tests.servers.process import eventually


def test_a_mail_that_kills_its_reader_is_quarantined_after_three_attempts_and_the_others_are_done(house: House) -> None:
    assert reader_poisoned(house).breaches == []
    assert _attempts(house) == [3]


def test_a_mail_that_kills_the_desk_is_quarantined_after_three_attempts_and_the_others_are_done(house: House) -> None:
    assert desk_poisoned(house).breaches == []
    assert _attempts(house) == [3]


def test_mails_are_read_after_an_idle_reader_was_killed(small_house: House) -> None:
    with on_trial(small_house) as trial, trial.desk() as process:
        trial.post(trial.request())
        assert eventually(trial.at_rest, REST_WITHIN)
        [reader] = _readers(process)
        os.kill(reader, signal.SIGKILL)
        assert eventually(lambda: reader not in _readers(process), REST_WITHIN)
        trial.post(trial.request())
        assert eventually(trial.at_rest, READ_WITHIN)
        assert [row.state for row in small_house.rows("SELECT state FROM inbox")] == ["done", "done"]


def test_nothing_of_a_killed_desk_keeps_running(small_house: House) -> None:
    with on_trial(small_house) as trial:
        trial.post(trial.request())
        with trial.desk() as process:
            assert eventually(trial.at_rest, REST_WITHIN)
            family = _descendants(process.pid)
        assert family
        assert eventually(lambda: not any(Path(f"/proc/{each}").exists() for each in family), REST_WITHIN)


def _attempts(house: House) -> Sequence[int]:
    return [row.attempts for row in house.rows("SELECT attempts FROM inbox WHERE state = 'quarantined'")]


def _readers(desk: subprocess.Popen[bytes]) -> Sequence[int]:
    """The reading processes: children of the server that the desk forks them from."""
    return [reader for server in _children(desk.pid) for reader in _children(server)]


def _descendants(process: int) -> Sequence[int]:
    children = _children(process)
    return [*children, *(each for child in children for each in _descendants(child))]


def _children(process: int) -> Sequence[int]:
    lists = Path(f"/proc/{process}/task").glob("*/children")
    return [int(word) for found in lists for word in found.read_text().split()]
