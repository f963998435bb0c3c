"""What is seen of a desk from outside once a run is over: its mailbox, its database, and what its mail server took."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import Message
from typing import Any

from sqlalchemy import Row, Table, select

from daemon.clock import SystemClock
from daemon.store import blobs
from daemon.store.database import Connection, Store
from daemon.store.schema import counter, inbox, journal, outbox, ticket
from tests.house import ENGINEER, LEAD, House
from tests.letters import opened
from tests.servers.smtp import Accepted

DESK_PEOPLE = frozenset({ENGINEER, LEAD})

Rows = Sequence[Row[Any]]


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail for the desk. `tells` are the people who must get a mail that answers it, under the given Message-ID."""

    raw: bytes
    tells: tuple[tuple[str, str], ...] = ()
    poisonous: bool = False

    @property
    def sha256(self) -> str:
        return sha256(self.raw)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that the invariants are judged by. `copies_allowed` bounds the mails that may leave twice."""

    posted: Sequence[Letter]
    copies_allowed: int
    waiting: Sequence[bytes]
    filed: Sequence[bytes]
    inbox: Rows
    tickets: Rows
    journal: Rows
    outbox: Rows
    counters: Rows
    contents: Mapping[str, bytes]
    accepted: Sequence[Taken]
    now: datetime = field(default_factory=lambda: SystemClock().now())


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail that the mail server took, and its header as anybody reads it."""

    accepted: Accepted
    header: Message

    @property
    def recipient(self) -> str:
        return self.accepted.recipients[0]

    @property
    def message_id(self) -> str:
        return str(self.header["Message-ID"]).strip("<>")

    @property
    def answers(self) -> str:
        """The Message-ID in In-Reply-To, or nothing."""
        return str(self.header["In-Reply-To"] or "").strip("<>")

    @property
    def number(self) -> str:
        return str(self.header["X-Postdesk-Ticket"])


def sha256(raw: bytes) -> str:
    """The name under which the desk keeps bytes."""
    return hashlib.sha256(raw).hexdigest()


def gather(house: House, store: Store, posted: Sequence[Letter], copies_allowed: int) -> Evidence:
    """Look at everything once; the desk must be at rest."""
    with store.read() as c:
        tables = [_rows(c, table) for table in (inbox, ticket, journal, outbox, counter)]
        names = {row.raw_sha256 for rows in (tables[0], tables[3]) for row in rows}
        contents = {name: blobs.get(c, name) for name in names}
    return Evidence(
        posted=posted,
        copies_allowed=copies_allowed,
        waiting=[each.raw for each in house.dovecot.stored(house.user)],
        filed=[each.raw for each in house.dovecot.stored(house.user, "Processed")],
        inbox=tables[0],
        tickets=tables[1],
        journal=tables[2],
        outbox=tables[3],
        counters=tables[4],
        contents=contents,
        accepted=[Taken(each, opened(each.raw)) for each in house.sink.accepted],
    )


def _rows(c: Connection, table: Table) -> Rows:
    return c.execute(select(table).order_by(*table.primary_key)).all()
