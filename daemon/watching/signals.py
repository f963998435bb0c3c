"""What the outside asks for by signals, kept until the main thread comes to see to it.

A handler runs in the main thread between any two of its steps, also while that holds a lock. One that takes the same
lock, as setting an `Event` does on which the main thread waits, would wait for ever; putting into a `SimpleQueue` takes
none.
"""

from __future__ import annotations

import signal
from queue import Empty, SimpleQueue
from types import FrameType


class Signals:
    """Catches these signals from now on."""

    def __init__(self, *numbers: signal.Signals) -> None:
        self._came: SimpleQueue[signal.Signals] = SimpleQueue()
        for number in numbers:
            signal.signal(number, self._keep)

    def next(self, seconds: float) -> signal.Signals | None:
        """The next one, as soon as it comes; None if none does within so many seconds."""
        try:
            return self._came.get(timeout=seconds)
        except Empty:
            return None

    def _keep(self, number: int, _frame: FrameType | None) -> None:
        self._came.put(signal.Signals(number))
