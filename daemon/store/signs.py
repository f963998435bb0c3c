"""What the daemon last wrote down of itself, so that others can tell how it is without asking it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, delete, select, update

from daemon.store.database import insert_new
from daemon.store.schema import sign


class Sign(StrEnum):
    """What is written down; each is there at most once. In brackets: its `detail`."""

    STARTED = "started"
    STOPPED = "stopped"
    POLICY = "policy"
    """A policy came into force [its digest]."""
    VERSION = "version"
    """All that reckoning depends on came into force as one version [its digest, `Desk.version`]."""
    RELOAD_REFUSED = "reload-refused"
    """Changed files were not taken in [how many faults, and below it the first of them]; gone once they were."""
    RESTART_NEEDED = "restart-needed"
    """Changed settings wait for a new start [their names]."""
    HEARTBEAT_SENT = "heartbeat-sent"
    """[Since when, in ISO 8601, heartbeats are sent of which none has come back.]"""
    HEARTBEAT_BACK = "heartbeat-back"
    """A heartbeat came back [after how many seconds]."""


@dataclass(frozen=True, slots=True)
class Given:
    """When a sign was given, and its detail."""

    at: datetime
    detail: str


def give(c: Connection, which: Sign, at: datetime, detail: str = "") -> None:
    """Write a sign down in place of the last one of its kind."""
    c.execute(insert_new(c, sign), {"name": which, "at": at, "detail": detail})
    c.execute(update(sign).where(sign.c.name == which).values(at=at, detail=detail))


def renew(c: Connection, which: Sign, at: datetime, detail: str) -> bool:
    """Write a sign down unless it says so already; whether it did not. Of several who try at once one does."""
    values = {"name": which, "at": at, "detail": detail}
    if c.scalar(insert_new(c, sign, sign.c.name), values) is not None:
        return True
    other = (sign.c.name == which) & (sign.c.detail != detail)
    return bool(c.execute(update(sign).where(other).values(at=at, detail=detail)).rowcount)


def take_back(c: Connection, which: Sign) -> None:
    """Remove a sign that no longer holds."""
    c.execute(delete(sign).where(sign.c.name == which))


def detail(c: Connection, which: Sign) -> str | None:
    """What a sign says; None while it is not given."""
    return c.scalar(select(sign.c.detail).where(sign.c.name == which))


def given(c: Connection) -> Mapping[Sign, Given]:
    """All signs; those of another version of this program are left out."""
    known = {each.value for each in Sign}
    rows = c.execute(select(sign)).all()
    return {Sign(row.name): Given(row.at, row.detail) for row in rows if row.name in known}
