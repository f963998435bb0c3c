"""One daemon at a time works on a database: a file lock beside SQLite, a session lock in PostgreSQL.

Both end with the process that holds them, however it ends, so whoever holds one knows that all earlier holders are
dead.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from daemon.store.database import Store

_ADVISORY_KEY = 0x706F73746465736B
"""`postdesk` in ASCII."""


class Occupied(Exception):
    """Another daemon works on this database."""


@contextmanager
def held(store: Store) -> Iterator[None]:
    """Hold the database's lock; `Occupied` if another process has it."""
    if store.engine.dialect.name == "sqlite":
        with _file_lock(Path(f"{store.engine.url.database}.lock")):
            yield
    else:
        with _session_lock(store):
            yield


@contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Occupied(f"another postdesk holds {path}") from None
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _session_lock(store: Store) -> Iterator[None]:
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _ADVISORY_KEY}):
            raise Occupied("another postdesk works on this PostgreSQL database")
        yield
