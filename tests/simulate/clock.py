"""Time that passes when told, and a wall clock that may be wrong about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


class SimulatedClock:
    """`true` is the world's time; the daemon sees it through a wall clock that steps. Asking is a place to die at."""

    def __init__(self, asked: Callable[[], None]) -> None:
        self.true = START
        self.error = timedelta()
        self._asked = asked

    def now(self) -> datetime:
        self._asked()
        return self.wall

    def monotonic(self) -> float:
        return (self.true - START).total_seconds()

    @property
    def wall(self) -> datetime:
        """What the daemon takes for the time."""
        return self.true + self.error

    def pass_time(self, length: timedelta) -> None:
        """Let time pass for the whole world."""
        self.true += length
