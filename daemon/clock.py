"""The one place in the house that asks the world for the time."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def rest(self, seconds: float) -> None:
        """Do nothing for a while; for commands that wait for another process."""
        time.sleep(seconds)


@dataclass(frozen=True, slots=True)
class FastClock:
    """A clock for demonstrations that runs `rate` times as fast as the machine's: it showed `began_at` at `zero`.

    `zero` is in seconds of the machine's monotonic clock, which all its processes share, so processes that are given
    the same three values read the same time.
    """

    began_at: datetime
    zero: float
    rate: float

    @classmethod
    def starting(cls, began_at: datetime, rate: float) -> FastClock:
        """A clock that shows `began_at` now."""
        return cls(began_at, time.monotonic(), rate)

    @classmethod
    def parse(cls, text: str) -> FastClock:
        """The clock that `str` of it describes. Raises ValueError for any other text."""
        began_at, zero, rate = text.split("/")
        clock = cls(datetime.fromisoformat(began_at), float(zero), float(rate))
        if clock.began_at.tzinfo is None or not 0 < clock.rate <= 100_000:
            raise ValueError("the first moment needs a zone, and the rate lies above 0 and up to 100000")
        return clock

    def __str__(self) -> str:
        return f"{self.began_at.isoformat()}/{self.zero!r}/{self.rate!r}"

    def now(self) -> datetime:
        return self.began_at.astimezone(UTC) + timedelta(seconds=self.monotonic() - self.zero * self.rate)

    def monotonic(self) -> float:
        return time.monotonic() * self.rate


@dataclass(slots=True)
class SteppedClock:
    """A clock that stands still until it is set, for weeks that are lived through in seconds."""

    time: datetime

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()
