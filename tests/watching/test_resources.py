"""What a desk may use up: memory over large mails, and a worker's time and memory over a monstrous one."""

from __future__ import annotations

import hashlib
import signal
from base64 import encodebytes
from pathlib import Path

import pytest

from tests.house import House
from tests.letters import letter
from tests.servers.process import eventually
from tests.watching.conftest import Run
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
