"""Places where the program can be told to die, so that tests reach every crash point with a real SIGKILL.

`POSTDESK_FAILPOINT=name:n` kills the process when the point `name` is passed for the n-th time; `name:n:raise` raises
`Planted` there instead. `name@text` counts only passings with a mail that holds this text, which makes one mail the
killer. Without the variable a point costs one comparison.
"""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import dataclass, field


class Planted(Exception):
    """The failure that a fault point was told to raise."""


@dataclass(slots=True)
class _Plan:
    name: str
    text: bytes
    hits_left: int
    raises: bool
    lock: threading.Lock = field(default_factory=threading.Lock)

    def hit(self) -> None:
        with self.lock:
            self.hits_left -= 1
            due = self.hits_left == 0
        if due and self.raises:
            raise Planted(self.name)
        if due:
            os.kill(os.getpid(), signal.SIGKILL)


def _planned(words: str) -> _Plan | None:
    if not words:
        return None
    place, _, text = words.partition("@")
    name, _, rest = place.partition(":")
    count, _, how = rest.partition(":")
    return _Plan(name, text.encode(), int(count or 1), how == "raise")


_PLAN = _planned(os.environ.get("POSTDESK_FAILPOINT", ""))


def failpoint(name: str, mail: bytes = b"") -> None:
    """Die here if this run was told to; `mail` is the one that is being worked on."""
    if _PLAN is not None and _PLAN.name == name and _PLAN.text in mail:
        _PLAN.hit()
