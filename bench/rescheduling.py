"""What a changed policy costs: every open ticket of a large desk reckoned anew, batch by batch."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from daemon.clock import SystemClock
from daemon.policies import load_policy
from daemon.schedule import reschedule, take_effect
from daemon.store import tickets
from daemon.store.database import Store
from daemon.store.migrate import migrate
from daemon.store.schedules import Schedule
from rules.clocks import heard
from rules.model import Happening, Status, Ticket
from rules.practice import Practice
from tests.simulate.desk import desk

PACK = "response-handbook"
OPENED_AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def run(many: int) -> dict[str, float]:
    """The whole of it, and how long a batch takes: others write between two, and while the second is reckoned."""
    ours, clock = replace(desk(), policy=load_policy(PACK)), SystemClock()
    with tempfile.TemporaryDirectory(prefix="desk-bench-") as folder:
        store = Store(f"sqlite:///{Path(folder) / 'postdesk.db'}")
        migrate(store)
        with store.write() as c:
            for each in _opened(many, ours.practice(OPENED_AT)):
                tickets.open_new(c, each, Schedule(OPENED_AT, "another version"))
        take_effect(store, ours, clock)
        lengths: list[float] = []
        began, cpu = time.perf_counter(), time.process_time()
        while reschedule(store, ours, clock):
            lengths.append(time.perf_counter() - began - sum(lengths))
        cpu = time.process_time() - cpu
        store.close()
    return {
        f"rescheduling {many:,} open tickets, s": sum(lengths),
        f"rescheduling {many:,} open tickets, CPU s": cpu,
        "rescheduled tickets a second": many / sum(lengths),
        "one batch of them, median ms": 1000 * statistics.median(lengths),
        "one batch of them, longest ms": 1000 * max(lengths),
    }


def _opened(many: int, practice: Practice) -> Iterator[Ticket]:
    """Tickets of every priority, opened one a minute, whose clocks run."""
    priorities = [priority.id for priority in practice.policy.priorities]
    for serial in range(many):
        who, at = f"ann{serial}@customer.test", OPENED_AT + timedelta(minutes=serial % 500)
        ticket = Ticket(
            number=f"TS-20260302-{serial:06d}",
            mailbox="support",
            status=Status.NEW,
            subject="The printer is down",
            requester=who,
            requester_name="Ann",
            participants=(who,),
            language="en",
            category=practice.policy.categories[serial % len(practice.policy.categories)].id,
            priority=priorities[serial % len(priorities)],
            assignee="Wang@desk.test",
            tags=(),
            opened_at=at,
        )
        yield heard(ticket, replace(practice, now=at), Happening.OPENED, at)
