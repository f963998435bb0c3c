"""Which happening moves a ticket where, as one table, and nothing else moves it."""

from __future__ import annotations

import itertools

import pytest

from rules.lifecycle import moved
from rules.model import Happening, Status
from tests.rules.scene import NOW, anns

MOVES = {
    (Status.NEW, Happening.PUBLIC_REPLY): Status.OPEN,
    (Status.NEW, Happening.RESOLVED): Status.RESOLVED,
    (Status.NEW, Happening.CLOSED): Status.CLOSED,
    (Status.OPEN, Happening.RESOLVED): Status.RESOLVED,
    (Status.OPEN, Happening.CLOSED): Status.CLOSED,
    (Status.WAITING, Happening.CUSTOMER_REPLY): Status.OPEN,
    (Status.WAITING, Happening.RESOLVED): Status.RESOLVED,
    (Status.WAITING, Happening.CLOSED): Status.CLOSED,
    (Status.RESOLVED, Happening.CUSTOMER_REPLY): Status.OPEN,
    (Status.RESOLVED, Happening.CLOSED): Status.CLOSED,
    (Status.CLOSED, Happening.CUSTOMER_REPLY): Status.OPEN,
}


@pytest.mark.parametrize(
    ("status", "happening"),
    list(itertools.product(Status, Happening)),
    ids=lambda value: f"{type(value).__name__.lower()} {value}",
)
def test_a_ticket_moves_as_the_table_says_and_stays_otherwise(status: Status, happening: Happening) -> None:
    before = anns(status)
    after, changes = moved(before, happening, NOW)
    expected = MOVES.get((status, happening), status)
    assert after.status is expected
    if expected is status:
        assert (after, changes) == (before, ())
    else:
        [change] = changes
        assert (change.field, change.old, change.new, change.because) == ("status", status, expected, happening)
        assert after.closed_at == (NOW if expected is Status.CLOSED else None)
