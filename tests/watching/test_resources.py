"""What a desk may use up: memory over large mails, and a worker's time and memory over a monstrous one."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from base64 import encodebytes
from itertools import pairwise
from pathlib import Path

import pytest

from tests.house import CHECKOUT, House
from tests.letters import letter
from tests.servers.process import eventually, stop
from tests.watching.conftest import Run, family, happens
from tests.watching.manager import Manager

LARGE, COUNT = 24 * 2**20, 10
GROWTH = 200 * 2**20


def noise(size: int, seed: int) -> bytes:
    """Bytes that do not compress, the same for the same seed."""
    return hashlib.shake_256(str(seed).encode()).digest(size)


def with_file(seed: int, size: int) -> bytes:
    """A mail of about this size, nearly all of it an attachment."""
    head = letter(f"Ann <ann{seed}@customer.test>", f"Report {seed}").replace(
        b"Content-Type: text/plain",
        b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=cut\r\nX-Was: text/plain",
    )
    top, _, _ = head.partition(b"\r\n\r\n")
    fields = b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
    name = b'Content-Disposition: attachment; filename="report.bin"\r\n'
    body = encodebytes(noise(size * 72 // 100, seed)).replace(b"\n", b"\r\n")
    text = b"--cut\r\nContent-Type: text/plain\r\n\r\nsee the file\r\n"
    return b"\r\n\r\n".join([top, text + b"--cut\r\n" + fields + name + b"\r\n" + body + b"--cut--\r\n"])


LOADED = "import sys, daemon.commands.run; print([name for name in sys.argv[1:] if name in sys.modules])"


def test_the_daemon_carries_no_libraries_for_reading_mails_or_for_a_schema_that_is_up_to_date() -> None:
    heavy = ["alembic", "mailparser", "selectolax", "nh3", "flufl.bounce", "authlib", "psycopg"]
    words = [sys.executable, "-c", LOADED, *heavy]
    done = subprocess.run(words, cwd=CHECKOUT, check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"


def memory(pid: int, field: str) -> int:
    """A field of /proc/PID/status, in bytes."""
    lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:")) * 1024


@pytest.mark.timeout(400)
def test_many_large_mails_at_once_do_not_swell_the_desk(small_house: House, manager: Manager, run: Run) -> None:
    daemon = run(small_house)
    assert manager.hears("READY=1")
    small_house.post(letter())
    assert small_house.sink.has(2)
    before = memory(daemon.pid, "VmRSS")
    daemon.send_signal(signal.SIGSTOP)
    for seed in range(COUNT):
        small_house.post(with_file(seed, LARGE))
    daemon.send_signal(signal.SIGCONT)
    query = "SELECT count(*) AS done FROM inbox WHERE state = 'done'"
    assert eventually(lambda: small_house.rows(query)[0].done == COUNT + 1, within=300)
    assert [row.size > LARGE * 0.95 for row in small_house.rows("SELECT size FROM inbox WHERE size > 100000")] == [
        True
    ] * COUNT
    assert memory(daemon.pid, "VmHWM") - before < GROWTH


def worker_of(house: House, daemon: subprocess.Popen[bytes]) -> int:
    """The process that reads mails, once it has read one."""
    house.post(letter("Eve <eve@customer.test>"))
    assert eventually(lambda: bool(house.sent("eve@customer.test")))
    return int(family(daemon)[-1].name)


def processor_seconds(worker: int) -> float:
    """How long the process has worked in its life."""
    state = Path(f"/proc/{worker}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(state[11]) + int(state[12])) / os.sysconf("SC_CLK_TCK")


def test_a_worker_that_outlasts_its_deadline_is_killed_and_counted_and_holds_up_nothing_else(
    small_house: House, manager: Manager, run: Run
) -> None:
    small_house.settings["triage"] |= {"deadline": "8s", "attempts": 3}
    daemon = run(small_house)
    worker = worker_of(small_house, daemon)
    before = processor_seconds(worker)
    small_house.post(with_file(1, LARGE))
    assert eventually(lambda: processor_seconds(worker) > before + 0.1), "it has taken the mail, and begun to read"
    os.kill(worker, signal.SIGSTOP)
    assert happens(small_house, "mail-failed", within=60, attempts=1, error="NotRead")
    assert eventually(lambda: not Path(f"/proc/{worker}").exists())
    assert eventually(lambda: bool(small_house.sent("ann1@customer.test"))), "another worker has read it"
    assert sorted(row.attempts for row in small_house.rows("SELECT attempts FROM inbox")) == [1, 2]
    pauses = [after - before for before, after in pairwise(manager.moments("WATCHDOG=1"))]
    assert len(pauses) >= 2 and max(pauses) <= 2.0 + 1.0, "the main thread lagged by less than a second"


def test_a_worker_that_needs_more_memory_than_allowed_fails_that_mail_alone(
    small_house: House, manager: Manager, run: Run
) -> None:
    daemon = run(small_house)
    allowed = memory(worker_of(small_house, daemon), "VmPeak") + 40 * 2**20
    stop(daemon)
    small_house.settings["triage"] |= {"memory": allowed, "attempts": 2, "deadline": "30s"}
    run(small_house)
    small_house.post(with_file(1, LARGE), letter("Ann <ann@customer.test>"))
    assert eventually(lambda: bool(small_house.sent("ann@customer.test")))
    assert happens(small_house, "mail-quarantined", attempts=2, error="NotRead")
    [row] = small_house.rows("SELECT error, size FROM inbox WHERE state = 'quarantined'")
    assert row.size > LARGE * 0.95
    assert row.error in {"memory", "worker died"}
