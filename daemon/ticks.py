"""When a stage's turn comes: its `schedule` tick, kept honest when the wall clock steps.

`schedule` reckons in local wall-clock time, so after a step back of an hour, or when summer time ends, it would be
silent for an hour. The monotonic clock shows that a turn is owed, and the tick is set anew.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import schedule

from daemon.log import Action, log
from daemon.ports import Clock

STEP_SECONDS = 30.0
"""Wall and monotonic clock drifting apart by more than this between two looks is a step, not a correction."""


class Ticks:
    """The turns of one stage."""

    def __init__(self, stage: str, every: timedelta, work: Callable[[], None], clock: Clock) -> None:
        self._stage = stage
        self._every = every.total_seconds()
        self._work = work
        self._clock = clock
        self._scheduler = schedule.Scheduler()
        self._offset = self._now_offset()
        self._turned_at = clock.monotonic()
        self._set()

    def run_now(self) -> None:
        """Work at once; the next tick is a whole interval away."""
        self._scheduler.run_all()

    def run_due(self) -> None:
        """Work if the tick has come, or if the clock stepped meanwhile."""
        offset = self._now_offset()
        stepped = offset - self._offset
        self._offset = offset
        if abs(stepped) > STEP_SECONDS:
            log(Action.CLOCK_STEPPED, stage=self._stage, seconds=round(stepped))
            self._start_anew()
        elif self.seconds_left() > 0 and self._clock.monotonic() - self._turned_at >= self._every:
            self._start_anew()
        else:
            self._scheduler.run_pending()

    def _start_anew(self) -> None:
        self._scheduler.clear()
        self._set()
        self.run_now()

    def _turn(self) -> None:
        self._turned_at = self._clock.monotonic()
        self._work()

    def seconds_left(self) -> float:
        """Until the next tick; never more than one interval, so that a step is noticed in time."""
        idle = self._scheduler.idle_seconds
        return min(max(idle or 0.0, 0.0), self._every)

    def _set(self) -> None:
        self._scheduler.every(max(1, round(self._every))).seconds.do(self._turn)

    def _now_offset(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic()
