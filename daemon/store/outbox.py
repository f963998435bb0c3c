"""The outbox: one row for each recipient of each notice, with the bytes that will leave, fixed when it was decided."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, Row, bindparam, exists, func, or_, select, update

from daemon.store import blobs
from daemon.store.database import insert_new
from daemon.store.schema import outbox, ticket
from rules.model import Audience
from rules.notices import ANSWERS, SUPERSEDING


class OutboxState(StrEnum):
    """The life of a queued message.

    `unknown`: the server's answer after the final dot was lost (RFC 1047). `withheld`: it would have left, had the desk
    not only been observing or the mail not been older than the desk.
    """

    READY = "ready"
    SENDING = "sending"
    SENT = "sent"
    DEFERRED = "deferred"
    UNKNOWN = "unknown"
    FAILED = "failed"
    CANCELLED = "cancelled"
    WITHHELD = "withheld"


WAITING = (OutboxState.READY, OutboxState.DEFERRED, OutboxState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Message:
    """A composed notice about to be queued; a heartbeat belongs to no ticket."""

    ticket_number: str | None
    kind: str
    key: str
    audience: str
    automatic: bool
    reverse_path: str
    recipient: str
    message_id: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message claimed for an attempt; `attempts` and `epoch` already count it."""

    id: int
    ticket_number: str | None
    kind: str
    key: str
    audience: str
    reverse_path: str
    recipient: str
    message_id: str
    raw_sha256: str
    attempts: int
    unknown_attempts: int
    created_at: datetime
    epoch: int
    lease_until: datetime
    came_from: OutboxState


def queue(c: Connection, messages: Sequence[Message], state: OutboxState, now: datetime) -> Collection[str]:
    """Queue messages, `ready` for immediate sending or `withheld`; the business keys of those not there already."""
    if not messages:
        return ()
    names = blobs.put_all(c, [message.raw for message in messages])
    rows = [_new_row(message, name, state, now) for message, name in zip(messages, names, strict=True)]
    return c.scalars(insert_new(c, outbox, outbox.c.key), rows).all()


def _new_row(message: Message, raw_sha256: str, state: OutboxState, now: datetime) -> dict[str, object]:
    return {
        "ticket_number": message.ticket_number,
        "kind": message.kind,
        "key": message.key,
        "audience": message.audience,
        "automatic": message.automatic,
        "reverse_path": message.reverse_path,
        "recipient": message.recipient,
        "message_id": message.message_id,
        "raw_sha256": raw_sha256,
        "state": state,
        "attempts": 0,
        "unknown_attempts": 0,
        "created_at": now,
        "next_at": now,
        "lease_epoch": 0,
    }


_ORPHANED = (outbox.c.state == OutboxState.SENDING) & (outbox.c.lease_until <= bindparam("now"))
_SUPERSEDE = (
    update(outbox)
    .where(outbox.c.kind == bindparam("of_kind"), outbox.c.recipient == bindparam("of_recipient"))
    .where(or_(outbox.c.state.in_(WAITING), _ORPHANED))
    .values(state=OutboxState.CANCELLED, last_code="superseded", lease_until=None)
)
_SUPERSEDE_OF_DESK = _SUPERSEDE.where(outbox.c.ticket_number.is_(None))
_SUPERSEDE_OF_TICKET = _SUPERSEDE.where(outbox.c.ticket_number == bindparam("of_ticket"))


def supersede(c: Connection, ticket_number: str | None, kind: str, recipient: str, now: datetime) -> None:
    """Cancel what waits of this kind for this recipient or lost its sender: a newer one takes its place."""
    statement = _SUPERSEDE_OF_DESK if ticket_number is None else _SUPERSEDE_OF_TICKET
    which = {} if ticket_number is None else {"of_ticket": ticket_number}
    c.execute(statement, {"of_kind": kind, "of_recipient": recipient, "now": now} | which)


def claim(c: Connection, now: datetime, most: int, lease: timedelta) -> Sequence[OutboxRow]:
    """Take messages whose time has come, and those whose last sender died with them, oldest first.

    After an outage a word to a customer that the sweep is about to replace by a newer one waits for the sweep.
    """
    # Only a message that was tried has to wait, and so none does because the wall clock was set back.
    waiting = outbox.c.state.in_(WAITING) & or_(outbox.c.state == OutboxState.READY, outbox.c.next_at <= now)
    due = exists().where((ticket.c.number == outbox.c.ticket_number) & (ticket.c.next_due_at <= now))
    outdated = outbox.c.kind.in_(SUPERSEDING) & (outbox.c.audience == Audience.CUSTOMER) & due
    chosen = (
        select(outbox).where(or_(waiting, _ORPHANED), ~outdated).order_by(outbox.c.next_at, outbox.c.id).limit(most)
    )
    rows = [_row(row, now + lease) for row in c.execute(chosen.with_for_update(skip_locked=True), {"now": now})]
    if rows:
        c.execute(
            update(outbox)
            .where(outbox.c.id.in_([row.id for row in rows]))
            .values(
                state=OutboxState.SENDING,
                attempts=outbox.c.attempts + 1,
                lease_epoch=outbox.c.lease_epoch + 1,
                lease_until=now + lease,
            )
        )
    return rows


