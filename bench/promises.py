"""What keeping promises costs: working time, and sweeps over stores of different sizes in which as many are due."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path

import yaml
from sqlalchemy import select, update

from bench.filled import fill
from daemon.clock import SteppedClock
from daemon.configuration import load_desk
from daemon.desk import Desk
from daemon.schedule import scheduled
from daemon.store import tickets
from daemon.store.database import Store
from daemon.store.migrate import migrate
from daemon.store.schema import ticket
from daemon.sweep import Pace, sweep
from rules.clocks import heard
from rules.hours import hours
from rules.model import Happening
from rules.promises import Calendar

ROUNDS, DUE, FEW, TIMES = 7, 100, 1_000, 20_000
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
LENGTH = timedelta(hours=40)

_PEOPLE = {"engineers": [{"address": "wang@desk.test", "name": "Wang"}], "lead": "wang@desk.test"}
_SETTINGS = {
    "desk": {"address": "support@desk.test"},
    "mailboxes": [
        {"name": "support", "host": "localhost", "username": "x", "tls": "plain", "password": {"env": "NOT_READ"}}
    ],
    "smtp": {"host": "localhost", "tls": "plain"},
    "state_dir": ".",
}


@dataclass(frozen=True, slots=True)
class _Filled:
    """A desk with so many open tickets, of which none is due."""

    store: Store
    desk: Desk
    clock: SteppedClock

    def let_come_due(self, many: int, at: int) -> None:
        """Let so many tickets, from the one at this place on, have waited for a first response long enough."""
        practice = self.desk.practice(self.clock.time)
        with self.store.write() as c:
            for number in c.scalars(select(ticket.c.number).order_by(ticket.c.number).offset(at).limit(many)).all():
                found = tickets.load(c, number)
                assert found is not None
                due = heard(replace(found, clocks=()), practice, Happening.OPENED, NOW - timedelta(days=1))
                tickets.change(c, due, scheduled(due, self.desk, self.clock.time))

    def seconds_of_a_sweep(self) -> float:
        """How long all that is due takes."""
        began = time.perf_counter()
        while sweep(self.store, self.desk, self.clock, Pace()):
            pass
        return time.perf_counter() - began


@contextmanager
def _filled(many: int) -> Iterator[_Filled]:
    with tempfile.TemporaryDirectory(prefix="desk-bench-") as name:
        folder = Path(name)
        (folder / "postdesk.yaml").write_text(yaml.safe_dump(_SETTINGS), "utf-8")
        (folder / "people.yaml").write_text(yaml.safe_dump(_PEOPLE), "utf-8")
        with closing(Store(f"sqlite:///{folder / 'postdesk.db'}")) as store:
            migrate(store)
            fill(store, many)
            with store.write() as c:
                c.execute(update(ticket).values(next_due_at=NOW + timedelta(days=30), assignee="wang@desk.test"))
            yield _Filled(store, load_desk(folder / "postdesk.yaml"), SteppedClock(NOW))


def run(many: int) -> dict[str, float]:
    """Every figure by what it says."""
    with _filled(FEW) as small, _filled(many) as large:
        ratios, rates = [], []
        for number in range(ROUNDS):
            took = []
            for each in (small, large):
                each.let_come_due(DUE, number * DUE)
                took.append(each.seconds_of_a_sweep())
            ratios.append(took[1] / took[0])
            rates.append(DUE / took[1])
    return {
        f"a sweep with {DUE} due: {many:,} open / {FEW:,} open (aim 1.5)": statistics.median(ratios),
        "due tickets decided and recorded per second (aim 300)": statistics.median(rates),
    } | _working_time()


def _working_time() -> dict[str, float]:
    """Microseconds of one computation over China's year, and milliseconds of making its table."""
    week = {"mon-fri": ["09:00-12:00", "13:30-18:00"]}
    declared = Calendar.model_validate({"id": "bench", "name": "bench", "hours": week, "holidays": "CN"})
    began = time.perf_counter()
    desk = hours(declared, "Asia/Shanghai")
    desk.year(NOW.year)
    made = (time.perf_counter() - began) * 1e3
    end = desk.add(NOW, LENGTH)
    work: dict[str, Callable[[], object]] = {
        "add 40 h": lambda: desk.add(NOW, LENGTH),
        "between": lambda: desk.between(NOW, end),
        "3 working days": lambda: desk.working_days_end(NOW, 3),
        "17:00 next": lambda: desk.next_at(NOW, clock_time(17)),
        "next opening": lambda: desk.next_opening(NOW),
    }
    return {"working time: a year's table, ms": made} | {
        f"working time: {name}, µs": _microseconds(each) for name, each in work.items()
    }


def _microseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    for _ in range(TIMES):
        work()
    return (time.perf_counter() - began) / TIMES * 1e6
