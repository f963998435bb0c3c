"""Counts up in a database, reading first and writing after: `python -m tests.crash.increments URL TIMES`."""

from __future__ import annotations

import sys
from datetime import date

from sqlalchemy import insert, select, update

from daemon.store.database import Store
from daemon.store.schema import counter

_DAY = date(2026, 11, 21)


def begin(store: Store) -> None:
    """Enter the counter, at nothing."""
    with store.write() as c:
        c.execute(insert(counter).values(series="count", day=_DAY, last=0))


def reached(store: Store) -> int:
    """Where the counter stands."""
    with store.read() as c:
        return int(c.execute(select(counter.c.last)).scalar_one())


def count_up(store: Store, times: int) -> None:
    """Add one, so many times."""
    for _ in range(times):
        with store.write() as c:
            last = c.execute(select(counter.c.last).with_for_update()).scalar_one()
            c.execute(update(counter).values(last=last + 1))


if __name__ == "__main__":
    count_up(Store(sys.argv[1]), int(sys.argv[2]))
