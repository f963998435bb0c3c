"""Mails that were decided about, page by page in the order of their coming, for whoever looks back on the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from daemon.store.database import Store
from daemon.store.schema import inbox, journal

PAGE = 500
"""Rows that are held at once; between two pages no transaction is open."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A mail and what became of it; `rules` are those that held."""

    id: int
    mailbox: str
    raw_sha256: str
    size: int
    whole: bool
    silent: bool
    arrived_at: datetime
    outcome: str
    because: str
    ticket_number: str | None
    rules: tuple[str, ...]


def decided_since(store: Store, since: datetime) -> Iterator[Decided]:
    """The mails that were taken in after `since` and decided about, oldest first."""
    with store.read() as c:
        after = _last_before(c, since)
    while True:
        with store.read() as c:
            page = _page(c, after)
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1].id


def _last_before(c: Connection, since: datetime) -> int:
    """The last row older than `since`. Rows are numbered as they come, so looking back ends at the first such one."""
    older = select(inbox.c.id).where(inbox.c.received_at < since).order_by(inbox.c.id.desc()).limit(1)
    return c.scalar(older) or 0


_COLUMNS = [inbox.c[name] for name in Decided.__dataclass_fields__]


_DECIDED = inbox.c.policy.is_not(None)
"""Of all mails that are done: one that a person discarded from quarantine, for one, was put before nobody."""


def count_since(store: Store, since: datetime) -> int:
    """How many mails `decided_since` gives."""
    with store.read() as c:
        after = _last_before(c, since)
        return c.scalar(select(func.count()).select_from(inbox).where(_DECIDED, inbox.c.id > after)) or 0


def origin_of(c: Connection, mail: Decided) -> tuple[str | None, str | None]:
    """How a mail found its ticket and how far its sender was believed, as the journal tells it."""
    mine = (journal.c.ticket_number == mail.ticket_number) & (journal.c.inbox_id == mail.id)
    row = c.execute(select(journal.c.match, journal.c.trust).where(mine).limit(1)).one_or_none()
    return (row.match, row.trust) if row is not None else (None, None)


def _page(c: Connection, after: int) -> list[Decided]:
    rows = c.execute(select(*_COLUMNS).where(_DECIDED, inbox.c.id > after).order_by(inbox.c.id).limit(PAGE))
    return [Decided(**{**row._mapping, "rules": tuple(row.rules or ())}) for row in rows]


@dataclass(frozen=True, slots=True)
class Fired:
    """How often a rule held, and for which mail last."""

    hits: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """How many mails were decided about, and which rules held how often."""

    mails: int
    rules: Mapping[str, Fired]


def tally(store: Store, since: datetime) -> Tally:
    """How the rules did in the mails that were taken in after `since`."""
    mails = 0
    fired: dict[str, Fired] = {}
    for mail in decided_since(store, since):
        mails += 1
        for rule in mail.rules:
            known = fired.get(rule)
            last_at = max(known.last_at, mail.arrived_at) if known else mail.arrived_at
            fired[rule] = Fired(known.hits + 1 if known else 1, last_at)
    return Tally(mails, fired)
