"""The pulse of a stage: by when it must be heard again, and what it has done so far."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Pulse:
    """Written by the thread of one stage and read by others; instants are seconds of the monotonic clock.

    A stage that begins to work or to wait says by when it will be heard again. One that is silent beyond that, plus
    the patience of whoever asks, stands still. `turns` ended well, `failures` did not; `seconds` were spent on both.
    """

    expected_at: float | None = None
    turns: int = 0
    failures: int = 0
    seconds: float = 0.0

    def expect(self, now: float, seconds: float = 0.0) -> None:
        """The stage lives, and goes on for at most so long before it is heard again."""
        self.expected_at = now + seconds

    def stands_still(self, now: float, patience: float) -> bool:
        """Whether the stage has been silent for longer than it said, by more than `patience` seconds."""
        return self.expected_at is not None and now - self.expected_at > patience
