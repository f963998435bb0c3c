"""Work asked for in the shell: done by the running daemon if there is one, else here and now."""

from __future__ import annotations

from contextlib import closing

from daemon.clock import SystemClock
from daemon.desk import Desk
from daemon.opening import workers_of
from daemon.store import inbox
from daemon.store.database import Store
from daemon.store.inbox import Fate, InboxState
from daemon.store.lock import Occupied, held
from daemon.triage import triage

PATIENCE_SECONDS = 20.0
LOOK_SECONDS = 0.1


def settled(store: Store, door: str, uid: int, desk: Desk) -> Fate | None:
    """What became of a mail that was handed in by this door; None if it is still waiting for the daemon."""
    try:
        with held(store), closing(workers_of(desk.settings)) as workers:
            while triage(store, workers, desk, SystemClock()):
                pass
    except Occupied:
        return _awaited(store, door, uid)
    with store.read() as c:
        return inbox.fate(c, door, uid)


def _awaited(store: Store, door: str, uid: int) -> Fate | None:
    clock = SystemClock()
    until = clock.monotonic() + PATIENCE_SECONDS
    while clock.monotonic() < until:
        with store.read() as c:
            found = inbox.fate(c, door, uid)
        if found is not None and found.state is not InboxState.NEW:
            return found
        clock.rest(LOOK_SECONDS)
    return None
