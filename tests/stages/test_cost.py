"""What a mail costs does not grow with what is stored: every statement on its road finds its rows by an index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import event

from tests.house import House
from tests.letters import letter

BY_FEW = {"ix_inbox_state_id", "ix_outbox_state_next_at"}
"""Indexes by state: right for states that few rows are in at a time, and for nothing else."""


def _plans(house: House) -> Sequence[tuple[str, str]]:
    """The plan of each statement of one turn of all stages, with the statement."""
    asked: list[tuple[str, Any]] = []
    with house.office() as office:

        def keep(_c: object, _cursor: object, statement: str, values: object, _context: object, _many: object) -> None:
            if statement.startswith(("SELECT", "UPDATE")):
                asked.append((statement, values))

        event.listen(office.store.engine, "before_cursor_execute", keep)
        office.once()
        event.remove(office.store.engine, "before_cursor_execute", keep)
        with office.store.read() as c:
            return [
                (row[3], statement)
                for statement, values in asked
                for row in c.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            ]


def test_no_statement_on_the_road_of_a_mail_reads_a_whole_table(small_house: House) -> None:
    small_house.post(letter(), letter(headers={"In-Reply-To": "<elsewhere@customer.test>"}))
    plans = _plans(small_house)
    assert plans
    assert [plan for plan in plans if plan[0].startswith("SCAN ") and "CONSTANT" not in plan[0]] == []


def test_an_index_by_state_serves_only_states_that_few_rows_are_in(small_house: House) -> None:
    small_house.post(letter())
    by_state = {statement for plan, statement in _plans(small_house) if any(name in plan for name in BY_FEW)}
    assert all("message_id = ?" not in statement for statement in by_state)
    assert all("recipient = ?" not in statement for statement in by_state)
