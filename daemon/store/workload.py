"""How busy each engineer is: counts kept beside the tickets, so that asking costs the same however many there are."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, func, select, update

from daemon.store.database import insert_new
from daemon.store.schema import workload
from rules.model import Load, Ticket

_OF = select(workload).where(workload.c.address.in_(bindparam("addresses", expanding=True)))
_LATEST = select(func.max(workload.c.turn)).scalar_subquery()
_WHOSE = workload.c.address == bindparam("whose")
_COUNT = update(workload).where(_WHOSE).values(open_tickets=workload.c.open_tickets + bindparam("more"))
_TURN = update(workload).where(_WHOSE).values(turn=_LATEST + 1)


def load_of(c: Connection, addresses: Iterable[str]) -> Load:
    """The open tickets and the latest turns of these engineers."""
    rows = c.execute(_OF, {"addresses": list(addresses)}).all()
    return Load({row.address: row.open_tickets for row in rows}, {row.address: row.turn for row in rows})


def given(c: Connection, ticket: Ticket) -> None:
    """Count a new ticket with its assignee, whose turn it was."""
    if ticket.assignee is not None and ticket.status.is_open:
        _count(c, ticket.assignee, 1)
        c.execute(_TURN, {"whose": ticket.assignee})


def changed(c: Connection, had: str | None, ticket: Ticket) -> None:
    """Count a ticket with who has it open now, and no longer with who had it."""
    has = ticket.assignee if ticket.status.is_open else None
    if has != had:
        if had is not None:
            _count(c, had, -1)
        if has is not None:
            _count(c, has, 1)


def _count(c: Connection, address: str, more: int) -> None:
    if not c.execute(_COUNT, {"whose": address, "more": more}).rowcount:
        c.execute(insert_new(c, workload), {"address": address, "open_tickets": 0, "turn": 0})
        c.execute(_COUNT, {"whose": address, "more": more})
