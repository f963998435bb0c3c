"""What goes wrong, drawn from the seed and counted; and a database that fails where a real one does."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from daemon.store.database import Store


class Crash(BaseException):
    """The process died here: nothing of it runs on, least of all its clean-up."""


class Faults:
    """Draws faults while `on`, `only` those whose name begins so, and counts them; keeps a dead process from acting."""

    def __init__(self, rng: Random, only: str = "") -> None:
        self.on = True
        self.only = only
        self.dead = False
        self.counts: Counter[str] = Counter()
        self._rng = rng

    def happens(self, name: str, chance: float) -> bool:
        """Whether this fault happens now."""
        if not self.on or self._rng.random() >= chance or not name.startswith(self.only):
            return False
        self.counts[name] += 1
        return True

    def may_crash(self, where: str, chance: float) -> None:
        """A place where the process may die, and where a dead one is stopped."""
        if self.dead:
            raise Crash(where)
        if self.happens(f"crash {where}", chance):
            self.dead = True
            raise Crash(where)

    @contextmanager
    def silent(self) -> Iterator[None]:
        """While the test itself looks, nothing fails."""
        before, self.on = self.on, False
        try:
            yield
        finally:
            self.on = before

    @property
    def breaks(self) -> int:
        """How often a process died or its database failed: what excuses an outcome that was not recorded."""
        names = ("crash", "stop", "database")
        return sum(count for name, count in self.counts.items() if name.startswith(names))


class Disk:
    """Makes the transactions of a store fail: at their begin, and at their commit before and after it took effect."""

    def __init__(self, store: Store, faults: Faults) -> None:
        self._faults = faults
        self._connection: Any = None
        event.listen(store.engine, "connect", self._connected)
        event.listen(store.engine, "begin", self._begins, insert=True)
        event.listen(store.engine, "commit", self._commits)

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open now."""
        return self._connection is not None and bool(self._connection.in_transaction)

    def _connected(self, connection: Any, _record: object) -> None:
        self._connection = connection

    def _begins(self, connection: Connection) -> None:
        self._faults.may_crash("before a transaction", 0.001)
        if self._faults.happens("database busy at begin", 0.002):
            raise _failure("database is locked")

    def _commits(self, connection: Connection) -> None:
        if connection.get_execution_options().get("postdesk_read"):
            return
        self._faults.may_crash("before a commit", 0.004)
        if self._faults.happens("database full at commit", 0.004):
            raise _failure("database or disk is full")
        dies, fails = (self._faults.happens(name, 0.004) for name in ("crash after a commit", "database lost commit"))
        if dies or fails:
            self._connection.commit()
        if dies:
            self._faults.dead = True
            raise Crash("after a commit")
        if fails:
            raise _failure("disk I/O error")


def _failure(words: str) -> OperationalError:
    return OperationalError("COMMIT", {}, sqlite3.OperationalError(words))


Meanwhile = Callable[[], None]
"""What the rest of the world does while a stage waits for a server."""
