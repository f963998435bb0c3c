"""An outcome is kept, and told, even while somebody else changes its ticket in the same moment."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from daemon.workers import Workers
from tests.house import ENGINEER, House, furnished
from tests.letters import letter, text_of
from tests.servers.dovecot import Dovecot
from tests.servers.process import eventually
from tests.servers.smtp import Sink, Stage

ANN = "ann@customer.test"


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
        waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        assert eventually(lambda: bool(shared.rows(waiting))), "it writes the ticket that we hold"
    sending.join(60)
    assert [row.state for row in shared.rows("SELECT state FROM outbox WHERE recipient = :ann", ann=ANN)] == ["failed"]
    [row] = shared.rows("SELECT count(*) AS told FROM outbox WHERE kind = 'undeliverable'")
    assert row.told == 1, "neither the outcome nor the word of it was lost, and none was doubled"
    shared.once()
    assert any("not delivered" in text_of(mail) for mail in shared.sent(ENGINEER))
