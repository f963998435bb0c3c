"""One life of the daemon: its stages over the doors of the simulated world, until it dies or is stopped."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Self

from daemon.desk import Desk
from daemon.office import Office, Unreachable, _Sender
from daemon.opening import release_leases
from daemon.ports import MailboxDown, MailboxError
from daemon.receive import receive
from daemon.store.database import Store, StoreUnavailable
from daemon.workers import NotRead
from parsers.mail import Limits, Parsed
from parsers.reading import read
from tests.simulate.clock import SimulatedClock
from tests.simulate.faults import Crash, Faults, Meanwhile
from tests.simulate.mailbox import SimulatedMailbox
from tests.simulate.relay import SimulatedTransport

STAGES = ("receive", "triage", "sweep", "deliver")
EXPECTED = (MailboxDown, MailboxError, Unreachable, *StoreUnavailable)
"""What a stage may fail with: the stage rests and goes on, as `daemon.loop` has it."""


class InPlaceReader:
    """`triage.Reader` without processes: the same parser, and mails that kill it."""

    def __init__(self, limits: Limits, faults: Faults, meanwhile: Meanwhile) -> None:
        self._limits = limits
        self._faults = faults
        self._meanwhile = meanwhile

    def read(self, raws: Sequence[bytes]) -> Sequence[Parsed | NotRead]:
        self._faults.may_crash("while reading", 0.005)
        if self._faults.happens("others act while mails are read", 0.05):
            self._meanwhile()
        if any(b"\r\nX-Poison: kill\r\n" in raw for raw in raws):
            self._faults.counts["crash by a mail"] += 1
            self._faults.dead = True
            raise Crash("a mail kills us")
        hanging = any(b"\r\nX-Poison: hang\r\n" in raw for raw in raws)
        if hanging or self._faults.happens("worker killed", 0.01):
            return [NotRead("deadline")] * len(raws)
        return [read(raw, self._limits) for raw in raws]


class Process:
    """The daemon from its start: whatever an earlier one held is released first, as `daemon.opening` does."""

    def __init__(
        self,
        store: Store,
        desk: Desk,
        mailbox: SimulatedMailbox,
        reader: InPlaceReader,
        clock: SimulatedClock,
        transport_of: Callable[[Meanwhile], SimulatedTransport],
    ) -> None:
        release_leases(store, clock)
        transport = transport_of(self._cancel)
        self.office = Office(store, desk, [mailbox], transport, reader, clock)
        self.stopping = False
        self._mailbox = mailbox
        self._sender = _Sender(self.office._deliver_some, transport)
        self._sender._loop.set_exception_handler(lambda _loop, _context: None)
        self._busy: list[str] = []

    def turn(self, stage: str) -> str:
        """One turn of a stage; what came of it. A stage that is at work elsewhere, or cannot be nested, is left out."""
        if stage in self._busy or (stage == "deliver" and self._busy):
            return "busy"
        self._busy.append(stage)
        try:
            return str(self._work(stage))
        except EXPECTED as error:
            return type(error).__name__
        finally:
            self._busy.remove(stage)

    def _work(self, stage: str) -> object:
        office = self.office
        match stage:
            case "receive":
                manner = office.manner(self._mailbox.name)
                done = receive(office.store, self._mailbox, office.clock, manner, lambda: None)
                return f"{done.kept} {done.filed}"
            case "triage":
                return office._triage_some()
            case "sweep":
                return office._sweep_some()
            case _:
                return self._sender.send()

    def end(self) -> None:
        """Nothing of the process is left."""
        self._sender._runner.close()

    def _cancel(self) -> None:
        """The stop of the daemon reaches a delivery under way."""
        self.stopping = True
        if self._sender._task is not None:
            self._sender._task.cancel()


class Ear(logging.Handler):
    """Listens to what the daemon logs."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[tuple[str, dict[str, object]]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append((record.getMessage(), getattr(record, "fields", {})))

    def __enter__(self) -> Self:
        logger = logging.getLogger("postdesk")
        self._before = (logger.level, logger.propagate)
        logger.setLevel(logging.INFO)
        logger.propagate = False
        logger.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logger = logging.getLogger("postdesk")
        logger.removeHandler(self)
        logger.level, logger.propagate = self._before
