"""A bell by which one thread ends another's wait, with or without a socket to listen to."""

from __future__ import annotations

import os
import select
import weakref


class Bell:
    """A pipe that poll can watch. A ring is never lost: rung before the wait, it ends the wait at once."""

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe()
        for end in (self._reader, self._writer):
            os.set_blocking(end, False)
            weakref.finalize(self, os.close, end)

    def ring(self) -> None:
        """End the present or the next wait; safe from any thread and from a signal."""
        try:
            os.write(self._writer, b"!")
        except BlockingIOError:
            return  # A full pipe has been rung already.

    def listen(self, seconds: float, also: int | None = None) -> bool:
        """Wait for the ring, for input on the descriptor `also`, or for `seconds`; False if the time ran out."""
        poll = select.poll()
        poll.register(self._reader, select.POLLIN)
        if also is not None:
            poll.register(also, select.POLLIN)
        heard = {descriptor for descriptor, _ in poll.poll(max(0.0, seconds) * 1000)}
        if self._reader in heard:
            self._silence()
        return bool(heard)

    def _silence(self) -> None:
        try:
            while os.read(self._reader, 4096):
                pass
        except BlockingIOError:
            return
