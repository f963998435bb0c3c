"""What is remembered of each mailbox: when we first met it, and when it last answered us."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select, update

from daemon.store.database import insert_new
from daemon.store.schema import mailbox


def met(c: Connection, name: str, now: datetime) -> datetime:
    """Note that the mailbox answered now; the moment at which it did so for the first time."""
    c.execute(insert_new(c, mailbox), {"name": name, "first_contact_at": now})
    c.execute(update(mailbox).where(mailbox.c.name == name).values(last_poll_at=now))
    first: datetime = c.execute(select(mailbox.c.first_contact_at).where(mailbox.c.name == name)).scalar_one()
    return first


def last_polls(c: Connection) -> Mapping[str, datetime | None]:
    """When each mailbox last answered."""
    return {row.name: row.last_poll_at for row in c.execute(select(mailbox.c.name, mailbox.c.last_poll_at))}
