"""The main thread while the stages work: tells systemd how they are, and takes in what its keeper has changed."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from dataclasses import dataclass

from daemon.office import RECEIVING, Office
from daemon.watching.notify import Notify
from daemon.watching.reload import Reload
from daemon.watching.signals import Signals


@dataclass(slots=True)
class Keeper:
    """Looks at the stages from time to time.

    `watchdog` is how many seconds systemd waits for a sign of life, or None. It gets one only while every stage goes
    on with its work: one that stands still starves it.
    """

    office: Office
    notify: Notify
    watchdog: float | None
    reload: Reload
    signals: Signals
    _reload_asked: bool = False
    _ready: bool = False
    _fed_at: float | None = None
    _said: str = ""

    def look(self) -> None:
        """What there is to do now; never waits for a server, and for the database only to say what came of a reload."""
        self._judge()
        if self.reload.wanted() or self._reload_asked:
            self._reload_asked = False
            self._reload()
        self.reload.say()

    def told_to_stop(self, seconds: float) -> bool:
        """Whether a signal says so within so many seconds; one that asks for a reload ends the wait too."""
        match self.signals.next(seconds):
            case None:
                return False
            case signal.SIGHUP:
                self._reload_asked = True
                return False
            case _:
                self.notify("STOPPING=1")
                return True

    def _judge(self) -> None:
        stuck = self.office.standing_still()
        polled = [each for each in self.office.stages if each.name.startswith(RECEIVING) and each.pulse.turns]
        if polled and not self._ready:
            self._ready = True
            self.notify("READY=1")
        self._say(_status(stuck, len(polled), len(self.office.mailboxes)))
        if not stuck:
            self._feed(self.office.clock.monotonic())

    def _feed(self, now: float) -> None:
        if self.watchdog is not None and (self._fed_at is None or now - self._fed_at >= self.watchdog / 2 - 1):
            self._fed_at = now
            self.notify("WATCHDOG=1")

    def _say(self, words: str) -> None:
        if words != self._said:
            self._said = words
            self.notify(f"STATUS={words}")

    def _reload(self) -> None:
        """The manager matches the two messages by the monotonic time in the first (sd_notify(3), MONOTONIC_USEC)."""
        if self._ready:
            self.notify(f"RELOADING=1\nMONOTONIC_USEC={int(self.office.clock.monotonic() * 1_000_000)}")
        self.reload.take_in()
        if self._ready:
            self.notify("READY=1")


def _status(stuck: Sequence[str], polled: int, mailboxes: int) -> str:
    if stuck:
        return f"Standing still: {', '.join(stuck)}"
    if not polled:
        return "Waiting for the first answer of a mailbox"
    return f"Working; {polled} of {mailboxes} mailboxes have answered"
