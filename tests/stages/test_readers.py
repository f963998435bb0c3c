"""What becomes of mails when no process can be started to read them in."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import pytest

from daemon.triage import Reader
from daemon.workers import NoReaders, NotRead
from parsers.mail import Parsed
from tests.house import House
from tests.letters import letter

ANN = "ann@customer.test"


@dataclass(slots=True)
class Sick:
    """Readers that cannot be started until they are well again."""

    reader: Reader
    well: bool = False

    def read(self, raws: Sequence[bytes]) -> Iterable[Parsed | NotRead]:
        """Read, once well."""
        if not self.well:
            raise NoReaders
        return self.reader.read(raws)


def test_a_time_without_readers_counts_against_no_mail(house: House) -> None:
    house.post(letter(ANN))
    assert house.reader is not None
    sick = Sick(house.reader)
    with replace(house, reader=sick).shift() as shift:  # type: ignore[arg-type]  # any reader will do
        for _ in range(5):
            with pytest.raises(NoReaders):
                shift.turn()
        assert [tuple(row) for row in house.rows("SELECT state, attempts FROM inbox")] == [("new", 0)]
        sick.well = True
        shift.turn()
        assert len(house.sent(ANN)) == 1


STARVED = """
import os, resource
from daemon.workers import NoReaders, Workers
from parsers.mail import Limits

if __name__ == "__main__":
    workers = Workers(1, 30.0, 2**30, Limits())
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")) + 1, hard))
    try:
        workers.read([b"Subject: one\\r\\n\\r\\nHello"])
    except NoReaders:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        [read] = workers.read([b"Subject: two\\r\\n\\r\\nHello"])
        print("at first nobody, then", read.mail.subject)
    workers.close()
"""
"""A process that may open no more files cannot start another."""


def test_readers_that_could_not_be_started_are_started_once_they_can(house: House) -> None:
    script = house.folder / "starved.py"
    script.write_text(STARVED, "utf-8")
    done = subprocess.run(
        [sys.executable, script],
        env={**house.environment, "PYTHONPATH": str(house.code)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "at first nobody, then two\n", done.stderr
