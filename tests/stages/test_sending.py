"""What becomes of a queued mail, whatever the relay does with it (T-OU-01 to T-OU-05, T-OU-07)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Row

from daemon.office import Unreachable
from daemon.store import blobs
from daemon.store.schema import outbox
from tests.house import ENGINEER, LEAD, House
from tests.letters import letter, opened, text_of
from tests.servers.smtp import Break, Stage
from tests.stages.scenes import assert_still_at_work, told

ANN = "ann@customer.test"


def _row(house: House, recipient: str) -> Row[Any]:
    """The outbox row for somebody who gets only one mail."""
    [row] = house.rows("SELECT * FROM outbox WHERE recipient = :recipient", recipient=recipient)
    return row


def _wait(house: House, recipient: str) -> timedelta:
    """How long the mail for this recipient still has to wait."""
    with house.store() as store, store.read() as c:
        next_at = c.execute(outbox.select().where(outbox.c.recipient == recipient)).one().next_at
    wait: timedelta = next_at - house.clock.now()
    return wait


def test_a_mail_and_its_message_id_are_fixed_before_anybody_is_called(house: House) -> None:
    house.sink.stop()
    house.post(letter())
    with house.shift() as shift, house.store() as store:
        with pytest.raises(Unreachable):
            shift.turn()
        row = _row(house, ANN)
        with store.read() as c:
            frozen = blobs.get(c, row.raw_sha256)
        house.sink.start()
        house.clock.pass_time(minutes=2)
        shift.turn()
        [sent] = house.sink.to(ANN)
        assert sent.raw == frozen
        assert opened(sent.raw)["Message-ID"] == f"<{row.message_id}>"
        assert _row(house, ANN).state == "sent"
        assert_still_at_work(house, shift)


def test_a_mail_whose_receipt_was_lost_goes_out_once_more_byte_for_byte(house: House) -> None:
    house.sink.at(Stage.TAKEN, Break.DROP, to=ANN, times=1)
    house.post(letter())
    with house.shift() as shift:
        shift.turn()
        assert (_row(house, ANN).state, _row(house, ANN).unknown_attempts) == ("unknown", 1)
        shift.turn()
        assert len(house.sink.to(ANN)) == 1, "it waits before it risks a second copy"
        house.clock.pass_time(minutes=16)
        shift.turn()
        first, second = house.sink.to(ANN)
        assert first.raw == second.raw
        assert (_row(house, ANN).state, _row(house, ANN).unknown_attempts) == ("sent", 1)
        assert_still_at_work(house, shift)


def test_a_mail_whose_receipt_is_always_lost_is_given_up_after_two_more_copies_and_the_assignee_told(
    house: House,
) -> None:
    house.settings["smtp"]["final_dot_timeout"] = "1s"
    house.write()
    house.sink.at(Stage.TAKEN, Break.HANG, to=ANN)
    house.post(letter())
    with house.shift() as shift:
        for _ in range(6):
            shift.turn()
            house.clock.pass_time(minutes=20)
        copies = house.sink.to(ANN)
        assert len(copies) == 3
        assert len({copy.raw for copy in copies}) == 1
        assert _row(house, ANN).state == "failed"
        [number] = house.numbers()
        [bad_news] = [mail for mail in told(house, number) if ANN in text_of(mail) and "not delivered" in text_of(mail)]
        assert bad_news["To"] == ENGINEER
        assert_still_at_work(house, shift)


def test_a_passing_refusal_is_followed_by_one_copy_after_the_pause(house: House) -> None:
    house.sink.at(Stage.RECIPIENT, "450 4.2.0 greylisted", to=ANN, times=2)
    house.post(letter())
    with house.shift() as shift:
        shift.turn()
        assert _row(house, ANN).state == "deferred"
        assert timedelta(seconds=48) <= _wait(house, ANN) <= timedelta(seconds=72)
        shift.turn()
        assert _row(house, ANN).attempts == 1
        house.clock.pass_time(seconds=73)
        shift.turn()
        assert timedelta(minutes=4) <= _wait(house, ANN) <= timedelta(minutes=6)
        house.clock.pass_time(minutes=7)
        shift.turn()
        assert (_row(house, ANN).state, _row(house, ANN).attempts) == ("sent", 3)
        assert len(house.sink.to(ANN)) == 1
        assert_still_at_work(house, shift)


def test_three_recipients_fare_each_on_their_own(house: House) -> None:
    house.sink.at(Stage.RECIPIENT, "450 4.2.1 busy", to="b@customer.test", times=1)
    house.sink.at(Stage.RECIPIENT, "550 5.1.1 nobody here", to="c@customer.test")
    house.post(*(letter(f"{who}@customer.test") for who in "abc"))
    with house.shift() as shift:
        shift.turn()
        states = {who: _row(house, f"{who}@customer.test").state for who in "abc"}
        assert states == {"a": "sent", "b": "deferred", "c": "failed"}
        assert _row(house, "c@customer.test").last_code == "550 5.1.1"
        house.clock.pass_time(minutes=2)
        shift.turn()
        assert _row(house, "b@customer.test").state == "sent"
        assert [len(house.sink.to(f"{who}@customer.test")) for who in "abc"] == [1, 1, 0]
        assert_still_at_work(house, shift)


@pytest.mark.parametrize(
    ("stage", "reply", "state"),
    [
        (Stage.MAIL, "451 4.3.0 later", "deferred"),
        (Stage.MAIL, "550 5.7.1 never", "failed"),
        (Stage.DATA, "451 4.3.0 later", "deferred"),
        (Stage.DOT, "451 4.3.0 later", "deferred"),
        (Stage.DOT, "554 5.6.0 never", "failed"),
        (Stage.DATA, Break.DROP, "deferred"),
    ],
)
def test_a_refusal_at_any_stage_is_passing_or_final_by_its_first_digit(
    small_house: House, stage: Stage, reply: str | Break, state: str
) -> None:
    small_house.sink.at(stage, reply, to=ANN if stage is not Stage.MAIL else None, times=1)
    small_house.post(letter())
    with small_house.shift() as shift:
        shift.turn()
        assert state in {row.state for row in small_house.rows("SELECT state FROM outbox")}
        small_house.clock.pass_time(minutes=2)
        shift.turn()
        if state == "deferred":
            assert len(small_house.sink.to(ANN)) == 1
        assert_still_at_work(small_house, shift)


def test_a_dead_address_is_told_to_the_assignee_once_and_to_the_lead_when_it_is_theirs(small_house: House) -> None:
    small_house.sink.at(Stage.RECIPIENT, "550 5.1.1 nobody here", to=ENGINEER)
    small_house.post(letter())
    with small_house.shift() as shift:
        shift.turn()
        shift.turn()
        [bad_news] = small_house.sent(LEAD)
        assert ENGINEER in text_of(bad_news)
        assert_still_at_work(small_house, shift)


def test_a_mail_is_given_up_after_three_days_and_the_desk_told(small_house: House) -> None:
    small_house.sink.at(Stage.RECIPIENT, "450 4.2.2 mailbox full", to=ANN)
    small_house.post(letter())
    with small_house.shift() as shift:
        for _ in range(8):
            shift.turn()
            small_house.clock.pass_time(hours=12)
        assert _row_states(small_house, ANN) == {"failed"}
        [number] = small_house.numbers()
        assert any("not delivered" in text_of(mail) for mail in told(small_house, number))


def _row_states(house: House, recipient: str) -> set[str]:
    rows = house.rows("SELECT state FROM outbox WHERE recipient = :r AND kind = 'acknowledgement'", r=recipient)
    return {row.state for row in rows}


def test_an_outage_of_the_relay_ends_with_one_progress_mail_and_every_acknowledgement(house: House) -> None:
    house.clock.begin_long_ago()
    house.post(*(letter(f"c{n}@customer.test", "Everything is down") for n in range(4)))
    house.sink.stop()
    with house.shift() as shift:
        for _ in range(3):
            with pytest.raises(Unreachable):
                shift.turn()
            house.clock.pass_time(hours=20)
        house.sink.start()
        shift.turn()
        house.clock.pass_time(minutes=61)
        shift.turn()
        for n in range(4):
            kinds = house.rows("SELECT kind, state FROM outbox WHERE recipient = :who", who=f"c{n}@customer.test")
            sent = sorted(row.kind for row in kinds if row.state == "sent")
            assert sent == ["acknowledgement", "progress"]
            assert {row.state for row in kinds} == {"sent", "cancelled"}
            assert len(house.sent(f"c{n}@customer.test")) == 2
        assert_still_at_work(house, shift)
