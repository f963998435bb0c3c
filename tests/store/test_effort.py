"""Writing a ticket costs SQLite the same however many rows point to tickets: its steps are counted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import count

from daemon.store import tickets
from daemon.store.database import Connection, Store
from daemon.store.migrate import migrate
from daemon.store.schedules import AT_REST
from rules.model import Status
from tests.rules.desk import ticket

MANY = 2_000


@contextmanager
def counted(c: Connection) -> Iterator[count[int]]:
    """Counts steps of SQLite's machine, by tens."""
    steps = count()
    sqlite = c.connection.driver_connection
    assert sqlite is not None
    sqlite.set_progress_handler(lambda: next(steps) < 0, 10)
    yield steps
    sqlite.set_progress_handler(None, 10)


def steps_of_a_change(known: int) -> int:
    with closing(Store("sqlite://")) as store:
        migrate(store)
        with store.write() as c:
            held = ticket(number="TS-1")
            tickets.open_new(c, held, AT_REST)
            tickets.learn_message_ids(c, held.number, (f"{number}@customer.test" for number in range(known)))
            with counted(c) as steps:
                tickets.change(c, replace(held, status=Status.CLOSED), AT_REST)
            return next(steps)


def test_a_ticket_is_written_without_a_walk_through_what_points_to_it() -> None:
    alone = steps_of_a_change(1)
    assert alone > 0
    assert steps_of_a_change(MANY) < 2 * alone
