"""The desk at work: the four stages over one store, run once or until asked to stop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from daemon.deliver import Delivered, deliver
from daemon.desk import Desk
from daemon.log import Action, log
from daemon.loop import Bell, Stage
from daemon.ports import AUTH_REFUSED, Clock, LoginRefused, Mailbox, MailboxDown, MailboxError, Transport
from daemon.receive import FirstContact, Manner, receive
from daemon.schedule import reschedule, take_effect
from daemon.store.database import Store
from daemon.sweep import Pace, sweep
from daemon.triage import Reader, triage
from daemon.watching.heartbeat import beat

RECEIVING = "receive."
"""How the name of a stage begins that polls the mailbox named after it."""

LOOK_SECONDS = 0.5
"""How often the main thread looks at the stages and at the files: two looks and a loading are to fit into 2 s."""

STOP_SECONDS = 12.0
"""How long a stop waits for work in flight; what is still going then is released and done again later."""


class Unreachable(Exception):
    """The relay cannot be reached; its message is a code."""


@dataclass(slots=True)
class Office:
    """Everything that the stages share."""

    store: Store
    desk: Desk
    mailboxes: Sequence[Mailbox]
    transport: Transport
    reader: Reader
    clock: Clock
    stages: Sequence[Stage] = ()
    pace: Pace = field(default_factory=Pace)

    def once(self) -> None:
        """One turn of each stage, each until it finds nothing more.

        A mailbox that fails holds up neither the others nor what was received before: what it raised is raised at the
        end.
        """
        faults = [fault for mailbox in self.mailboxes if (fault := self._receive_once(mailbox))]
        while triage(self.store, self.reader, self.desk, self.clock):
            pass
        take_effect(self.store, self.desk, self.clock)
        while reschedule(self.store, self.desk, self.clock):
            pass
        while sweep(self.store, self.desk, self.clock, self.pace):
            pass
        asyncio.run(self._deliver_all())
        if faults:
            raise faults[0]

    def _receive_once(self, mailbox: Mailbox) -> MailboxDown | MailboxError | None:
        try:
            done = receive(self.store, mailbox, self.clock, self.manner(mailbox.name), lambda: None)
        except (MailboxDown, MailboxError) as fault:
            log(Action.MAILBOX_DOWN, mailbox=mailbox.name, error=type(fault).__name__)
            return fault
        if not done.filed:
            log(Action.NOT_FILED, mailbox=mailbox.name)
        mailbox.close()
        return None

    async def _deliver_all(self) -> None:
        try:
            while (await self._deliver_some()).claimed:
                pass
        finally:
            await self.transport.close()

    async def _deliver_some(self) -> Delivered:
        done = await deliver(self.store, self.transport, self.desk, self.clock)
        if done.unreachable == AUTH_REFUSED:
            raise LoginRefused("smtp: the relay does not accept our login")
        if done.unreachable:
            raise Unreachable(done.unreachable)
        return done

    def run(self, told_to_stop: Callable[[float], bool], look: Callable[[], None] = lambda: None) -> None:
        """Work until told to stop, then finish or release what is in flight; `look` is called twice a second.

        `told_to_stop` waits for that as many seconds as it is given.
        """
        sender, stop = _Sender(self._deliver_some, self.transport), threading.Event()
        self.stages = stages = self._stages(sender, stop)
        for stage in stages:
            stage.start()
        while not told_to_stop(LOOK_SECONDS):
            look()
        stop.set()
        stop_by = self.clock.monotonic() + STOP_SECONDS
        sender.cancel_after(STOP_SECONDS / 2)
        left = [stage.name for stage in stages if not stage.stopped(max(0.0, stop_by - self.clock.monotonic()))]
        sender.close()
        log(Action.STOPPED, count=len(left))

    def standing_still(self) -> Sequence[str]:
        """The names of stages that should have been heard of long ago (settings, `health.stuck_after`)."""
        patience = self.desk.settings.health.stuck_after.total_seconds()
        now = self.clock.monotonic()
        return [stage.name for stage in self.stages if stage.pulse.stands_still(now, patience)]

    def _stages(self, sender: _Sender, stop: threading.Event) -> Sequence[Stage]:
        settings = self.desk.settings

        def stage(name: str, every: timedelta, work: Callable[[], bool]) -> Stage:
            return Stage(name, every, work, Bell(), self.clock, stop)

        delivering = stage("deliver", settings.deliver.interval, lambda: sender.send(delivering.moving))
        sweeping = stage("sweep", settings.sweep.interval, lambda: _then(self._sweep_some(), delivering))
        triaging = stage("triage", settings.triage.interval, lambda: _then(self._triage_some(), delivering))
        receiving = [self._receiving(box, triaging, stop) for box in self.mailboxes]
        return [delivering, sweeping, triaging, *receiving]

    def _triage_some(self) -> int:
        return triage(self.store, self.reader, self.desk, self.clock)

    def _sweep_some(self) -> int:
        store, desk, clock = self.store, self.desk, self.clock
        return sweep(store, desk, clock, self.pace) + reschedule(store, desk, clock) + beat(store, desk, clock)

    def _receiving(self, mailbox: Mailbox, triaging: Stage, stop: threading.Event) -> Stage:
        filed = True

        def tell() -> None:
            stage.moving()
            triaging.wake()

        def work() -> bool:
            nonlocal filed
            done = receive(self.store, mailbox, self.clock, self.manner(mailbox.name), tell)
            if done.filed is not filed:
                log(Action.FILED_AGAIN if done.filed else Action.NOT_FILED, mailbox=mailbox.name)
            filed = done.filed
            return False

        every = next(each.poll for each in self.desk.settings.mailboxes if each.name == mailbox.name)
        stage = Stage(f"{RECEIVING}{mailbox.name}", every, work, _Idle(mailbox), self.clock, stop)
        return stage

    def manner(self, mailbox: str) -> Manner:
        """How the mailbox of this name is worked."""
        settings = next(each for each in self.desk.settings.mailboxes if each.name == mailbox)
        return Manner(
            messages=settings.batch_messages,
            octets=settings.batch_bytes,
            largest=self.desk.settings.limits.mail,
            first_contact=FirstContact(settings.first_contact),
            moves=not self.desk.observing,
        )


def _then(done: int, following: Stage) -> bool:
    """Wake the following stage if anything was done; whether there may be more."""
    if done:
        following.wake()
    return bool(done)


class _Idle:
    """The pause of a receiving stage: the mailbox itself says when mail may have come."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    def wait(self, seconds: float) -> bool:
        return self._mailbox.wait(seconds)

    def wake(self) -> None:
        self._mailbox.wake()


