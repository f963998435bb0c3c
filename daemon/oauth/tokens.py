"""One account's tokens on disk: a file that only its owner reads, changed by one process at a time."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

_INSTANTS = ("issued_at", "expires_at", "failed_at", "retry_at")


@dataclass(frozen=True, slots=True)
class Tokens:
    """What is known of an account's tokens.

    `planted` is the digest of the refresh token in the settings from which `refresh` has grown: another one there
    counts more than what is kept here. `failures` counts since the last success; no request before `retry_at`.
    """

    access: str = ""
    issued_at: datetime | None = None
    expires_at: datetime | None = None
    refresh: str = ""
    planted: str = ""
    failure: str = ""
    failures: int = 0
    failed_at: datetime | None = None
    retry_at: datetime | None = None

    def usable(self, now: datetime) -> bool:
        """Whether the access token will still be good when a server looks at it a little later."""
        if not self.access or self.issued_at is None or self.expires_at is None:
            return False
        margin = min(timedelta(minutes=5), (self.expires_at - self.issued_at) / 10)
        return self.issued_at <= now < self.expires_at - margin

    def spent(self) -> Tokens:
        """The same without the access token, which a server has refused."""
        return replace(self, access="", issued_at=None, expires_at=None)


class TokenFile:
    """Where one account's tokens are kept. Whoever changes them holds the lock from the reading to the writing."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Tokens:
        """What is kept; nothing when there is no such file, or it is damaged. Raises `OSError` for another's file."""
        try:
            kept: dict[str, Any] = json.loads(self._path.read_text("utf-8"))
            instants = {key: datetime.fromisoformat(kept[key]) for key in _INSTANTS if kept.get(key)}
            return Tokens(**{**kept, **instants})
        except (FileNotFoundError, ValueError, TypeError, AttributeError):
            return Tokens()

    def write(self, tokens: Tokens) -> None:
        """Replace what is kept, all of it or nothing. Raises `OSError`."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = self._path.with_suffix(".new")
        with suppress(FileNotFoundError):
            new.unlink()
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(tokens), file, default=datetime.isoformat)
            file.flush()
            os.fsync(file.fileno())
        new.rename(self._path)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep every other thread and process from changing the tokens; a rotated refresh token works only once."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._path.with_suffix(".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
