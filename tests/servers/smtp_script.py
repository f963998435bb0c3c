"""What a scripted SMTP server is told to do wrong, when, to whom and how often."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """Where in a session a fault strikes (RFC 5321 section 3)."""

    BANNER = "banner"
    MAIL = "mail"
    RECIPIENT = "recipient"
    DATA = "data"
    """Instead of the 354."""
    DOT = "dot"
    """After the final dot, the mail not taken."""
    TAKEN = "taken"
    """After the final dot, the mail taken and recorded."""


class Break(StrEnum):
    """A fault that is not a reply."""

    DROP = "drop"
    HANG = "hang"


@dataclass(slots=True)
class Fault:
    """Strike at `stage`, for one recipient or for all, so many times or (None) always: a reply line, or a break."""

    stage: Stage
    act: str | Break
    to: str | None = None
    times: int | None = None


class Script:
    """The faults that are still to come; the first that fits strikes. Shared between threads."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Put a fault at the end of the list."""
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        """Behave from now on."""
        with self._lock:
            self._faults.clear()

    def next(self, stage: Stage, recipients: tuple[str, ...] = ()) -> str | Break | None:
        """What to do wrong now, if anything; a fault that has struck its last time is gone."""
        with self._lock:
            for fault in self._faults:
                if fault.stage is stage and (fault.to is None or fault.to in recipients):
                    if fault.times is not None:
                        fault.times -= 1
                        if not fault.times:
                            self._faults.remove(fault)
                    return fault.act
        return None
