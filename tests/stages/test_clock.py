"""Stages under a wall clock that steps (T-SL-04), and beside one that fails (T-SL-09): real threads, real `schedule`.

libfaketime steps the wall clock of a process from outside and leaves its monotonic clock alone, as settimeofday does.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from daemon.clock import SystemClock
from tests.house import CHECKOUT

HOUR, DAY = 3_600, 86_400
EVERY = 2.0
SLACK = 1.5
"""For a machine that has other things to do as well; a third poll would still show."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a stage: what its monotonic clock, its wall clock and its wall said."""

    name: str
    monotonic: float
    wall: float
    hour: str


class Stepped:
    """A process with two stages, and the file that says how wrong its wall clock is."""

    def __init__(self, process: subprocess.Popen[str], offset: Path) -> None:
        self._process = process
        self._offset = offset

    def step(self, seconds: int) -> None:
        """Set the wall clock wrong by so much, at once."""
        written = self._offset.with_suffix(".new")
        written.write_text(f"{seconds:+d}\n")
        written.rename(self._offset)

    def turns(self, name: str, enough: Callable[[list[Turn]], bool]) -> list[Turn]:
        """The next turns of a stage, until they are enough."""
        found: list[Turn] = []
        while not enough(found):
            assert self._process.stdout is not None
            words = self._process.stdout.readline().split()
            assert words, "the process ended"
            turn = Turn(words[0], float(words[1]), float(words[2]), words[3])
            if turn.name == name:
                found.append(turn)
        return found


@pytest.fixture
def library() -> Path:
    """Debian's libfaketime for programs with threads."""
    found = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
    if found is None:
        pytest.skip("faketime is not installed")
    return found


@contextmanager
def stepped(library: Path, folder: Path, zone: str = "UTC") -> Iterator[Stepped]:
    """Two stages that run every two seconds, in this zone, their wall clock right as yet."""
    file = folder / "offset"
    environment = {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "TZ": zone,
        "PYTHONPATH": str(CHECKOUT),
    }
    file.write_text("+0\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.stages.stepped", str(EVERY)],
        env=os.environ | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield Stepped(process, file)
    finally:
        process.communicate(timeout=20)


def longest_wait(turns: list[Turn]) -> float:
    """The longest time between two turns, by the clock that never steps."""
    return max(after.monotonic - before.monotonic for before, after in pairwise(turns))


def test_a_step_of_the_wall_clock_delays_a_stage_by_no_more_than_two_polls(library: Path, tmp_path: Path) -> None:
    with stepped(library, tmp_path) as process:
        turns = process.turns("works", lambda found: len(found) == 2)
        for offset in (-HOUR, 0, HOUR, -DAY, 0):
            process.step(offset)
            turns += process.turns("works", partial(_has_jumped, turns[-1]))
    assert longest_wait(turns) <= 2 * EVERY + SLACK


def _has_jumped(before: Turn, turns: list[Turn]) -> bool:
    """Whether the wall clock went another way than the monotonic one."""
    gaps = [(turn.wall - turn.monotonic) - (before.wall - before.monotonic) for turn in turns]
    return any(abs(gap) > HOUR / 2 for gap in gaps)


@pytest.mark.parametrize(("moment", "hour"), [("2026-10-25T02:59:56", "02"), ("2026-03-29T01:59:56", "03")])
def test_the_hour_that_summer_time_gives_or_takes_delays_a_stage_by_no_more_than_two_polls(
    library: Path, tmp_path: Path, moment: str, hour: str
) -> None:
    start = datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo("Europe/Berlin"))
    over = start.timestamp() + 4
    with stepped(library, tmp_path, "Europe/Berlin") as process:
        turns = process.turns("works", lambda found: len(found) == 1)
        process.step(round((start - SystemClock().now()) / timedelta(seconds=1)))
        turns += process.turns(
            "works", lambda found: len([turn for turn in found if over < turn.wall < over + DAY]) == 3
        )
    assert turns[-1].hour == hour
    assert longest_wait(turns) <= 2 * EVERY + SLACK


def test_a_stage_that_fails_starves_no_other(library: Path, tmp_path: Path) -> None:
    with stepped(library, tmp_path) as process:
        assert process.turns("fails", lambda found: len(found) == 3)
        turns = process.turns("works", lambda found: len(found) == 4)
    assert longest_wait(turns) <= 2 * EVERY + SLACK
