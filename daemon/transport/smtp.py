"""The door to the relay: a few kept connections, each carrying one message at a time."""

from __future__ import annotations

import asyncio
import ssl

from daemon.ports import Delivery, Envelope, Result, StillMine
from daemon.tls import verifying_context
from daemon.transport.session import Relay, Session, open_session
from daemon.transport.unusable import Unusable
from daemon.transport.wire import fault_of


class SmtpTransport:
    """`ports.Transport` over SMTP. All calls come from one event loop.

    At most `relay.connections` messages are under way; further calls wait for their turn. A relay that could not be
    reached is left alone for `relay.cooling` seconds, in which every message is answered with the same fault.
    """

    def __init__(self, relay: Relay) -> None:
        """Opens nothing. Raises `OSError` or `ssl.SSLError` if the file of authorities cannot be used."""
        self._relay = relay
        self._context: ssl.SSLContext = verifying_context(relay.ca_file)
        self._places = asyncio.Semaphore(relay.connections)
        self._opening = asyncio.Lock()
        self._idle: dict[Session, asyncio.TimerHandle] = {}
        self._partings: set[asyncio.Task[None]] = set()
        self._fault: Delivery | None = None

    async def send(self, envelope: Envelope, still_mine: StillMine) -> Delivery:
        """Attempt one delivery. Raises nothing of the server's doing; cancelled, it closes its connection."""
        fault = fault_of(envelope)
        if fault:
            return fault
        async with self._places:
            # The loop may have stood still since the last call; let it hear what has happened and run out meanwhile.
            await asyncio.sleep(0)
            try:
                session, refused = await self._begun(envelope)
            except Unusable as unusable:
                return unusable.delivery
            return await self._finished(session, refused, envelope, still_mine)

    async def close(self) -> None:
        """Take leave on the connections that have no work."""
        idle, self._idle = self._idle, {}
        for timer in idle.values():
            timer.cancel()
        await asyncio.gather(*(session.part() for session in idle), *self._partings)

    async def _begun(self, envelope: Envelope) -> tuple[Session, Delivery | None]:
        """A session that has been told MAIL, and how it refused.

        Servers close connections that were silent or have carried enough, some with a reply and some without. So
        whatever but consent a kept connection says to MAIL is not held against the message: a new one is asked.
        """
        kept = self._take()
        if kept is not None:
            refused = await self._guarded_begin(kept, envelope)
            if refused is None:
                return kept, None
            kept.cut()
        fresh = await self._open()
        return fresh, await self._guarded_begin(fresh, envelope)

    async def _guarded_begin(self, session: Session, envelope: Envelope) -> Delivery | None:
        try:
            return await session.begin(envelope)
        except BaseException:
            session.cut()
            raise

    async def _finished(
        self, session: Session, refused: Delivery | None, envelope: Envelope, still_mine: StillMine
    ) -> Delivery:
        sound = False
        try:
            delivery = refused or await session.finish(envelope, still_mine)
            # An accepted mail ends its transaction by itself; any other end needs RSET.
            sound = session.alive if delivery.result is Result.SENT else await session.clear()
            return delivery
        finally:
            if not sound:
                session.cut()
            elif session.uses < self._relay.uses_limit:
                self._keep(session)
            else:
                self._leave(session)

    async def _open(self) -> Session:
        """One attempt at a time speaks for all that wait for it; a failed one, for all that come while it cools."""
        async with self._opening:
            if self._fault is not None:
                raise Unusable(self._fault.code, self._fault.text)
            try:
                return await open_session(self._relay, self._context)
            except Unusable as unusable:
                self._cool(unusable.delivery)
                raise

    def _cool(self, fault: Delivery) -> None:
        if self._relay.cooling:
            self._fault = fault
            asyncio.get_running_loop().call_later(self._relay.cooling, self._forget_fault)

    def _forget_fault(self) -> None:
        self._fault = None

    def _take(self) -> Session | None:
        while self._idle:
            session, timer = self._idle.popitem()
            timer.cancel()
            if session.alive:
                return session
            session.cut()
        return None

    def _keep(self, session: Session) -> None:
        timer = asyncio.get_running_loop().call_later(self._relay.idle_limit, self._expire, session)
        self._idle[session] = timer

    def _expire(self, session: Session) -> None:
        if self._idle.pop(session, None) is not None:
            self._leave(session)

    def _leave(self, session: Session) -> None:
        parting = asyncio.ensure_future(session.part())
        self._partings.add(parting)
        parting.add_done_callback(self._partings.discard)
