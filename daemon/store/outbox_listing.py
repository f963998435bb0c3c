"""The outbox as people look at it, and what they may change there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, select, update

from daemon.store.outbox import OutboxState
from daemon.store.schema import outbox


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the outbox as people look at it."""

    id: int
    ticket_number: str | None
    kind: str
    recipient: str
    state: str
    attempts: int
    created_at: datetime
    next_at: datetime
    sent_at: datetime | None
    last_code: str | None
    last_text: str | None
    raw_sha256: str


_LISTED = [outbox.c[each.name] for each in fields(Listed)]


def listing(c: Connection, states: Sequence[OutboxState], most: int) -> Sequence[Listed]:
    """Messages in these states, newest first."""
    chosen = select(*_LISTED).where(outbox.c.state.in_(states)).order_by(outbox.c.id.desc()).limit(most)
    return [Listed(*row) for row in c.execute(chosen)]


def find(c: Connection, number: int) -> Listed | None:
    """The message with this id."""
    row = c.execute(select(*_LISTED).where(outbox.c.id == number)).one_or_none()
    return None if row is None else Listed(*row)


def turn(c: Connection, number: int, state: OutboxState, now: datetime) -> bool:
    """Let a message that is neither sent nor being sent wait anew, or never leave; False if it is too late."""
    settled = (OutboxState.SENT, OutboxState.SENDING)
    values = {"state": state, "next_at": now, "unknown_attempts": 0, "created_at": now}
    open_row = (outbox.c.id == number) & outbox.c.state.not_in(settled)
    return bool(c.execute(update(outbox).where(open_row).values(values)).rowcount)
