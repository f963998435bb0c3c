"""A year of a desk in a zone that changes its clocks: two outages across those changes, and another policy in between.

`python -m tests.simulate.year --tickets 2000` lives through it at full size; the tests live through a smaller one. The
stages are the real ones, over a real SQLite store in memory; nothing fails but what the story says.
"""

from __future__ import annotations

import argparse
import heapq
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from sqlalchemy import func, select

from daemon.desk import Desk
from daemon.policies import load_policy
from daemon.schedule import take_effect
from daemon.store.database import Store
from daemon.store.schema import metadata, outbox, ticket
from rules.policy import Policy
from tests.letters import answer, letter
from tests.simulate.aftermath import hold
from tests.simulate.clock import SimulatedClock
from tests.simulate.desk import desk
from tests.simulate.faults import Faults
from tests.simulate.mailbox import ImapServer, SimulatedMailbox
from tests.simulate.process import Ear, InPlaceReader, Process
from tests.simulate.relay import Copy, Relay, SimulatedTransport
from tests.simulate.verdict import Verdict

PACK, ZONE = "fault-and-demand", "Europe/Berlin"
BEGIN, END = datetime(2026, 1, 5, tzinfo=UTC), datetime(2027, 1, 5, tzinfo=UTC)
OUTAGES = (
    (datetime(2026, 3, 28, 20, 0, tzinfo=UTC), datetime(2026, 3, 30, 6, 0, tzinfo=UTC)),
    (datetime(2026, 10, 24, 20, 0, tzinfo=UTC), datetime(2026, 10, 26, 22, 0, tzinfo=UTC)),
)
"""Each contains the hour in which Berlin changes its clocks."""
CHANGED_AT = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
BAD_DAYS = (OUTAGES[0], (CHANGED_AT, CHANGED_AT), OUTAGES[1])
"""Before each of these a quarter of all requests comes within hours, and nobody answers until it is over."""
BAD_HOURS = timedelta(hours=6)

SWEEP_SECONDS = 15
_ASKED = (
    ("Report is wrong", "One total is off."),
    ("新需求：批量导入", "希望能增加批量导入客户资料的功能。"),
    ("报表打不开", "点击月报表后页面一直白屏。"),
)
_OUTAGE = ("System is down", "All users are affected, nobody can log in.")
_OUTAGES_PER_REQUEST = 0.03


