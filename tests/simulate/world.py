"""The whole world of one seed: its people, servers, faults and clock, and the daemon in the middle."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Self

from sqlalchemy import select

from daemon.store.database import Store
from daemon.store.schema import metadata, ticket
from tests.simulate.aftermath import Violation, hold
from tests.simulate.clock import SimulatedClock
from tests.simulate.desk import desk, kept_as
from tests.simulate.faults import Crash, Disk, Faults, Meanwhile
from tests.simulate.invariants import Invariants
from tests.simulate.letters import Kind, Letter
from tests.simulate.mailbox import ImapServer, SimulatedMailbox
from tests.simulate.people import REFUSED, Society
from tests.simulate.process import STAGES, Ear, InPlaceReader, Process
from tests.simulate.relay import Copy, Relay, SimulatedTransport
from tests.simulate.report import Report, totals

STEPS = 120
SETTLING_MINUTES = (20, 75, 75, 13 * 60, 13 * 60, 75, 20, 20)
"""Long enough for every retry and for the longest first response; programs answer in the first one alone."""
ROUNDS = 150
"""A daemon that has not come to rest after so many rounds never will."""

_RESTING = {"receive": "0 ", "triage": "0", "sweep": "0", "deliver": "False"}
_TROUBLES = ("MailboxDown", "MailboxError", "Unreachable")


class World:
    """Everything that one seed determines; `only` restricts the faults to those whose name begins so."""

    def __init__(self, seed: int, only: str = "") -> None:
        self.seed = seed
        self.rng = Random(seed)
        self.faults = Faults(self.rng, only)
        self.clock = SimulatedClock(lambda: self.faults.may_crash("asking the time", 0.0002))
        self.server = ImapServer()
        self.relay = Relay(self._accepted)
        self.relay.refused = REFUSED
        self.society = Society(self.rng, self._posted)
        self.letters: dict[str, Letter] = {}
        self.events: list[str] = []
        self.ear = Ear()
        self._on_its_way: list[tuple[datetime, int, bytes]] = []
        self.store = Store("sqlite://")
        self.disk = Disk(self.store, self.faults)
        with self.faults.silent():
            metadata.create_all(self.store.engine)
        self.invariants = Invariants(self.store, desk(), self.letters, self.relay, self.clock)
        self.process = self._started()

    def __enter__(self) -> Self:
        self.ear.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing of the world is left."""
        self.faults.dead = True
        self.process.end()
        self.store.close()
        self.ear.__exit__()

    def run(self) -> Report:
        """Live through all steps, come to rest, and look back. Raises `Violation`."""
        self._first_contact()
        for _ in range(STEPS):
            self._step()
            self._check()
        self._settle()
        digest = hashlib.sha256("\n".join(self.events).encode()).hexdigest()
        counts = {"letters": self.society.written, "copies": len(self.relay.copies)}
        return Report(self.seed, digest, dict(self.faults.counts), totals(self.store, counts))

    # The daemon's lives ----------------------------------------------------------------------------------------------

    def _started(self) -> Process:
        """A new process; one that dies while it starts is followed by the next."""
        while True:
            try:
                return self._born()
            except (Crash, Exception) as error:
                self.faults.dead = False
                self.note(f"start failed: {type(error).__name__}")

    def _born(self) -> Process:
        def transport(stop: Meanwhile) -> SimulatedTransport:
            return SimulatedTransport(self.relay, self.faults, self.rng, self.clock, self._meanwhile, stop)

        mailbox = SimulatedMailbox(self.server, self.faults, self.rng, self._meanwhile)
        reader = InPlaceReader(desk().settings.limits.reading, self.faults, self._meanwhile)
        return Process(self.store, desk(), mailbox, reader, self.clock, transport)

    def turn(self, stage: str) -> str:
        """A stage's turn; if the process ends in it, a new one is started."""
        breaks = self.faults.breaks
        try:
            came = self.process.turn(stage)
        except Crash as crash:
            came = f"crash {crash}"
        self.note(f"{stage}: {came}")
        if self.faults.dead or self.process.stopping:
            self.process.end()
            self.faults.dead = False
            self.process = self._started()
        with self.faults.silent():
            if stage == "deliver":
                self.invariants.after_delivery(broken=self.faults.breaks > breaks)
            if stage == "sweep" and came == "0":
                self.invariants.after_sweeping()
        return came

    def _meanwhile(self) -> None:
        """The world while a stage waits for a server: no transaction is open then."""
        hold(not self.disk.in_transaction, "a transaction is open while talking to a server")
        if self.rng.random() < 0.5:
            self._somebody_acts()
        else:
            stage = self.rng.choice(STAGES)
            self.note(f"meanwhile {stage}: {self.process.turn(stage)}")

    def rest(self) -> None:
        """Run all stages until they find nothing more."""
        came: dict[str, str] = {}
        for _ in range(ROUNDS):
            came = {stage: self.turn(stage) for stage in self.rng.sample(STAGES, len(STAGES))}
            troubled = self.server.down or self.server.read_only or self.relay.down
            quiet = (
                text.startswith(_RESTING[stage]) or (troubled and text in _TROUBLES) for stage, text in came.items()
            )
            if all(quiet):
                return
        raise Violation(f"the daemon does not come to rest: {came}")

    # What happens ----------------------------------------------------------------------------------------------------

    def _first_contact(self) -> None:
        """Some mail was there before the desk: it becomes tickets without a word to anybody, and stays in its place."""
        for _ in range(self.rng.randrange(3)):
            self.society.customer_opens()
        self._old = set(self.letters)
        self._pass_time(timedelta(days=1))
        with self.faults.silent():
            self.turn("receive")

    def _step(self) -> None:
        step = self.rng.choices(tuple(_STEPS), tuple(_STEPS.values()))[0]
        getattr(self, f"_{step}")()

    def _somebody_acts(self) -> None:
        act = self.rng.choices(tuple(_ACTS), tuple(_ACTS.values()))[0]
        if not (self.faults.only and act == "somebody_sends_poison"):
            getattr(self.society, act)()

    def _stage_turns(self) -> None:
        self.turn(self.rng.choice(STAGES))

    def _all_stages_turn(self) -> None:
        for stage in STAGES:
            self.turn(stage)

    def _time_passes(self) -> None:
        minutes = self.rng.choice((1, 5, 16, 31, 61, 120, self.rng.randint(120, 1800)))
        self._pass_time(timedelta(minutes=minutes))

    def _outage(self) -> None:
        """The daemon is down for up to two days, while people go on writing; what was missed is made good at once."""
        for _ in range(self.rng.randint(1, 8)):
            self._somebody_acts()
            self._pass_time(timedelta(hours=self.rng.randint(1, 8)))
        self.note("outage")
        self.process.end()
        self.process = self._started()
        until = self.clock.true
        self.rest()
        with self.faults.silent():
            self.invariants.after_outage(until)

    def _clock_steps(self) -> None:
        """The wall clock is set wrong by an hour, or right again."""
        self.clock.error = timedelta() if self.clock.error else timedelta(hours=self.rng.choice((-1, 1)))
        self.faults.counts["clock step"] += 1

    def _others_use_the_mailbox(self) -> None:
        self.faults.counts[self.server.used_by_others(self.rng)] += 1

    def _server_troubles(self) -> None:
        """A server goes down or up again."""
        match self.rng.randrange(3):
            case 0:
                self.server.down = not self.server.down
            case 1:
                self.server.read_only = not self.server.read_only
            case _:
                self.relay.down = not self.relay.down
        self.faults.counts["server down, read-only or up"] += 1

    def _pass_time(self, length: timedelta) -> None:
        self.clock.pass_time(length)
        while self._on_its_way and self._on_its_way[0][0] <= self.clock.true:
            at, _, raw = heapq.heappop(self._on_its_way)
            self.server.deliver(raw, at)

    def _posted(self, letter: Letter) -> None:
        self.note(f"posted {letter.mark}")
        copies = [letter.raw]
        if self.faults.happens("delivered twice", 0.06):
            alias = letter.kind is not Kind.ODD and self.rng.random() < 0.5
            copies.append(b"Delivered-To: alias@desk.test\r\n" + letter.raw if alias else letter.raw)
        for raw in copies:
            self.letters.setdefault(kept_as(raw), letter)
            delay = timedelta(minutes=self.rng.choice((0, 0, 0, 2, 9)))
            if delay:
                heapq.heappush(self._on_its_way, (self.clock.true + delay, len(self.events), raw))
            else:
                self.server.deliver(raw, self.clock.true)

    def _accepted(self, copy: Copy) -> None:
        self.note(f"accepted {copy.message_id}")
        self.society.read(copy)

    def note(self, event: str) -> None:
        """Add to the log of events."""
        self.events.append(f"{self.clock.true:%d %H:%M} {event}")

    # Looking at it ---------------------------------------------------------------------------------------------------

    def _check(self) -> None:
        with self.faults.silent():
            self.invariants.after_step()
        for action, fields in self.ear.lines:
            hold("@" not in repr(fields), f"the log line {action} holds an address")
            wrong = action in {"ticket-due-failed", "wording-fell-back"}
            hold(not wrong, f"{action}: {fields}")
            failed = action in {"mail-failed", "mail-quarantined"}
            hold(not failed or fields.get("error", "NotRead") == "NotRead", f"{action}: {fields}")
        self.ear.lines.clear()

    def _settle(self) -> None:
        """No faults any more: whatever was begun ends."""
        self.faults.on = False
        self.server.down = self.server.read_only = self.relay.down = False
        self.clock.error = timedelta()
        self.rest()
        with self.store.read() as c:
            open_ones = c.scalars(select(ticket.c.number).where(ticket.c.status != "closed")).all()
        self.society.engineers_close_what_is_open([number for number in open_ones if self.rng.random() < 0.7])
        for minutes in SETTLING_MINUTES:
            self._pass_time(timedelta(minutes=minutes))
            self.rest()
            self._check()
            self.society.asleep = True
        away = {kept_as(raw) for raw in self.server.taken_away}
        left = {kept_as(held.raw) for held in self.server.inbox.values()}
        self.invariants.at_end([name for name in self.letters if name not in away], left - self._old)


def run(seed: int) -> Report:
    """The life of one world from beginning to end. Raises `Violation`."""
    with World(seed) as world:
        return world.run()


_STEPS: Mapping[str, float] = {
    "somebody_acts": 34,
    "stage_turns": 22,
    "all_stages_turn": 14,
    "time_passes": 18,
    "outage": 0.8,
    "clock_steps": 1.5,
    "others_use_the_mailbox": 5,
    "server_troubles": 2,
}

_ACTS: Mapping[str, float] = {
    "customer_opens": 20,
    "customer_replies": 16,
    "customer_writes_to_the_desk_by_number": 3,
    "stranger_names_a_number": 3,
    "stranger_uses_a_token": 3,
    "customer_breaks_the_format": 3,
    "somebody_sends_too_much": 1,
    "somebody_sends_poison": 0.7,
    "machine_writes": 8,
    "engineer_answers": 12,
    "engineer_closes": 7,
    "engineer_assigns": 2,
    "engineer_orders": 6,
    "engineer_errs": 4,
    "engineer_is_away": 2,
    "somebody_forges_an_engineer": 3,
}
