"""What is seen while the demo runs: one line for each mail that comes or goes, with the time of the play."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from rich.console import Console
from rich.status import Status
from rich.text import Text

from daemon.demo.clients import CHINA

NARROW = 110
"""Below so many columns only the first half of an address is shown."""

_NARROWEST = 118
"""Columns for output that goes to a file or a pipe, which has no width of its own."""

_STYLES: Mapping[str, str] = {
    "acknowledgement": "green",
    "reply": "bold green",
    "progress": "bold cyan",
    "closed": "bold blue",
    "overdue": "bold red",
    "undeliverable": "red",
    "order_refused": "yellow",
    "not_verified": "bold yellow",
}


def console(*, stderr: bool) -> Console:
    """Where to print: with colours on a terminal, plain and wide enough elsewhere."""
    made = Console(stderr=stderr, highlight=False)
    if not made.is_terminal:
        made.width = max(made.width, _NARROWEST)
    return made


@dataclass(slots=True)
class Live:
    """The lines of a running demo."""

    console: Console
    rate: float
    came: int = 0
    went: int = 0
    _status: Status | None = None

    @contextmanager
    def running(self) -> Iterator[None]:
        """Show a status line below the others, where there is a terminal."""
        if not self.console.is_terminal:
            yield
            return
        with self.console.status("the desk opens …", spinner="dots") as status:
            self._status = status
            yield
        self._status = None

    def arrived(self, at: datetime, sender: str, subject: str) -> None:
        """A mail was sent to the desk."""
        self.came += 1
        self._line(at, Text("→ desk", style="magenta"), sender, Text(subject))

    def sent(self, at: datetime, recipient: str, kind: str, subject: str) -> None:
        """A mail of the desk was taken by the next mail server."""
        self.went += 1
        self._line(at, Text("desk →", style="green"), recipient, Text(f"{kind:<16} ", _STYLES.get(kind, "")) + subject)

    def _line(self, at: datetime, arrow: Text, who: str, what: Text) -> None:
        whom = f"{who:<38} " if self.console.width >= NARROW else f"{who.partition('@')[0]:<12} "
        line = Text.assemble((f"{at.astimezone(CHINA):%H:%M}  ", "dim"), arrow, "  ", (whom, "dim"), what)
        line.truncate(self.console.width, overflow="ellipsis")
        self.console.print(line, soft_wrap=True)
        if self._status is not None:
            speed = f"(1 second is {self.rate / 60:.0f} minutes)"
            self._status.update(f"{at.astimezone(CHINA):%H:%M}  mails in {self.came}, out {self.went}   {speed}")
