"""What tests of the stages ask again and again of a desk."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from email.message import Message

from daemon.store import tickets
from daemon.store.database import Store
from daemon.store.tickets import Origin, Queued
from rules.model import Entry, InternalNote, PublicMessage, Remark, Ticket
from tests.house import ENGINEER, LEAD, House, Shift
from tests.letters import letter, opened, subject_of

_COUNT = itertools.count(1)


def stranger() -> str:
    """The address of somebody who has never written."""
    return f"someone{next(_COUNT)}@customer.test"


def assert_still_at_work(house: House, shift: Shift) -> None:
    """A control mail must still get its ticket and its acknowledgement. Time must not have passed beyond today."""
    sender = stranger()
    before = set(house.numbers())
    house.post(letter(sender))
    shift.turn()
    [number] = set(house.numbers()) - before
    [ack] = house.sent(sender)
    assert number in subject_of(ack)


def told(house: House, number: str) -> Sequence[Message]:
    """What the desk's own people were sent about a ticket, by whom first and then by time."""
    ours = [*house.sent(ENGINEER), *house.sent(LEAD)]
    return [mail for mail in ours if mail["X-Postdesk-Ticket"] == number]


def ticket_of(house: House, number: str) -> Ticket:
    """The ticket as it stands."""
    store = Store(house.database_url)
    try:
        with store.read() as c:
            found = tickets.load(c, number)
    finally:
        store.close()
    assert found is not None
    return found


def journal(house: House, number: str) -> Sequence[tuple[Origin, Entry | Queued]]:
    """The journal of a ticket, oldest first."""
    store = Store(house.database_url)
    try:
        with store.read() as c:
            return tickets.read_journal(c, number)
    finally:
        store.close()


def remarks(house: House, number: str) -> dict[str, str]:
    """What was remarked on a ticket, the latest of each kind."""
    return {entry.what: entry.detail for _, entry in journal(house, number) if isinstance(entry, Remark)}


def outcomes(house: House) -> Sequence[tuple[str, str | None]]:
    """State and outcome of every mail received, oldest first."""
    return [(row.state, row.outcome) for row in house.rows("SELECT state, outcome FROM inbox ORDER BY id")]


def open_ticket(
    house: House, shift: Shift, sender: str = "ann@customer.test", subject: str = "The printer is down"
) -> str:
    """Let somebody ask for something; the number of the ticket that it becomes."""
    before = set(house.numbers())
    house.post(letter(sender, subject))
    shift.turn()
    [number] = set(house.numbers()) - before
    return number


def ack_of(house: House, number: str) -> Message:
    """The acknowledgement of a ticket."""
    [ack] = [mail for mail in (opened(each.raw) for each in house.sink.accepted) if _is_ack(mail, number)]
    return ack


def _is_ack(mail: Message, number: str) -> bool:
    return mail["X-Postdesk-Ticket"] == number and "We have received" in subject_of(mail)


def heard_last(house: House, number: str) -> tuple[str | None, str | None]:
    """How the latest mail of a ticket found it, and how far its sender was believed."""
    origin = [origin for origin, _ in journal(house, number) if origin.inbox_id is not None][-1]
    return origin.match, origin.trust


def words(house: House, number: str, kind: type[PublicMessage | InternalNote] = PublicMessage) -> list[str]:
    """What was said on a ticket, in public or inside."""
    return [entry.text for _, entry in journal(house, number) if isinstance(entry, kind)]
