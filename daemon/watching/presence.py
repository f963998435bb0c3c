"""The daemon's own notes of itself: that it works, and under which policy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from daemon.office import Office
from daemon.store import signs
from daemon.store.signs import Sign


@contextmanager
def present(office: Office) -> Iterator[None]:
    """Note that a daemon works on this desk, and in the end that none does."""
    with office.store.write() as c:
        signs.give(c, Sign.STARTED, office.clock.now())
        signs.give(c, Sign.POLICY, office.clock.now(), office.desk.policy.digest)
        signs.give(c, Sign.VERSION, office.clock.now(), office.desk.version)
        signs.take_back(c, Sign.STOPPED)
        signs.take_back(c, Sign.RELOAD_REFUSED)
        signs.take_back(c, Sign.RESTART_NEEDED)
    yield
    with office.store.write() as c:
        signs.give(c, Sign.STOPPED, office.clock.now())
