"""What an SMTP server in a test keeps of its clients, in memory and as lines of JSON."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Accepted:
    """One mail that the server answered for. `order` counts from 1 in time; `at` is monotonic seconds."""

    order: int
    connection: int
    at: float
    reverse_path: str
    recipients: tuple[str, ...]
    raw: bytes


@dataclass(frozen=True, slots=True)
class Command:
    """One line a client sent outside of DATA, and whether it came through TLS."""

    connection: int
    secured: bool
    line: str


def append(path: Path, mail: Accepted) -> None:
    """Add a mail to a file; when this returns, it is on the disk."""
    words = {
        "order": mail.order,
        "connection": mail.connection,
        "at": mail.at,
        "reverse_path": mail.reverse_path,
        "recipients": mail.recipients,
        "raw": base64.b64encode(mail.raw).decode(),
    }
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(words) + "\n")
        file.flush()
        os.fsync(file.fileno())


def recorded(path: Path) -> Sequence[Accepted]:
    """The mails that a sink with a record file has accepted so far."""
    if not path.exists():
        return []
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [
        Accepted(**{**row, "recipients": tuple(row["recipients"]), "raw": base64.b64decode(row["raw"])}) for row in rows
    ]
