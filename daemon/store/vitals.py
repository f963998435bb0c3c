"""Counts and ages over the whole store, for whoever judges how the desk is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Table, func, select

from daemon.store.inbox import InboxState
from daemon.store.outbox import OutboxState
from daemon.store.schema import inbox, outbox, ticket

_UNSENT = (OutboxState.READY, OutboxState.SENDING, OutboxState.DEFERRED, OutboxState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows are in each state, and since when the oldest of those waits that still must be dealt with."""

    inbox: Mapping[str, int]
    outbox: Mapping[str, int]
    tickets: Mapping[str, int]
    oldest_mail_at: datetime | None
    oldest_outgoing_at: datetime | None
    failed_lately: int


def counts(c: Connection, since: datetime) -> Counts:
    """The counts now; `failed_lately` are messages given up after `since`."""
    mail = func.min(inbox.c.received_at)
    outgoing = func.min(outbox.c.created_at)
    given_up = (outbox.c.state == OutboxState.FAILED) & (outbox.c.next_at >= since)
    return Counts(
        inbox=_by(c, inbox, inbox.c.state),
        outbox=_by(c, outbox, outbox.c.state),
        tickets=_by(c, ticket, ticket.c.status),
        oldest_mail_at=c.scalar(select(mail).where(inbox.c.state == InboxState.NEW)),
        oldest_outgoing_at=c.scalar(select(outgoing).where(outbox.c.state.in_(_UNSENT))),
        failed_lately=c.scalar(select(func.count()).select_from(outbox).where(given_up)) or 0,
    )


def _by(c: Connection, table: Table, column: Column[str]) -> Mapping[str, int]:
    counted = c.execute(select(column, func.count()).select_from(table).group_by(column)).all()
    return {row[0]: row[1] for row in counted}
