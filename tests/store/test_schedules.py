"""Which tickets were scheduled under another version of the desk, and their new moments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from daemon.store import schedules, tickets
from daemon.store.database import Store
from daemon.store.schedules import Schedule
from tests.rules.desk import ticket

NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)


def test_only_tickets_scheduled_under_another_version_are_found_and_those_at_rest_never(store: Store) -> None:
    with store.write() as c:
        for number, version in (("TS-1", "aaaa"), ("TS-2", "bbbb"), ("TS-3", "cccc"), ("TS-4", None)):
            tickets.open_new(c, ticket(number=number), Schedule(None, version))
        assert {each.number for each in schedules.scheduled_otherwise(c, "bbbb", 10)} == {"TS-1", "TS-3"}
        assert len(schedules.scheduled_otherwise(c, "bbbb", 1)) == 1


def test_a_ticket_that_changes_while_it_is_rescheduled_keeps_what_the_change_reckoned(store: Store) -> None:
    with store.write() as c:
        for number in ("TS-1", "TS-2"):
            tickets.open_new(c, ticket(number=number), Schedule(NOW, "aaaa"))
        read = schedules.scheduled_otherwise(c, "bbbb", 10)
        first = tickets.load(c, read[0].number)
        assert first is not None
        tickets.change(c, first, Schedule(NOW + timedelta(hours=1), "cccc"))
        schedules.reschedule(c, [(each, Schedule(NOW + timedelta(hours=9), "bbbb")) for each in read])
        assert tickets.due(c, NOW + timedelta(hours=1), 10) == [read[0].number]
        assert tickets.due(c, NOW + timedelta(hours=9), 10) == [read[0].number, read[1].number]
        assert [each.number for each in schedules.scheduled_otherwise(c, "bbbb", 10)] == [read[0].number]
