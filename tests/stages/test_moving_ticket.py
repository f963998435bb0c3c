"""An outcome is kept, and told, even while somebody else changes its ticket in the same moment."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from daemon.store.database import StoreUnavailable
from daemon.sweep import sweep
from daemon.workers import Workers
from tests.house import ENGINEER, LEAD, House, furnished
from tests.letters import letter, text_of
from tests.servers.dovecot import Dovecot
from tests.servers.process import eventually
from tests.servers.smtp import Sink, Stage

ANN = "ann@customer.test"
LOCKED = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
HOLD = text("SELECT 1 FROM ticket WHERE number = :number FOR UPDATE")


@pytest.fixture
def shared(dovecot: Dovecot, sink: Sink, tmp_path: Path, postgres_url: str, reader: Workers) -> House:
    """A desk on PostgreSQL, where two can write at once."""
    house = furnished(tmp_path, dovecot, sink, postgres_url)
    house.reader = reader
    return house


def test_a_delivery_that_failed_while_its_ticket_was_changed_is_recorded_all_the_same(shared: House) -> None:
    shared.sink.at(Stage.RECIPIENT, "450 4.2.0 later", to=ANN, times=1)
    shared.sink.at(Stage.RECIPIENT, "550 5.1.1 nobody here", to=ANN)
    shared.post(letter(ANN))
    shared.once()
    shared.clock.pass_time(minutes=2)
    with shared.store() as store, store.write() as other:
        other.execute(text("UPDATE ticket SET revision = revision + 1"))
        sending = threading.Thread(target=shared.once)
        sending.start()
        assert eventually(lambda: bool(shared.rows(LOCKED))), "it writes the ticket that we hold"
    sending.join(60)
    assert [row.state for row in shared.rows("SELECT state FROM outbox WHERE recipient = :ann", ann=ANN)] == ["failed"]
    [row] = shared.rows("SELECT count(*) AS told FROM outbox WHERE kind = 'undeliverable'")
    assert row.told == 1, "neither the outcome nor the word of it was lost, and none was doubled"
    shared.once()
    assert any("not delivered" in text_of(mail) for mail in shared.sent(ENGINEER))


def test_a_group_of_due_tickets_that_is_undone_for_the_sake_of_another_writer_is_settled_later_and_once(
    shared: House,
) -> None:
    customers = ["ann@customer.test", "bob@customer.test"]
    shared.post(*map(letter, customers))
    shared.once()
    first, second = shared.numbers()
    shared.clock.pass_time(days=1)
    failures: list[Exception] = []

    def sweeping() -> None:
        with shared.office() as office:
            try:
                sweep(office.store, office.desk, office.clock, office.pace)
            except StoreUnavailable as error:
                failures.append(error)

    with shared.store() as store, store.write() as other:
        # Who looks first for a deadlock is its victim.
        other.execute(text("SET LOCAL deadlock_timeout = '1h'"))
        other.execute(HOLD, {"number": second})
        thread = threading.Thread(target=sweeping)
        thread.start()
        assert eventually(lambda: bool(shared.rows(LOCKED))), "the sweep has the first ticket, and waits for the second"
        other.execute(HOLD, {"number": first})
    thread.join(60)
    assert len(failures) == 1
    assert not shared.rows("SELECT 1 FROM outbox WHERE kind = 'overdue'"), "all of the group is undone"
    shared.once()
    for number in (first, second):
        query = "SELECT recipient FROM outbox WHERE kind = 'overdue' AND ticket_number = :number ORDER BY recipient"
        assert [row.recipient for row in shared.rows(query, number=number)] == [LEAD, ENGINEER]
