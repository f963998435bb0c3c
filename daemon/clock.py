"""The one place in the house that asks the world for the time."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def rest(self, seconds: float) -> None:
        """Do nothing for a while; for commands that wait for another process."""
        time.sleep(seconds)
