"""The threads: each stage in one of its own, woken by the stage before it or by its tick, none held up by another.

A stage that fails rests for a while, longer each time, and says so; the others do not notice.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from daemon.log import Action, log
from daemon.ports import Clock, LoginRefused
from daemon.ticks import Ticks
from daemon.watching.pulse import Pulse

LONGEST_REST_SECONDS = 300.0
LOGIN_REST_SECONDS = 360.0
"""Ten log-ins an hour at the most, so that a wrong password never locks an account."""


class Pause(Protocol):
    """How a stage waits: for `seconds`, or until somebody wakes it."""

    def wait(self, seconds: float) -> bool:
        """Return True when woken, False when the time is over."""

    def wake(self) -> None:
        """End the wait of another thread."""


class Bell:
    """The pause of a stage that waits for another one."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def wait(self, seconds: float) -> bool:
        woken = self._event.wait(seconds)
        self._event.clear()
        return woken

    def wake(self) -> None:
        self._event.set()


class Stage:
    """One stage in one thread. `work` returns True while there may be more to do at once."""

    def __init__(
        self, name: str, every: timedelta, work: Callable[[], bool], pause: Pause, clock: Clock, stop: threading.Event
    ) -> None:
        self.name = name
        self.pulse = Pulse()
        self._work = work
        self._pause = pause
        self._stop = stop
        self._clock = clock
        self._failures = 0
        self._rest = Bell()
        self._ticks = Ticks(name, every, self._run_out, clock)
        self._thread = threading.Thread(target=self._live, name=name, daemon=True)

    def start(self) -> None:
        """Begin with a turn at once."""
        self._thread.start()

    def wake(self) -> None:
        """There may be something to do."""
        self._pause.wake()

    def moving(self) -> None:
        """The stage gets on with a long turn."""
        self.pulse.expect(self._clock.monotonic())

    def stopped(self, seconds: float) -> bool:
        """Wake the stage to see that it is asked to stop; whether it ended within `seconds`."""
        self._rest.wake()
        self._pause.wake()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _live(self) -> None:
        self._guarded(self._ticks.run_now)
        while not self._stop.is_set():
            self._guarded(self._wait_and_run)

    def _wait_and_run(self) -> None:
        seconds = self._ticks.seconds_left()
        self.pulse.expect(self._clock.monotonic(), seconds)
        woken = self._pause.wait(seconds)
        if self._stop.is_set():
            return
        if woken:
            self._ticks.run_now()
        else:
            self._ticks.run_due()

    def _run_out(self) -> None:
        began = self._clock.monotonic()
        self.moving()
        try:
            while not self._stop.is_set() and self._work():
                self.moving()
        finally:
            self.pulse.seconds += self._clock.monotonic() - began
        self.pulse.turns += 1
        self._failures = 0

    def _guarded(self, turn: Callable[[], None]) -> None:
        try:
            turn()
        except Exception as error:  # noqa: BLE001 - A stage outlives whatever its turn met; the next turn starts afresh.
            if not self._stop.is_set():
                self._rest_after(error)

    def _rest_after(self, error: Exception) -> None:
        self._failures += 1
        self.pulse.failures += 1
        refused = isinstance(error, LoginRefused)
        seconds = LOGIN_REST_SECONDS if refused else min(2.0 ** (self._failures - 1), LONGEST_REST_SECONDS)
        action = Action.LOGIN_REFUSED if refused else Action.STAGE_FAILED
        log(action, stage=self.name, error=type(error).__name__, count=self._failures, seconds=seconds)
        self.pulse.expect(self._clock.monotonic(), seconds)
        self._rest.wait(seconds)
