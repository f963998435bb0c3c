"""What a world leaves behind to be compared and counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from daemon.store.database import Store
from daemon.store.schema import inbox, outbox, ticket


@dataclass(frozen=True, slots=True)
class Report:
    """What a seed did. `digest` is the same whenever the seed is run."""

    seed: int
    digest: str
    faults: Mapping[str, int]
    totals: Mapping[str, int]


def totals(store: Store, counts: Mapping[str, int]) -> Mapping[str, int]:
    """These counts, and how many rows of each table are in each state."""
    found = dict(counts)
    with store.read() as c:
        for table, column in ((inbox, inbox.c.state), (outbox, outbox.c.state), (ticket, ticket.c.status)):
            for value, count in c.execute(select(column, func.count()).group_by(column)):
                found[f"{table.name} {value}"] = count
    return found
