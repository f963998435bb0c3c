"""A TCP proxy before a test server that cuts, stalls and resets links where the test says."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from tests.servers.loop import Service
from tests.servers.process import LOOPBACK

_CHUNK = 65_536


@dataclass(slots=True)
class _Trap:
    """Snaps when a client says `words`: before the server hears them, or once the server has answered them."""

    words: bytes
    after_answer: bool
    times: int


class Proxy(Service):
    """Passes everything on to a loopback port until told otherwise. Traps look at plain text: they are blind to TLS."""

    def __init__(self, target_port: int) -> None:
        super().__init__()
        self._target = target_port
        self._lock = threading.Lock()
        self._limits: deque[int] = deque()
        self._traps: list[_Trap] = []
        self._opened_at: list[float] = []
        self._links: set[_Link] = set()
        self._flowing: asyncio.Event | None = None

    def cut_after(self, answered: int, times: int = 1) -> None:
        """Cut each of the next `times` connections once the server has sent so many bytes through it."""
        with self._lock:
            self._limits.extend([answered] * times)

    def cut_before(self, words: bytes, times: int = 1) -> None:
        """Cut when a client says these words, so that the server never hears them."""
        with self._lock:
            self._traps.append(_Trap(words, after_answer=False, times=times))

    def lose_answer_to(self, words: bytes, times: int = 1) -> None:
        """Let the server carry out what a client says with these words, and cut instead of passing its answer on."""
        with self._lock:
            self._traps.append(_Trap(words, after_answer=True, times=times))

    def stall(self) -> None:
        """Pass nothing on, in any link, and cut none: a network that has gone silent."""
        self._set_flow(flowing=False)

    def flow(self) -> None:
        """Pass on what was held back, and what comes."""
        self._set_flow(flowing=True)

    def reset(self) -> None:
        """Break every link with a TCP reset."""
        if self._thread is not None:
            self._thread.call(self._reset())

    @property
    def opened_at(self) -> Sequence[float]:
        """When each connection came, in monotonic seconds."""
        with self._lock:
            return list(self._opened_at)

    def trapped(self, said: bytes) -> _Trap | None:
        """The trap that these words of a client set off."""
        with self._lock:
            for trap in self._traps:
                if trap.words in said:
                    trap.times -= 1
                    if not trap.times:
                        self._traps.remove(trap)
                    return trap
        return None

    async def flowing(self) -> None:
        """Return when nothing is held back."""
        assert self._flowing is not None
        await self._flowing.wait()

    def _set_flow(self, *, flowing: bool) -> None:
        assert self._thread is not None, "the proxy is not started"
        assert self._flowing is not None
        self._thread.loop.call_soon_threadsafe(self._flowing.set if flowing else self._flowing.clear)

    async def _listening(self) -> asyncio.Server:
        self._flowing = asyncio.Event()
        self._flowing.set()
        return await asyncio.start_server(self._accept, LOOPBACK, self.port)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with self._lock:
            self._opened_at.append(time.monotonic())
            limit = self._limits.popleft() if self._limits else None
        try:
            far = await asyncio.open_connection(LOOPBACK, self._target)
        except OSError:
            writer.transport.abort()
            return
        link = _Link(self, writer, far[1], limit)
        self._links.add(link)
        try:
            await asyncio.gather(link.pass_words(reader), link.pass_answers(far[0]), return_exceptions=True)
        finally:
            link.cut()
            self._links.discard(link)

    async def _reset(self) -> None:
        for link in list(self._links):
            link.reset()

    async def close(self) -> None:
        """Listen no more and cut every link."""
        await super().close()
        for link in list(self._links):
            link.cut()
        await asyncio.sleep(0)


class _Link:
    """One connection of a client and the one made for it to the server."""

    def __init__(
        self, proxy: Proxy, to_client: asyncio.StreamWriter, to_server: asyncio.StreamWriter, limit: int | None
    ) -> None:
        self._proxy = proxy
        self._to_client = to_client
        self._to_server = to_server
        self._left = limit
        self._losing = False

    async def pass_words(self, reader: asyncio.StreamReader) -> None:
        """From the client to the server, until either ends."""
        while said := await reader.read(_CHUNK):
            await self._proxy.flowing()
            trap = self._proxy.trapped(said)
            if trap is not None and not trap.after_answer:
                break
            self._losing = self._losing or trap is not None
            self._to_server.write(said)
            await self._to_server.drain()
        self.cut()

    async def pass_answers(self, reader: asyncio.StreamReader) -> None:
        """From the server to the client, until either ends or as much has passed as may."""
        while answer := await reader.read(_CHUNK):
            await self._proxy.flowing()
            if self._losing:
                break
            if self._left is not None:
                answer = answer[: self._left]
                self._left -= len(answer)
            self._to_client.write(answer)
            await self._to_client.drain()
            if self._left == 0:
                break
        self.cut()

    def cut(self) -> None:
        """End both connections in the ordinary way; what was passed on still arrives."""
        self._to_client.close()
        self._to_server.close()

    def reset(self) -> None:
        """Make the client see a reset, as from a machine that has lost its memory."""
        taken = self._to_client.get_extra_info("socket")
        with contextlib.suppress(OSError):
            # A linger of zero seconds turns closing into a reset.
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._to_client.transport.abort()
        self._to_server.transport.abort()
