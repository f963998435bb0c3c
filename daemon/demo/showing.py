"""The demo itself: opens the world, starts the real daemon, lets the stories happen, and ends everything again."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from daemon.clock import FastClock, SystemClock
from daemon.demo.cast import ALIASES, DESK, ELSEWHERE, ENGINEERS, GREYLISTING, NEVER_ANSWERED, customers
from daemon.demo.clients import CHINA
from daemon.demo.live import Live
from daemon.demo.mailroom import Mailroom, Missed
from daemon.demo.play import Play, Submitted
from daemon.demo.premises import PASSWORD, Premises
from daemon.demo.report import unfinished
from daemon.demo.stories import STORIES, before_the_desk_opens
from daemon.demo.world import Leaving, World
from daemon.settings import load_settings
from daemon.store import outbox
from daemon.store.database import Store
from parsers.reading import read
from rules.policy import Policy

RATE = 600.0
"""A second of the demo is ten minutes: a morning's promises come due while one watches."""

LONGEST_SECONDS = 90.0
"""When a play that goes on is given up; an idle machine needs a third of it."""

START_SECONDS = 20.0
STOP_SECONDS = 20.0
_OPENING = timedelta(hours=8, minutes=30)


@dataclass(slots=True)
class Showing:
    """One performance: what was missed, what the desk sent, and the clock that it lived by."""

    premises: Premises
    clock: FastClock
    live: Live
    missed: list[str] = field(default_factory=list)
    left: list[Leaving] = field(default_factory=list)
    _events: queue.Queue[Submitted | Leaving] = field(default_factory=queue.Queue)
    _over: threading.Event = field(default_factory=threading.Event)
    _ends_at: float = 0.0

    def perform(self, policy: Policy, pack: str) -> Store:
        """Run it to its end. What did not happen is in `missed`; the store, which stays open, tells the rest."""
        clock = SystemClock()
        self._ends_at = clock.monotonic() + LONGEST_SECONDS
        addresses = [each.address for each in (DESK, *(one.person for one in ENGINEERS), *customers())]
        with ExitStack() as stack:
            world = World(
                dict.fromkeys(addresses, PASSWORD), ALIASES, GREYLISTING, ELSEWHERE, self.clock, self._events.put
            )
            ports = stack.enter_context(world.running())
            self.premises.furnish(policy, pack, ports)
            store = Store(load_settings(self.premises.config).database_url)
            mailroom = Mailroom(ports.imap, addresses[1:], self._seconds_left, self._over)
            stack.enter_context(mailroom.open())
            play = Play(self.clock, ports.mx, mailroom, _KindOf(store), self._events.put, _tells_progress(policy))
            before_the_desk_opens(play)
            daemon = stack.enter_context(self._daemon())
            self._live_through(play, daemon, store)
        self._check()
        return store

    def _seconds_left(self) -> float:
        return max(0.0, self._ends_at - SystemClock().monotonic())

    # The daemon ------------------------------------------------------------------------------------------------------

    @contextmanager
    def _daemon(self) -> Iterator[subprocess.Popen[bytes]]:
        """The real one, in a process of its own, from the moment that it says it has started."""
        words = [sys.executable, "-m", "daemon", "run", "--config", str(self.premises.config)]
        place = {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])}
        with self.premises.log.open("wb") as log:
            daemon = subprocess.Popen(  # noqa: S603  # our own interpreter and package
                [*words, "--demo-clock", str(self.clock)], stderr=log, stdout=log, env={**os.environ, **place}
            )
        try:
            self._wait_for_start(daemon)
            yield daemon
        finally:
            self._end(daemon)

    def _wait_for_start(self, daemon: subprocess.Popen[bytes]) -> None:
        for _ in range(int(START_SECONDS / 0.1)):
            if b"started" in self.premises.log.read_bytes():
                return
            if daemon.poll() is not None:
                raise Missed("the daemon did not get as far as its first log line")
            self._over.wait(0.1)
        raise Missed(f"the daemon did not start within {START_SECONDS:.0f} s")

    def _end(self, daemon: subprocess.Popen[bytes]) -> None:
        if daemon.poll() is not None:
            self.missed.insert(0, f"the daemon ended by itself with status {daemon.returncode}")
            return
        daemon.send_signal(signal.SIGTERM)
        try:
            status = daemon.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            daemon.kill()
            status = daemon.wait()
            self.missed.append(f"the daemon did not stop within {STOP_SECONDS:.0f} s of SIGTERM")
            return
        if status != 0:
            self.missed.append(f"the daemon ended with status {status} when it was asked to")

    # The stories -----------------------------------------------------------------------------------------------------

    def _live_through(self, play: Play, daemon: subprocess.Popen[bytes], store: Store) -> None:
        while daemon.poll() is None and self._seconds_left() and not self._quiet(store):
            self._show(play)
        with ThreadPoolExecutor(len(STORIES), thread_name_prefix="story") as pool:
            stories = {name: pool.submit(story, play) for name, story in STORIES.items()}
            try:
                while not self._ended(stories.values(), daemon, store):
                    self._show(play)
            finally:
                play.end()
        self._show(play)
        if play.mailroom.fault:
            self.missed.append(play.mailroom.fault)
        for name, story in stories.items():
            error = story.exception()
            if isinstance(error, Missed):
                self.missed.append(str(error))
            elif error is not None:
                self.missed.append(f"the story “{name}” broke off: {error!r}")

    def _ended(self, stories: Collection[Future[None]], daemon: subprocess.Popen[bytes], store: Store) -> bool:
        if daemon.poll() is not None or self._seconds_left() == 0:
            return True
        done = all(story.done() for story in stories)
        return done and (self._over.is_set() or any(s.exception() for s in stories) or self._quiet(store))

    def _quiet(self, store: Store) -> bool:
        """Whether everything that happened so far has been shown, decided and sent."""
        return self._events.empty() and unfinished(store, self.live.came) is None

    def _show(self, play: Play) -> None:
        """Tell what has happened, and let those know who wait for it."""
        try:
            event = self._events.get(timeout=0.1)
        except queue.Empty:
            return
        if isinstance(event, Submitted):
            self.live.arrived(self.clock.now(), event.sender.address, event.posted.subject)
            return
        self.left.append(event)
        play.leaves(event)
        mail = read(event.raw).mail
        self.live.sent(event.at, event.recipient, play.kind_of(mail.message_id or ""), mail.subject)

    def _check(self) -> None:
        answered = {leaving.recipient for leaving in self.left} & set(NEVER_ANSWERED)
        self.missed += [f"{address} must never get a mail, and got one" for address in sorted(answered)]


@dataclass(frozen=True, slots=True)
class _KindOf:
    """The kind of notice that the desk's outbox holds under a Message-ID."""

    store: Store

    def __call__(self, message_id: str) -> str:
        with self.store.read() as c:
            number = outbox.ticket_by_message_id(c, message_id)
            rows = outbox.of_ticket(c, number) if number else ()
        return next((str(row.kind) for row in rows if row.message_id == message_id), "")


def _tells_progress(policy: Policy) -> bool:
    return any(act.notice == "progress" for clock in policy.clocks for act in clock.on_due)


def opening_time(now: datetime) -> datetime:
    """Half past eight in China on the last working day that has begun."""
    day = now.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=max(0, day.weekday() - 4)) + _OPENING
