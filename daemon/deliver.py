"""The fourth stage: hand over each queued message, and record what became of the attempt.

The attempt is committed before the server hears of it, and its outcome after; what is lost in between is sent again
with the same bytes and the same Message-ID.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from daemon.desk import Desk
from daemon.failpoint import failpoint
from daemon.log import Action, log
from daemon.ports import RELAY_FAULTS, Clock, Delivery, Envelope, Result, Transport
from daemon.record import record_failure
from daemon.retry import Patience, afterwards
from daemon.store import blobs, outbox, tickets
from daemon.store.database import Connection, Store
from daemon.store.outbox import Afterwards, OutboxRow, OutboxState
from daemon.store.tickets import Origin
from rules.model import DeliveryFailed

TRIES_AT_A_MOVING_TICKET = 5

LEASE_NEEDED = timedelta(minutes=11)
"""A server may take ten minutes to answer the final dot (RFC 5321 section 4.5.3.2.6)."""


@dataclass(slots=True)
class _Round:
    """One batch on its way; `broken` once the relay itself turned out to be unreachable."""

    store: Store
    desk: Desk
    transport: Transport
    clock: Clock
    broken: str | None = field(default=None)


@dataclass(frozen=True, slots=True)
class Delivered:
    """One round: how many messages were claimed, and why the relay could not be reached, if so."""

    claimed: int
    unreachable: str | None


async def deliver(store: Store, transport: Transport, desk: Desk, clock: Clock) -> Delivered:
    """Attempt one batch of messages that are due."""
    settings = desk.settings.deliver
    with store.write() as c:
        rows = outbox.claim(c, clock.now(), _allowance(c, desk, clock), settings.lease)
    if not rows:
        return Delivered(0, None)
    failpoint("out.1")
    going = _Round(store, desk, transport, clock)
    await _send_all(going, rows)
    return Delivered(len(rows), going.broken)


def _allowance(c: Connection, desk: Desk, clock: Clock) -> int:
    """How many messages may be taken now: a batch, or less where the relay takes only so many a minute."""
    batch, per_minute = desk.settings.deliver.batch, desk.settings.smtp.per_minute
    if not per_minute:
        return batch
    now = clock.now()
    return max(0, min(batch, per_minute - outbox.sent_between(c, now - timedelta(minutes=1), now)))


async def _send_all(going: _Round, rows: Sequence[OutboxRow]) -> None:
    waiting = list(reversed(rows))

    async def lane() -> None:
        while waiting and going.broken is None:
            await _send_one(going, waiting.pop())

    try:
        await asyncio.gather(*(lane() for _ in range(going.desk.settings.smtp.connections)))
    finally:
        with going.store.write() as c:
            for row in waiting:
                outbox.unclaim(c, row)
        # Where one lane failed, another may still be sending: it must not go on to what was just given back.
        waiting.clear()


async def _send_one(going: _Round, row: OutboxRow) -> None:
    with going.store.read() as c:
        raw = blobs.get(c, row.raw_sha256)
    gate = _Gate(going, row)
    try:
        delivery = await going.transport.send(Envelope(row.reverse_path, row.recipient, raw), gate)
    except asyncio.CancelledError:
        delivery = Delivery(Result.UNKNOWN if gate.passed else Result.DEFERRED, "stopped")
        _conclude(going, row, delivery)
        raise
    failpoint("out.3")
    _conclude(going, row, delivery)
    failpoint("out.4")


@dataclass(slots=True)
class _Gate:
    """Asked right before DATA; remembers that the message may be on its way since."""

    going: _Round
    row: OutboxRow
    passed: bool = False

    def __call__(self) -> bool:
        failpoint("out.2")
        with self.going.store.read() as c:
            self.passed = outbox.lease_left(c, self.row, self.going.clock.now()) > LEASE_NEEDED
        return self.passed


def _conclude(going: _Round, row: OutboxRow, delivery: Delivery) -> None:
    now, settings = going.clock.now(), going.desk.settings.deliver
    patience = Patience(settings.backoff, settings.give_up_after, settings.unknown_retry, settings.unknown_attempts)
    after = afterwards(row, delivery, patience, now)
    mine = _recorded(going, row, after, delivery)
    if delivery.result is Result.DEFERRED and delivery.code.startswith(RELAY_FAULTS):
        going.broken = delivery.code
    action = Action.DELIVERY if mine else Action.DELIVERY_FENCED
    log(action, outbox=row.id, ticket=row.ticket_number, kind=row.kind, outcome=after.state.value, code=delivery.code)


def _recorded(going: _Round, row: OutboxRow, after: Afterwards, delivery: Delivery) -> bool:
    """Keep the outcome and whom it is told to; False if the lease is another's.

    Another stage may change the ticket in the same moment. Then the whole is done anew: an outcome that is not kept
    would be a mail sent twice.
    """
    for left in reversed(range(TRIES_AT_A_MOVING_TICKET)):
        try:
            with going.store.write() as c:
                mine = outbox.finish(c, row, after, going.clock.now())
                if mine and after.state is OutboxState.FAILED:
                    _tell(c, going, row, delivery)
                return mine
        except tickets.StaleTicket:
            if not left:
                raise
    return False


def _tell(c: Connection, going: _Round, row: OutboxRow, delivery: Delivery) -> None:
    """Put a mail that will not arrive before `decide`, so that somebody at the desk hears of it."""
    ticket = tickets.load(c, row.ticket_number) if row.ticket_number else None
    if ticket is not None:
        origin = Origin(going.clock.now(), going.desk.policy.digest)
        record_failure(c, DeliveryFailed(ticket, row.recipient, delivery.code), going.desk, origin)
