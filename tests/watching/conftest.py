"""What the tests of watching share."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.house import House
from tests.servers.process import stop
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
