"""What is known of tickets together: who has how many open, which has a key, how many are about one problem."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.store import tickets, workload
from daemon.store.database import Connection, Store
from daemon.store.migrate import migrate
from daemon.store.schedules import AT_REST
from daemon.store.tickets import StaleTicket
from rules.model import Load, Status, Ticket
from tests.rules.desk import ticket

NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
WHO = ("a@desk.test", "b@desk.test", None)


def _loaded(c: Connection) -> Load:
    return workload.load_of(c, ["a@desk.test", "b@desk.test", "nobody@desk.test"])


def _open(c: Connection, number: str, assignee: str | None, status: Status = Status.OPEN) -> Ticket:
    made = ticket(number=number, assignee=assignee, status=status)
    tickets.open_new(c, made, AT_REST)
    return made


def test_each_new_ticket_counts_for_its_assignee_and_takes_a_turn(store: Store) -> None:
    with store.write() as c:
        for number, assignee in enumerate(("a@desk.test", "b@desk.test", "a@desk.test", None)):
            _open(c, f"TS-{number}", assignee)
    with store.read() as c:
        assert _loaded(c) == Load({"a@desk.test": 2, "b@desk.test": 1}, {"a@desk.test": 3, "b@desk.test": 2})


def test_a_ticket_that_was_changed_by_somebody_else_counts_nothing_twice(store: Store) -> None:
    with store.write() as c:
        made = _open(c, "TS-1", "a@desk.test")
        tickets.change(c, replace(made, status=Status.CLOSED), AT_REST)
    with pytest.raises(StaleTicket), store.write() as c:
        tickets.change(c, replace(made, status=Status.RESOLVED), AT_REST)
    with store.read() as c:
        assert _loaded(c).open_tickets == {"a@desk.test": 0}


_STEPS = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(Status), st.sampled_from(WHO)), max_size=12)


@settings(max_examples=30)
@given(_STEPS)
def test_the_counts_are_those_of_the_tickets_whatever_happens_to_them(
    steps: list[tuple[int, Status, str | None]],
) -> None:
    store = Store("sqlite://")
    migrate(store)
    held: dict[str, Ticket] = {}
    with store.write() as c:
        for which, status, assignee in steps:
            number = f"TS-{which}"
            if number in held:
                held[number] = replace(held[number], status=status, assignee=assignee)
                tickets.change(c, held[number], AT_REST)
                held[number] = replace(held[number], revision=held[number].revision + 1)
            else:
                held[number] = _open(c, number, assignee, status)
        counted = {who: many for who, many in _loaded(c).open_tickets.items() if many}
    store.close()
    working = [each.assignee for each in held.values() if each.status.is_open and each.assignee]
    assert counted == {who: working.count(who) for who in working}


def test_a_key_leads_to_the_latest_ticket_that_is_still_open(store: Store) -> None:
    with store.write() as c:
        for hour, status in enumerate((Status.OPEN, Status.WAITING, Status.RESOLVED, Status.CLOSED)):
            opened_at = NOW + timedelta(hours=hour)
            made = ticket(number=f"TS-{hour}", correlation="db-1", status=status, opened_at=opened_at)
            tickets.open_new(c, made, AT_REST)
    with store.read() as c:
        found = tickets.open_with_key(c, "db-1")
        assert found is not None and found.number == "TS-1"
        assert tickets.open_with_key(c, "db-2") is None


def test_tickets_of_a_problem_are_counted_from_a_moment_on_and_not_without_end(store: Store) -> None:
    with store.write() as c:
        for day in range(5):
            made = ticket(number=f"TS-{day}", problem="fault/crash", opened_at=NOW + timedelta(days=day))
            tickets.open_new(c, made, AT_REST)
        tickets.open_new(c, ticket(number="TS-9", problem="fault/data", opened_at=NOW), AT_REST)
    with store.read() as c:
        assert tickets.of_problem(c, "fault/crash", NOW, 100) == 5
        assert tickets.of_problem(c, "fault/crash", NOW + timedelta(days=3), 100) == 2
        assert tickets.of_problem(c, "fault/crash", NOW, 3) == 3
        assert tickets.of_problem(c, "none", NOW, 3) == 0