_MINE = (
    (outbox.c.id == bindparam("of_id"))
    & (outbox.c.state == OutboxState.SENDING)
    & (outbox.c.lease_epoch == bindparam("of_epoch"))
)
_FINISH = update(outbox).where(_MINE)
_LEASE = select(outbox.c.lease_until).where(_MINE)


@dataclass(frozen=True, slots=True)
class Afterwards:
    """How a row stands after an attempt. `next_at` matters for states that wait."""

    state: OutboxState
    next_at: datetime
    code: str
    text: str
    unknown_attempts: int


def finish(c: Connection, row: OutboxRow, after: Afterwards, now: datetime) -> bool:
    """Record an attempt's outcome; False if the lease went to somebody else meanwhile."""
    values = {
        "state": after.state,
        "next_at": after.next_at,
        "lease_until": None,
        "last_code": after.code,
        "last_text": after.text,
        "unknown_attempts": after.unknown_attempts,
        "sent_at": now if after.state is OutboxState.SENT else None,
    }
    return bool(c.execute(_FINISH, values | _whose(row)).rowcount)


def unclaim(c: Connection, row: OutboxRow) -> None:
    """Give back a message that was claimed but not attempted."""
    values = {"state": row.came_from, "attempts": row.attempts - 1, "lease_until": None}
    c.execute(_FINISH, values | _whose(row))


def release_orphans(c: Connection, now: datetime) -> None:
    """Make the messages of a dead process claimable at once; only for who knows that it is dead."""
    c.execute(update(outbox).where(outbox.c.state == OutboxState.SENDING).values(lease_until=now))


def withhold_unsent(c: Connection) -> None:
    """Hold back whatever waits: a restored desk does not know what was sent since."""
    waiting = outbox.c.state.in_((*WAITING, OutboxState.SENDING))
    c.execute(update(outbox).where(waiting).values(state=OutboxState.WITHHELD, lease_until=None))


def lease_left(c: Connection, row: OutboxRow, now: datetime) -> timedelta:
    """How long this attempt may still act; nothing if the lease is another's."""
    until: datetime | None = c.scalar(_LEASE, _whose(row))
    return until - now if until else timedelta()


def ticket_by_message_id(c: Connection, message_id: str) -> str | None:
    """The number of the ticket of which we sent a message under this Message-ID."""
    return c.scalar(select(outbox.c.ticket_number).where(outbox.c.message_id == message_id))


_ANSWERS_LATELY = select(
    func.count().filter(outbox.c.created_at >= bindparam("since_1")),
    func.count().filter(outbox.c.created_at >= bindparam("since_2")),
).where(
    outbox.c.recipient.in_(bindparam("spellings", expanding=True)),
    outbox.c.created_at >= bindparam("earliest"),
    outbox.c.kind.in_(sorted(ANSWERS)),
    outbox.c.state != OutboxState.WITHHELD.value,
)


def answers_since(c: Connection, spellings: Collection[str], moments: tuple[datetime, datetime]) -> tuple[int, int]:
    """How many answers of our own were queued for this address, however it is spelled, since each of these moments."""
    values = {"since_1": moments[0], "since_2": moments[1], "earliest": min(moments), "spellings": sorted(spellings)}
    first, second = c.execute(_ANSWERS_LATELY, values).one()
    return first, second


def sent_between(c: Connection, start: datetime, end: datetime) -> int:
    """How many messages the relay took after `start` and up to `end`; a row that was sent waits for nothing since."""
    taken = (outbox.c.state == OutboxState.SENT) & (outbox.c.next_at > start) & (outbox.c.next_at <= end)
    return c.execute(select(func.count()).where(taken)).scalar_one()


def of_ticket(c: Connection, number: str) -> Sequence[Row[tuple[object, ...]]]:
    """All messages of a ticket, oldest first."""
    return c.execute(select(outbox).where(outbox.c.ticket_number == number).order_by(outbox.c.id)).all()


def _whose(row: OutboxRow) -> dict[str, object]:
    return {"of_id": row.id, "of_epoch": row.epoch}


def _row(row: Row[tuple[object, ...]], lease_until: datetime) -> OutboxRow:
    came_from = OutboxState(row.state)
    return OutboxRow(
        id=row.id,
        ticket_number=row.ticket_number,
        kind=row.kind,
        key=row.key,
        audience=row.audience,
        reverse_path=row.reverse_path,
        recipient=row.recipient,
        message_id=row.message_id,
        raw_sha256=row.raw_sha256,
        attempts=row.attempts + 1,
        unknown_attempts=row.unknown_attempts,
        created_at=row.created_at,
        epoch=row.lease_epoch + 1,
        lease_until=lease_until,
        came_from=OutboxState.DEFERRED if came_from is OutboxState.SENDING else came_from,
    )
