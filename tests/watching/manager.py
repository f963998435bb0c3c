"""A service manager's ear: the socket of sd_notify(3), and all that came to it with its moment."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from daemon.clock import SystemClock
from tests.servers.process import READY_WITHIN, eventually


class Manager:
    """Listens on a socket of its own until closed; what it heard may be read from any thread."""

    def __init__(self, folder: Path) -> None:
        self._place = folder / "notify"
        self._link = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._link.bind(str(self._place))
        self._heard: list[tuple[float, str]] = []
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def environment(self, watchdog_seconds: float = 4.0) -> Mapping[str, str]:
        """What it tells a service that it starts."""
        return {"NOTIFY_SOCKET": str(self._place), "WATCHDOG_USEC": str(round(watchdog_seconds * 1_000_000))}

    def heard(self) -> Sequence[str]:
        """Every message so far."""
        return [message for _, message in self._heard]

    def moments(self, message: str) -> Sequence[float]:
        """When exactly this message came."""
        return [at for at, each in list(self._heard) if each == message]

    def hears(self, start: str, times: int = 1, within: float = READY_WITHIN) -> bool:
        """Whether a message that starts so comes so often within so many seconds, counted from the first start."""
        return eventually(lambda: sum(message.startswith(start) for message in self.heard()) >= times, within)

    def close(self) -> None:
        """Listen no more."""
        self._link.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._link.close()

    def _listen(self) -> None:
        while message := self._link.recv(4096):
            self._heard.append((SystemClock().monotonic(), message.decode()))
