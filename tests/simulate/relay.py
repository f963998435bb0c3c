"""A mail server that takes, refuses, delays and forgets, and what it took, which people then read."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import Message
from functools import cached_property
from random import Random

from daemon.ports import Delivery, Envelope, Result, StillMine
from tests.letters import text_of
from tests.simulate.clock import SimulatedClock
from tests.simulate.faults import Faults, Meanwhile


@dataclass(frozen=True)
class Copy:
    """One copy of a message that the server accepted. `raw` is byte for byte what we sent."""

    at: datetime
    recipient: str
    reverse_path: str
    raw: bytes

    @cached_property
    def message(self) -> Message:
        return message_from_bytes(self.raw)

    @cached_property
    def text(self) -> str:
        return text_of(self.message)

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"]).strip().strip("<>")

    @property
    def number(self) -> str:
        return str(self.message["X-Postdesk-Ticket"])


class Relay:
    """The server and the world behind it. `unrecorded` are copies whose sender has not yet noted that they are sent."""

    def __init__(self, accepted: Callable[[Copy], None]) -> None:
        self.down = False
        self.refused: frozenset[str] = frozenset()
        self.copies: list[Copy] = []
        self.unrecorded: set[str] = set()
        self.wrongs: list[str] = []
        self._excuses: Counter[str] = Counter()
        self._first: dict[str, Copy] = {}
        self._accepted = accepted

    def accept(self, copy: Copy) -> None:
        """Take a copy; a second one of the same message needs a lost answer to excuse it."""
        key = copy.message_id
        first = self._first.setdefault(key, copy)
        if first is not copy:
            self._excuses[key] -= 1
            if self._excuses[key] < 0:
                self.wrongs.append(f"{key} was sent again without need")
            if (first.raw, first.recipient) != (copy.raw, copy.recipient):
                self.wrongs.append(f"{key} was sent again with other bytes")
        self.copies.append(copy)
        self.unrecorded.add(key)
        self._accepted(copy)

    def excuse(self, message_id: str) -> None:
        """The answer to this message was lost: another copy may come."""
        self._excuses[message_id] += 1
        self.unrecorded.discard(message_id)


class SimulatedTransport:
    """`ports.Transport`: one process's way to the relay."""

    def __init__(
        self, relay: Relay, faults: Faults, rng: Random, clock: SimulatedClock, meanwhile: Meanwhile, stop: Meanwhile
    ) -> None:
        self._relay = relay
        self._faults = faults
        self._rng = rng
        self._clock = clock
        self._meanwhile = meanwhile
        self._stop = stop

    async def send(self, envelope: Envelope, still_mine: StillMine) -> Delivery:
        await asyncio.sleep(0)
        self._faults.may_crash("before connecting", 0.002)
        if self._relay.down or self._faults.happens("connection refused", 0.01):
            return Delivery(Result.DEFERRED, "connect-refused")
        if envelope.recipient in self._relay.refused:
            return Delivery(Result.FAILED, "5.1.1", "no such user")
        if self._faults.happens("recipient refused for now", 0.05):
            return Delivery(Result.DEFERRED, "4.2.1", "try later")
        if self._faults.happens("recipient refused for good", 0.01):
            return Delivery(Result.FAILED, "5.7.1", "not today")
        if self._faults.happens("slow before the mail", 0.02):
            self._clock.pass_time(timedelta(minutes=self._rng.randint(1, 15)))
        if self._faults.happens("others act during a delivery", 0.05):
            self._meanwhile()
        await asyncio.sleep(0)
        if not still_mine():
            return Delivery(Result.FENCED, "lease")
        return await self._data(envelope)

    async def _data(self, envelope: Envelope) -> Delivery:
        self._faults.may_crash("before the final dot", 0.004)
        if self._faults.happens("link breaks before the final dot", 0.02):
            return Delivery(Result.DEFERRED, "lost")
        if self._faults.happens("mail refused for now", 0.02):
            return Delivery(Result.DEFERRED, "4.3.0")
        if self._faults.happens("stop", 0.004):
            self._stop()
        copy = Copy(self._clock.true, envelope.recipient, envelope.reverse_path, envelope.raw)
        self._relay.accept(copy)
        self._faults.may_crash("after the final dot", 0.008)
        if self._faults.happens("slow after the final dot", 0.01):
            self._clock.pass_time(timedelta(minutes=self._rng.randint(1, 9)))
        await asyncio.sleep(0)
        if self._faults.happens("answer to the final dot lost", 0.03):
            self._relay.excuse(copy.message_id)
            return Delivery(Result.UNKNOWN, "lost")
        return Delivery(Result.SENT, "250")

    async def close(self) -> None:
        """No connection is kept."""
