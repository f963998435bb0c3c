"""What the daemon tells systemd: the protocol of sd_notify(3), a datagram of lines to the socket it names."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable

Notify = Callable[[str], None]
"""Sends lines such as `READY=1`, separated by newlines."""


def to_systemd() -> Notify:
    """The way to the service manager that started us; a silent one when there is none."""
    place = os.environ.get("NOTIFY_SOCKET", "")
    if not place.startswith(("/", "@")):
        return lambda _lines: None
    link = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)
    address = "\0" + place[1:] if place[0] == "@" else place

    def notify(lines: str) -> None:
        try:
            link.sendto(lines.encode(), address)
        except OSError:
            return  # A manager that does not listen must not stop the desk; it will judge by its own watchdog.

    return notify


def watchdog_seconds() -> float | None:
    """How often at the least we must be heard (sd_watchdog_enabled(3)); None when nobody waits for that."""
    if os.environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    return int(os.environ.get("WATCHDOG_USEC") or 0) / 1_000_000 or None