class Year:
    """The life of one desk with so many requests, drawn from a seed."""

    def __init__(self, tickets: int, seed: int) -> None:
        self._rng = Random(seed)
        self._clock = SimulatedClock(lambda: None)
        self._clock.true = BEGIN
        self._server, self._relay, self._ear = ImapServer(), Relay(self._accepted), Ear()
        self._store = Store("sqlite://")
        metadata.create_all(self._store.engine)
        self._per_minute = max(5, tickets // 40)
        self._desk = _in_zone(desk(), load_policy(PACK), self._per_minute)
        self.verdict = Verdict(self._store, self._relay)
        self._agenda: list[tuple[datetime, int, bytes]] = []
        self._posted = 0
        self._swept: deque[datetime] = deque()
        for serial in range(tickets):
            self._plan(self._some_day(), letter(f"ann{serial}@customer.test", *self._asked()))

    def live(self) -> None:
        """All of it. Raises `Violation`."""
        with self._ear:
            with self._process() as process:
                self._work_until(OUTAGES[0][0], process)
            self._clock.true = OUTAGES[0][1]
            with self._process() as process:
                self._work_until(CHANGED_AT, process)
                self._change_policy(process)
                self._work_until(OUTAGES[1][0], process)
            self._clock.true = OUTAGES[1][1]
            with self._process() as process:
                self._work_until(END, process)
        self.verdict.at_end(self._desk, self._posted)
        self._store.close()

    # The desk --------------------------------------------------------------------------------------------------------

    def _work_until(self, end: datetime, process: Process) -> None:
        self._turn_all(process)
        self._catch_up(process)
        while (at := self._next()) < end:
            self._clock.true = at
            self._turn_all(process)
        self._clock.true = end

    def _catch_up(self, process: Process) -> None:
        """What was missed is made up for at the set pace, and each reader of a ticket hears of it once."""
        since, waiting = self._clock.true, self._due()
        while self._due():
            self._clock.true += timedelta(seconds=SWEEP_SECONDS)
            self._turn_all(process)
        needed = timedelta(minutes=waiting // self._per_minute + 2)
        hold(self._clock.true - since <= needed, f"{waiting} due tickets took until {self._clock.true}")
        self.verdict.after_pause(since, self._clock.true, self._desk)

    def _change_policy(self, process: Process) -> None:
        """All durations are halved; whatever is overdue by that is told now."""
        self.verdict.changed(self._desk, self._clock.true)
        self._desk = process.office.desk = replace(self._desk, policy=_stricter(self._desk.policy))
        take_effect(self._store, self._desk, self._clock)

    @contextmanager
    def _process(self) -> Iterator[Process]:
        """A new process of the daemon, which brings its version into force as `run` does."""
        faults = Faults(self._rng)
        faults.on = False
        take_effect(self._store, self._desk, self._clock)
        mailbox = SimulatedMailbox(self._server, faults, self._rng, lambda: None)
        reader = InPlaceReader(self._desk.settings.limits.reading, faults, lambda: None)

        def transport(stop: object) -> SimulatedTransport:
            return SimulatedTransport(self._relay, faults, self._rng, self._clock, lambda: None, lambda: None)

        process = Process(self._store, self._desk, mailbox, reader, self._clock, transport)
        yield process
        process.end()

    def _turn_all(self, process: Process) -> None:
        while self._agenda and self._agenda[0][0] <= self._clock.true:
            at, _, raw = heapq.heappop(self._agenda)
            self._server.deliver(raw, at)
            self._posted += 1
        while self._server.inbox:
            _well(process.turn("receive"))
        while _well(process.turn("triage")) != "0":
            pass
        self._sweep(process)
        while _well(process.turn("deliver")) != "False":
            pass

    def _sweep(self, process: Process) -> None:
        while _well(process.turn("sweep")) != "0":
            pass
        now = self._clock.true
        self._swept.extend([now] * sum(event == "ticket-due" for event, _ in self._ear.lines))
        self._ear.lines.clear()
        while self._swept and self._swept[0] <= now - timedelta(minutes=1):
            self._swept.popleft()
        hold(len(self._swept) <= self._per_minute, f"{len(self._swept)} tickets were told of within a minute")

    def _due(self) -> int:
        with self._store.read() as c:
            come = select(func.count()).where(ticket.c.next_due_at <= self._clock.true)
            return c.execute(come).scalar_one()

    def _next(self) -> datetime:
        """When there is next something to do."""
        with self._store.read() as c:
            due_at = c.scalar(select(func.min(ticket.c.next_due_at)))
        waits = [self._agenda[0][0]] if self._agenda else []
        if due_at is not None:
            waits.append(max(due_at, self._clock.true + timedelta(seconds=SWEEP_SECONDS)))
        return min(waits, default=END)

    # The people ------------------------------------------------------------------------------------------------------

    def _some_day(self) -> datetime:
        if self._rng.random() < 0.75:
            return self._rng.choice(BAD_DAYS)[0] - self._rng.random() * BAD_HOURS
        return BEGIN + self._rng.random() * timedelta(days=355)

    def _asked(self) -> tuple[str, str]:
        return _OUTAGE if self._rng.random() < _OUTAGES_PER_REQUEST else self._rng.choice(_ASKED)

    def _plan(self, at: datetime, raw: bytes) -> None:
        heapq.heappush(self._agenda, (at, len(self._agenda) + self._posted, raw))

    def _accepted(self, copy: Copy) -> None:
        """An engineer answers a new request and closes it later, and again if need be; a customer may answer back."""
        free = next((end for start, end in BAD_DAYS if start - BAD_HOURS <= copy.at < start), copy.at)
        after = free + self._patience()
        match self._kind(copy):
            case "new_ticket":
                if self._rng.random() < 0.9:
                    self._plan(after, answer(copy.message, copy.recipient, "We look into it."))
                self._plan(after + self._patience(), answer(copy.message, copy.recipient, "#close\nIt is mended."))
            case "customer_replied":
                self._plan(after, answer(copy.message, copy.recipient, "#close\nNow it is mended."))
            case "reply" if self._rng.random() < 0.3:
                self._plan(after, answer(copy.message, copy.recipient, "It still does not work."))

    def _kind(self, copy: Copy) -> str:
        with self._store.read() as c:
            kind: str = c.execute(select(outbox.c.kind).where(outbox.c.message_id == copy.message_id)).scalar_one()
        return kind

    def _patience(self) -> timedelta:
        """Most are quick, some take days."""
        return timedelta(minutes=self._rng.choice((5, 10, 20, 40, 60, 120, 240, 900)) * (1 + self._rng.random()))


def _well(came: str) -> str:
    """What came of a turn in which nothing may fail."""
    hold(came in {"True", "False"} or came.split(maxsplit=1)[0].isdigit(), f"a turn failed: {came}")
    return came


def _in_zone(ours: Desk, policy: Policy, per_minute: int) -> Desk:
    settings = ours.settings
    zoned = settings.desk.model_copy(update={"timezone": ZONE})
    paced = settings.sweep.model_copy(update={"per_minute": per_minute, "batch": 100})
    changed = {"desk": zoned, "sweep": paced, "deliver": settings.deliver.model_copy(update={"batch": 50})}
    return replace(ours, settings=settings.model_copy(update=changed), policy=policy)


def _stricter(policy: Policy) -> Policy:
    def halved(target: object) -> object:
        return target / 2 if isinstance(target, timedelta) else target

    clocks = tuple(
        clock.model_copy(update={"target": {priority: halved(each) for priority, each in clock.target.items()}})
        for clock in policy.clocks
    )
    return policy.model_copy(update={"clocks": clocks, "digest": "f" * 64})


def main(words: Sequence[str]) -> int:
    """Live through one year and say what came of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulate.year", description=__doc__)
    parser.add_argument("--tickets", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(words)
    began, year = time.perf_counter(), Year(asked.tickets, asked.seed)
    year.live()
    print(f"{year.verdict} in {time.perf_counter() - began:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