class _Sender:
    """The deliver stage's own event loop, which outlives its turns so that connections do too."""

    def __init__(self, some: Callable[[], Awaitable[Delivered]], transport: Transport) -> None:
        self._some = some
        self._transport = transport
        self._runner = asyncio.Runner()
        self._loop = self._runner.get_loop()
        self._task: asyncio.Task[object] | None = None

    def send(self, moving: Callable[[], None] = lambda: None) -> bool:
        """One round, `moving` as long as its loop turns, however slow the server; whether there may be more."""
        try:
            return self._runner.run(self._remembered(moving)).claimed > 0
        except asyncio.CancelledError:
            return False

    async def _remembered(self, moving: Callable[[], None]) -> Delivered:
        self._task = asyncio.current_task()
        beating = asyncio.create_task(_beat(moving))
        try:
            return await self._some()
        finally:
            self._task = None
            beating.cancel()

    def cancel_after(self, seconds: float) -> None:
        """Let a round that goes on longer than this give its messages back."""

        def cancel() -> None:
            if self._task is not None:
                self._task.cancel()

        self._loop.call_soon_threadsafe(self._loop.call_later, seconds, cancel)

    def close(self) -> None:
        """Let the connections go."""
        try:
            self._runner.run(self._transport.close())
            self._runner.close()
        except RuntimeError:
            return  # The loop still runs in a stage that did not stop in time; the process ends with it.


async def _beat(moving: Callable[[], None]) -> None:
    while True:
        moving()
        await asyncio.sleep(LOOK_SECONDS)
