"""An asyncio event loop in a thread of its own, on which the small test servers run."""

from __future__ import annotations

import asyncio
import threading
from abc import ABC, abstractmethod
from collections.abc import Coroutine
from typing import Any, TypeVar

from tests.servers.certificates import HOST
from tests.servers.process import LOOPBACK, free_port

T = TypeVar("T")


class LoopThread:
    """Runs coroutines on its loop; `close` cancels what is left there and ends the thread."""

    def __init__(self, name: str) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def call(self, coroutine: Coroutine[Any, Any, T], within: float = 20.0) -> T:
        """Run this on the loop and return what it returns."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(within)

    def close(self) -> None:
        """Cancel every task, then end the thread."""
        self.call(_cancel_all())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(20)
        self.loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()


async def _cancel_all() -> None:
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class Service(ABC):
    """What listens on a loopback port that stays the same over `stop` and `start`, on a loop of its own."""

    host = HOST

    def __init__(self, port: int | None = None) -> None:
        self.port = port or free_port()
        self._server: asyncio.Server | None = None
        self._thread: LoopThread | None = None

    def start(self) -> None:
        """Listen."""
        self._thread = LoopThread(type(self).__name__)
        self._thread.call(self.listen())

    def stop(self) -> None:
        """Cut every connection and listen no more; what is on record stays."""
        if self._thread is not None:
            self._thread.call(self.close())
            self._thread.close()
            self._thread = None

    async def listen(self) -> None:
        """Listen on the running event loop."""
        self._server = await self._listening()

    async def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()

    @abstractmethod
    async def _listening(self) -> asyncio.Server:
        """What listens on the port."""


class Listener(Service):
    """A server with which a child holds each conversation."""

    async def _listening(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, LOOPBACK, self.port)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self.converse(reader, writer)
        except (OSError, EOFError):
            # The client has left; what it said is on record.
            return
        finally:
            writer.close()

    @abstractmethod
    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Talk with one client until it has nothing more to say."""
