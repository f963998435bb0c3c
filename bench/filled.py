"""A store that looks as if it had been at work for years."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from daemon.store import tickets
from daemon.store.database import Store
from daemon.store.schedules import AT_REST
from daemon.store.schema import blob, journal, message_id, outbox, ticket
from daemon.store.schema import inbox as inbox_table
from rules.model import Status, Ticket


def fill(store: Store, many: int) -> None:
    """Put in so many tickets, each with its mail, its journal and its acknowledgement."""
    start = datetime(2025, 1, 1, tzinfo=UTC)
    with store.write() as c:
        for first in range(0, many, 5_000):
            numbers = [f"TS-2025{n // 100_000:04d}-{n:06d}" for n in range(first, min(first + 5_000, many))]
            opened = [_old_ticket(number, start + timedelta(minutes=first)) for number in numbers]
            c.execute(insert(blob), [{"sha256": n, "size": 1, "coding": "plain", "content": b"x"} for n in numbers])
            c.execute(insert(ticket), [tickets.values_of(each) | asdict(AT_REST) for each in opened])
            c.execute(insert(message_id), [{"message_id": f"{n}@old.test", "ticket_number": n} for n in numbers])
            c.execute(insert(inbox_table), [_old_mail(n, at) for at, n in enumerate(numbers, first)])
            c.execute(insert(journal), [_old_entry(n, start) for n in numbers])
            c.execute(insert(outbox), [_old_notice(n, start) for n in numbers])


def _old_ticket(number: str, at: datetime) -> Ticket:
    who = f"{number.lower()}@old.test"
    return Ticket(number, "support", Status.OPEN, "old", who, "", (who,), "en", "other", "P3", None, (), opened_at=at)


def _old_mail(number: str, uid: int) -> dict[str, Any]:
    at = datetime(2025, 1, 1, tzinfo=UTC)
    return {
        "mailbox": "support", "folder": "INBOX", "uidvalidity": 1, "uid": uid, "raw_sha256": number, "size": 1,
        "whole": True, "silent": False, "arrived_at": at, "received_at": at, "state": "done", "attempts": 1,
        "next_at": at, "fingerprint": number, "message_id": f"{number}@old.test", "ticket_number": number,
    }  # fmt: skip


def _old_entry(number: str, at: datetime) -> dict[str, Any]:
    return {"ticket_number": number, "at": at, "kind": "remark", "body": {"what": "old", "detail": ""}, "policy": ""}


def _old_notice(number: str, at: datetime) -> dict[str, Any]:
    return {
        "ticket_number": number, "kind": "acknowledgement", "key": number, "audience": "customer", "automatic": True,
        "reverse_path": "", "recipient": f"{number.lower()}@old.test", "message_id": f"{number}@desk.test",
        "raw_sha256": number, "state": "sent", "attempts": 1, "unknown_attempts": 0, "created_at": at, "next_at": at,
        "lease_epoch": 1,
    }  # fmt: skip
