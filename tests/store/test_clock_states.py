"""The clocks of a ticket come back from the database to the microsecond."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from daemon.store import tickets
from daemon.store.database import Store
from daemon.store.schedules import AT_REST
from rules.model import ClockState, Happening
from tests.rules.desk import ticket

NOW = datetime(2026, 11, 20, 7, 0, 0, 1, tzinfo=UTC)
ODD = timedelta(days=400, microseconds=1)

STATES = (
    ClockState("begun", NOW),
    ClockState("kept", NOW, met_at=NOW + ODD, met_by=Happening.PUBLIC_REPLY, breached_at=NOW - ODD, level=-2),
    ClockState("paused", NOW, fired_until=NOW, consumed=ODD, counted_to=NOW + ODD, spoken_at=ODD, paused=True, level=0),
)


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_a_clock_comes_back_as_it_was(store: Store, state: ClockState) -> None:
    value = ticket(clocks=(state,), promised_at=NOW + ODD, promised_why="没有备件")
    with store.write() as c:
        tickets.open_new(c, value, AT_REST)
    with store.read() as c:
        assert tickets.load(c, value.number) == value
