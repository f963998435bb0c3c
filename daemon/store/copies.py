"""Copies of a SQLite database, whole even while others write to it, because SQLite makes them itself."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


def copy(database: Path, to: Path) -> None:
    """Copy a database into a new file that only its owner can read."""
    to.touch(mode=0o600)
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)


def move(database: Path, to: Path) -> None:
    """Rename a database that nobody works on, with all that lies in its write-ahead log."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.rename(to)
    for tail in ("-wal", "-shm"):
        database.with_name(database.name + tail).unlink(missing_ok=True)
