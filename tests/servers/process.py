"""Starts a server program for the time of a test and ends it, even when the test run itself is killed."""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

LOOPBACK = "127.0.0.1"
READY_WITHIN = 60.0
POLITE = 0.4

# Listening ports are taken below the range that the kernel hands to clients, so that a server which a test stops
# and starts again finds its port still free. Each process begins elsewhere, and those with neighbouring numbers far
# apart, so that no parallel test worker takes the port of a server that another has stopped for a moment.
_FIRST, _SPAN = 20_000, 12_000
_offsets = itertools.count(os.getpid() * 5003)


class ServerMissing(Exception):
    """The program is not on this machine; the text says which Debian package has it."""


class ServerFailed(Exception):
    """The program ended or stayed silent instead of serving; the text has its last words."""


def free_port() -> int:
    """A loopback TCP port on which nothing listens now and which this process has not named lately."""
    for offset in itertools.islice(_offsets, _SPAN):
        port = _FIRST + offset % _SPAN
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return port
    raise ServerFailed("no free loopback port")


def new_room(name: str) -> Path:
    """A new folder for a server; those whose test runs were killed before they could remove theirs go now."""
    for left in Path(tempfile.gettempdir()).glob(f"desk-{name}-*-*"):
        if not Path("/proc", left.name.split("-")[2]).exists():
            shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"desk-{name}-{os.getpid()}-"))


def eventually(holds: Callable[[], bool], within: float = READY_WITHIN) -> bool:
    """Whether `holds` becomes true within so many seconds; asked every 20 ms."""
    deadline = time.monotonic() + within
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def listens(port: int) -> bool:
    """Whether something accepts connections on this loopback port."""
    try:
        socket.create_connection((LOOPBACK, port), timeout=0.5).close()
    except OSError:
        return False
    return True


def program(name: str, package: str, *places: str) -> str:
    """The path of an installed program.

    Raises:
        ServerMissing: it is neither on PATH nor in `places`.
    """
    path = os.pathsep.join([*places, os.environ.get("PATH", ""), "/usr/sbin", "/usr/bin"])
    found = shutil.which(name, path=path)
    if found is None:
        raise ServerMissing(f"{name} is not installed (Debian package {package})")
    return found


def start(
    argv: Sequence[str],
    log: Path,
    *,
    dies_by: str = "TERM",
    account: pwd.struct_passwd | None = None,
    environment: Mapping[str, str] | None = None,
    room: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a server in the foreground, its output appended to `log`, as `account` when root asks for one.

    The kernel sends it the signal `dies_by` if the test run dies first, so that nothing is left behind.
    """
    setpriv = shutil.which("setpriv")
    leash = [setpriv, "--pdeathsig", dies_by, "--"] if setpriv else []
    with log.open("ab") as output:
        return subprocess.Popen(
            [*leash, *argv],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=room,
            start_new_session=True,
            env=None if environment is None else dict(environment),
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )


def await_port(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Return once the server accepts connections.

    Raises:
        ServerFailed: it ended or did not listen in time.
    """
    if eventually(lambda: process.poll() is not None or listens(port)) and process.poll() is None:
        return
    stop(process)
    raise ServerFailed(f"{process.args!r} does not serve:\n{log.read_text(errors='replace')[-2000:]}")


def stop(process: subprocess.Popen[bytes], by: signal.Signals = signal.SIGTERM) -> None:
    """End a server and all its children: politely, then not."""
    if process.poll() is None:
        process.send_signal(by)
        eventually(lambda: process.poll() is not None, POLITE)
    # A child that still talks to a client outlives its parent's polite end; the client must see the link cut.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(READY_WITHIN)
