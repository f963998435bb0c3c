"""What is kept and how it is found again: bytes, mails, tickets, numbers and queued messages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from daemon.ports import Fetched
from daemon.store import blobs, inbox, outbox, tickets
from daemon.store.database import Connection, Store
from daemon.store.inbox import Arrival, LostLease, Place, Settlement
from daemon.store.outbox import Afterwards, Message, OutboxState
from daemon.store.schedules import AT_REST, Schedule
from daemon.store.tickets import Origin, Queued, StaleTicket
from rules.model import Change, ClockState, Entry, InternalNote, PublicMessage, Remark, Status
from tests.rules.desk import ticket

NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
PLACE = Place("support", "INBOX", 1)
LEASE = timedelta(minutes=5)
OCTETS = 1_000_000

# Bytes ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"x", b"\0\xff" * 50_000, bytes(range(256)) * 9, "中文".encode() * 9999])
def test_bytes_come_back_as_they_were(store: Store, content: bytes) -> None:
    with store.write() as c:
        name = blobs.put(c, content)
        assert blobs.put(c, content) == name
    with store.read() as c:
        assert blobs.get(c, name) == content
        assert c.execute(text("SELECT count(*) FROM blob")).scalar_one() == 1


def test_what_can_be_made_smaller_is(store: Store) -> None:
    with store.write() as c:
        blobs.put(c, b"word " * 20_000)
        size = c.execute(text("SELECT length(content) FROM blob")).scalar_one()
    assert size < 2_000


def test_bytes_that_were_never_kept_are_missing_by_name(store: Store) -> None:
    with store.read() as c, pytest.raises(KeyError, match="0" * 64):
        blobs.get(c, "0" * 64)


def test_too_many_bytes_are_refused(store: Store) -> None:
    with store.write() as c, pytest.raises(blobs.BlobTooLarge):
        blobs.put(c, bytes(blobs.LARGEST_BYTES + 1))


# Mails ---------------------------------------------------------------------------------------------------------------


def _keep(c: Connection, uid: int, raw: bytes = b"raw", at: datetime = NOW) -> bool:
    return inbox.keep(c, PLACE, Arrival(Fetched(uid, raw, at), len(raw), silent=False), NOW)


def _settlement(fingerprint: str) -> Settlement:
    return Settlement(fingerprint, None, "opened", "a new request", None, "d" * 64, ("outage",))


def test_a_place_in_the_mailbox_is_entered_once(store: Store) -> None:
    with store.write() as c:
        assert _keep(c, 1)
        assert not _keep(c, 1, b"other bytes under the same name")
        assert _keep(c, 2)
        assert set(inbox.known_uids(c, PLACE, 0)) == {1, 2}
        assert set(inbox.known_uids(c, PLACE, 2)) == {2}
        assert inbox.known_uids(c, Place("support", "INBOX", 2), 0) == {}
        assert inbox.known_uids(c, Place("support", "Other", 1), 0) == {}
        assert inbox.known_uids(c, Place("sales", "INBOX", 1), 0) == {}


def test_a_mail_cannot_have_arrived_after_we_kept_it(store: Store) -> None:
    with store.write() as c:
        _keep(c, 1, at=NOW + timedelta(days=400))
        [row] = inbox.claim(c, NOW, 10, OCTETS, LEASE)
    assert row.arrived_at == NOW


def test_a_claimed_mail_is_nobody_elses_until_its_lease_is_over(store: Store) -> None:
    with store.write() as c:
        _keep(c, 1)
        assert len(inbox.claim(c, NOW, 10, OCTETS, LEASE)) == 1
        assert inbox.claim(c, NOW, 10, OCTETS, LEASE) == []
        [again] = inbox.claim(c, NOW + LEASE, 10, OCTETS, LEASE)
    assert again.attempts == 2


def test_a_mail_that_was_tried_before_comes_alone(store: Store) -> None:
    with store.write() as c:
        for uid in (1, 2, 3):
            _keep(c, uid)
        first = inbox.claim(c, NOW, 10, OCTETS, LEASE)
        inbox.fail(c, first[0], "boom", NOW)
        inbox.release(c, [row.id for row in first[1:]])
        assert [row.id for row in inbox.claim(c, NOW, 10, OCTETS, LEASE)] == [first[0].id]


def test_who_lost_the_lease_cannot_settle(store: Store) -> None:
    with store.write() as c:
        _keep(c, 1)
        [slow] = inbox.claim(c, NOW, 10, OCTETS, LEASE)
        [quick] = inbox.claim(c, NOW + LEASE, 10, OCTETS, LEASE)
        inbox.settle(c, quick, _settlement("f"))
        with pytest.raises(LostLease):
            inbox.settle(c, slow, _settlement("g"))


def test_one_content_is_settled_once_in_a_mailbox(store: Store) -> None:
    with store.write() as c:
        _keep(c, 1)
        _keep(c, 2)
        one, two = inbox.claim(c, NOW, 10, OCTETS, LEASE)
        assert inbox.owner_of(c, "support", "f") is None
        inbox.settle(c, one, _settlement("f"))
        owner = inbox.owner_of(c, "support", "f")
        assert owner is not None and owner.id == one.id
        assert inbox.owner_of(c, "sales", "f") is None
        inbox.settle_duplicate(c, two, owner.id, None)
        assert inbox.claim(c, NOW + timedelta(days=1), 10, OCTETS, LEASE) == []


def test_a_quarantined_mail_keeps_its_bytes_and_the_end_of_its_traceback(store: Store) -> None:
    with store.write() as c:
        _keep(c, 1, b"poison")
        [row] = inbox.claim(c, NOW, 10, OCTETS, LEASE)
        inbox.quarantine(c, row, "x" * 50_000 + "the last line")
        [kept] = inbox.quarantined(c)
        assert blobs.get(c, row.raw_sha256) == b"poison"
    assert "the last line" in str(kept)


# Tickets -------------------------------------------------------------------------------------------------------------


def test_a_ticket_comes_back_as_it_was(store: Store) -> None:
    clocks = (ClockState("first_response", NOW, met_at=NOW), ClockState("progress", NOW, fired_until=NOW))
    value = ticket(subject="打印机 🖨️ \u2028", clocks=clocks, tags=("a", "b"), references=("x@y", "z@y"), closed_at=NOW)
    value = replace(
        value, item="crash", impact="high", urgency="low", helper="han@example.com", watchers=("w@example.com",)
    )
    value = replace(value, correlation="host-1", problem="fault/crash", skipped_clocks=("c",), by_hand=("priority",))
    with store.write() as c:
        tickets.open_new(c, value, AT_REST)
    with store.read() as c:
        assert tickets.load(c, value.number) == value
        assert tickets.load(c, "TS-0") is None


def test_a_ticket_that_somebody_else_changed_is_not_overwritten(store: Store) -> None:
    with store.write() as c:
        tickets.open_new(c, ticket(), AT_REST)
        stale = tickets.load(c, ticket().number)
        assert stale is not None
        tickets.change(c, stale, Schedule(NOW))
    with pytest.raises(StaleTicket), store.write() as c:
        tickets.change(c, stale, AT_REST)
    with store.read() as c:
        fresh = tickets.load(c, stale.number)
        assert fresh is not None and fresh.revision == stale.revision + 1
        assert tickets.due(c, NOW, 10) == [stale.number]


def test_tickets_come_due_in_the_order_of_their_moments(store: Store) -> None:
    with store.write() as c:
        for number, minutes in (("TS-1", 5), ("TS-2", -5), ("TS-3", -9)):
            tickets.open_new(c, ticket(number=number), Schedule(NOW + timedelta(minutes=minutes)))
        tickets.open_new(c, ticket(number="TS-4"), AT_REST)
        assert tickets.due(c, NOW, 10) == ["TS-3", "TS-2"]
        assert tickets.due(c, NOW, 1) == ["TS-3"]


def test_a_journal_comes_back_word_for_word_in_its_order(store: Store) -> None:
    entries: list[Entry | Queued] = [
        PublicMessage("ann@customer.test", "第一\n行 \U0001f5a8", ("a" * 64,)),
        InternalNote("wang@desk.test", "inside"),
        Change("status", "new", "open", "public_reply"),
        Remark("claims", "TS-1"),
        Queued("reply", "ann@customer.test", "TS-1/reply/1/ann"),
    ]
    origin = Origin(NOW, "digest", None, "own-message-id", "proven")
    with store.write() as c:
        tickets.open_new(c, ticket(), AT_REST)
        tickets.write_journal(c, ticket().number, entries, origin)
        tickets.write_journal(c, ticket().number, [], origin)
        read = tickets.read_journal(c, ticket().number)
    assert [entry for _, entry in read] == entries
    assert {each for each, _ in read} == {origin}


def test_a_number_is_never_given_twice_whatever_becomes_of_its_ticket(store: Store) -> None:
    day = date(2026, 11, 20)
    with store.write() as c:
        assert tickets.next_serial(c, "TS", day) == 1
        assert tickets.next_serial(c, "TS", day) == 1, "asking spends nothing"
        tickets.use_serial(c, "TS", day)
        tickets.open_new(c, ticket(), AT_REST)
        c.execute(text("DELETE FROM ticket"))
        assert tickets.next_serial(c, "TS", day) == 2
        assert tickets.next_serial(c, "RD", day) == tickets.next_serial(c, "TS", date(2026, 11, 21)) == 1


def _spend_and_fail(store: Store, day: date) -> None:
    with store.write() as c:
        assert tickets.next_serial(c, "TS", day) == 1
        tickets.use_serial(c, "TS", day)
        raise RuntimeError


def test_a_number_that_was_rolled_back_is_given_to_the_next(store: Store) -> None:
    day = date(2026, 11, 20)
    with pytest.raises(RuntimeError):
        _spend_and_fail(store, day)
    with store.write() as c:
        assert tickets.next_serial(c, "TS", day) == 1


def test_identifiers_lead_to_tickets_the_nearest_and_then_the_newest_first(store: Store) -> None:
    with store.write() as c:
        for number in ("TS-20261120-001", "TS-20261120-002"):
            tickets.open_new(c, ticket(number=number, status=Status.NEW), AT_REST)
        tickets.learn_message_ids(c, "TS-20261120-001", ["a", "shared", "a"])
        tickets.learn_message_ids(c, "TS-20261120-002", ["b", "shared"])
        tickets.learn_message_ids(c, "TS-20261120-002", ["b"])
        find = tickets.numbers_by_message_id
        assert find(c, []) == ()
        assert find(c, ["unknown"]) == ()
        assert find(c, ["a", "b"]) == ("TS-20261120-001", "TS-20261120-002")
        assert find(c, ["b", "a"]) == ("TS-20261120-002", "TS-20261120-001")
        assert find(c, ["shared"]) == ("TS-20261120-002", "TS-20261120-001")


# Queued messages -----------------------------------------------------------------------------------------------------


def _message(key: str, recipient: str = "ann@customer.test") -> Message:
    return Message(
        ticket_number=ticket().number,
        kind="acknowledgement",
        key=key,
        audience="customer",
        automatic=True,
        reverse_path="",
        recipient=recipient,
        message_id=f"{key}@desk.test",
        raw=key.encode(),
    )


def test_one_business_key_is_queued_once(store: Store) -> None:
    with store.write() as c:
        tickets.open_new(c, ticket(), AT_REST)
        assert outbox.queue(c, [_message("k")], OutboxState.READY, NOW)
        assert not outbox.queue(c, [_message("k")], OutboxState.READY, NOW)
        assert len(outbox.of_ticket(c, ticket().number)) == 1


def test_a_message_is_claimed_by_one_and_fenced_from_the_other(store: Store) -> None:
    sent = Afterwards(OutboxState.SENT, NOW, "250", "", 0)
    with store.write() as c:
        tickets.open_new(c, ticket(), AT_REST)
        outbox.queue(c, [_message("k")], OutboxState.READY, NOW)
        [slow] = outbox.claim(c, NOW, 10, LEASE)
        assert outbox.claim(c, NOW, 10, LEASE) == []
        assert outbox.lease_left(c, slow, NOW) == LEASE
        [quick] = outbox.claim(c, NOW + LEASE, 10, LEASE)
        assert outbox.lease_left(c, slow, NOW) == timedelta()
        assert not outbox.finish(c, slow, sent, NOW), "a late word from somebody thought dead is not written"
        assert outbox.finish(c, quick, sent, NOW)
        assert outbox.claim(c, NOW + timedelta(days=9), 10, LEASE) == []


def test_a_message_that_was_given_back_counts_no_attempt(store: Store) -> None:
    with store.write() as c:
        tickets.open_new(c, ticket(), AT_REST)
        outbox.queue(c, [_message("k")], OutboxState.READY, NOW)
        [row] = outbox.claim(c, NOW, 10, LEASE)
        outbox.unclaim(c, row)
        [again] = outbox.claim(c, NOW, 10, LEASE)
    assert (row.attempts, again.attempts) == (1, 1)


def test_messages_leave_in_the_order_of_their_moments(store: Store) -> None:
    with store.write() as c:
        tickets.open_new(c, ticket(), AT_REST)
        for minutes in (3, 1, 2):
            outbox.queue(c, [_message(str(minutes))], OutboxState.READY, NOW + timedelta(minutes=minutes))
        claimed = outbox.claim(c, NOW + timedelta(minutes=2), 10, LEASE)
    assert [row.key for row in claimed] == ["1", "2", "3"], "a clock set back holds no fresh message up"
