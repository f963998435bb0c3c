"""The database: how it is opened, and the two kinds of transaction.

SQLite runs in WAL with synchronous=FULL, so a commit is on the disk when it returns. A writing transaction begins
IMMEDIATE: a deferred one that reads first and writes later loses updates or fails at once (SQLITE_BUSY_SNAPSHOT).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.pool import StaticPool

__all__ = ["Connection", "Store", "StoreError", "StoreUnavailable", "insert_new"]

BUSY_TIMEOUT_SECONDS = 30
"""How long SQLite waits for another writer, unless the address of the database says otherwise (`?timeout=5`)."""

_READ = {"postdesk_read": True}

StoreError = DBAPIError
"""Whatever a database refuses, for whoever only has to say so."""

StoreUnavailable = (OperationalError, InterfaceError)
"""Faults of the database itself (locked, full, gone), as opposed to faults in what it was given."""


class Store:
    """An open database."""

    def __init__(self, url: str) -> None:
        """Open `url`; `sqlite://` alone is a database in memory, shared by all threads of this process."""
        options: dict[str, Any] = {"pool_pre_ping": True}
        asked = make_url(url)
        if asked.get_backend_name() == "sqlite" and "timeout" not in asked.query:
            options["connect_args"] = {"timeout": BUSY_TIMEOUT_SECONDS}
        if url == "sqlite://":
            options = {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}
        self.engine: Engine = create_engine(url, **options)
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        self._reading = self.engine.execution_options(**_READ)

    @property
    def file(self) -> Path | None:
        """The file of a SQLite database; None for any other."""
        url = self.engine.url
        return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that may write: committed at the end, rolled back by any exception."""
        with self.engine.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent look that takes no write lock."""
        with self._reading.begin() as connection:
            yield connection

    @contextmanager
    def rehearse(self) -> Iterator[Connection]:
        """A transaction that is always undone."""
        with self.engine.connect() as connection, connection.begin() as transaction:
            yield connection
            transaction.rollback()

    def close(self) -> None:
        """Let all connections go."""
        self.engine.dispose()


def insert_new(connection: Connection, table: Any, *returning: Any) -> Any:
    """An INSERT that leaves an existing row of the same unique key alone.

    Ask by a column `returning` whether it did: its count of rows says nothing where the driver fetches the new key by
    itself.
    """
    return _insert_new(connection.dialect.name, table, returning)


@cache
def _insert_new(dialect: str, table: Any, returning: tuple[Any, ...]) -> Any:
    """Built once for each table: building a statement costs more than running it."""
    insert: Any = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = insert(table).on_conflict_do_nothing()
    return statement.returning(*returning) if returning else statement


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get("postdesk_read", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
