"""What the tests of watching share."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.house import House
from tests.servers.process import READY_WITHIN, eventually, stop
from tests.watching.manager import Manager

Run = Callable[[House], "subprocess.Popen[bytes]"]


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    """A service manager's ear for this test alone."""
    listening = Manager(tmp_path)
    yield listening
    listening.close()


@pytest.fixture
def run(manager: Manager) -> Iterator[Run]:
    """Starts the daemon as the service manager does, ended after the test."""
    with ExitStack() as stack:

        def begin(house: House) -> subprocess.Popen[bytes]:
            house.write()
            daemon = house.start("run", **manager.environment())
            stack.callback(stop, daemon)
            return daemon

        yield begin


def logged(house: House) -> list[dict[str, Any]]:
    """What the daemon has logged so far."""
    lines = (house.folder / "daemon.log").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def happens(house: House, action: str, within: float = READY_WITHIN, **fields: object) -> bool:
    """Whether the daemon comes to log this action with these fields."""

    def logged_so() -> bool:
        return any(fields.items() <= line.items() for line in logged(house) if line["event"] == action)

    return eventually(logged_so, within)


def family(daemon: subprocess.Popen[bytes]) -> list[Path]:
    """The daemon and all its descendants in /proc."""
    found = [daemon.pid]
    for pid in found:
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
    return [Path(f"/proc/{pid}") for pid in found]
