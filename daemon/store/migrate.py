"""Bringing a database to the schema of this program: by migrations shipped inside it, after a copy of a SQLite file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import column, inspect, select, table

from daemon.store import copies
from daemon.store.database import Connection, Store

_HOME = Path(__file__).parent / "migrations"
_VERSION = table("alembic_version", column("version_num"))


class SchemaTooNew(Exception):
    """The database was written by a later program than this one."""


class SchemaOutdated(Exception):
    """The database needs steps that only its keeper may order, after a backup of their own."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Which schema a database has, and which steps lead to ours. `revision` is None for an empty database."""

    revision: str | None
    missing: Sequence[str]


def standing(store: Store) -> Standing:
    """Where the database stands; `SchemaTooNew` if we do not know its revision."""
    revision, known = _revision(store), revisions()
    if revision is not None and revision not in known:
        raise SchemaTooNew(f"the database has schema {revision}, which only a later Postdesk knows: install that again")
    return Standing(revision, known[known.index(revision) + 1 :] if revision else known)


def revisions() -> tuple[str, ...]:
    """Every step that we know, oldest first, by its file: the name of each begins with its revision."""
    return tuple(sorted(file.name.partition("_")[0] for file in (_HOME / "versions").glob("[0-9]*.py")))


def _revision(store: Store) -> str | None:
    """The schema of the database. To look at a SQLite file would make one where there is none."""
    if store.file is not None and not store.file.exists():
        return None
    with store.read() as c:
        return c.scalar(select(_VERSION.c.version_num)) if inspect(c).has_table(_VERSION.name) else None


def migrate(store: Store) -> Sequence[str]:
    """Apply what is missing; the revisions applied. A SQLite file that holds anything is copied first."""
    before = standing(store)
    if not before.missing:
        return ()
    if before.revision is not None:
        _copy_file(store, before.revision)
    with store.write() as c:
        _upgrade(c)
    return before.missing


def migrate_if_safe(store: Store) -> Sequence[str]:
    """Apply what is missing where nothing can be lost: to an empty database, or to a SQLite file, copied first.

    Raises `SchemaOutdated` for a PostgreSQL database that holds something: others may work on it.
    """
    before = standing(store)
    if before.missing and before.revision is not None and store.engine.dialect.name != "sqlite":
        raise SchemaOutdated("the database has an older schema: back it up and run `postdesk migrate`")
    return migrate(store)


def _copy_file(store: Store, revision: str) -> Path | None:
    """Keep a copy beside the database, taken by SQLite's own backup so that it is whole."""
    database = store.engine.url.database
    if store.engine.dialect.name != "sqlite" or not database:
        return None
    copy = Path(f"{database}.before-upgrade-from-{revision}")
    copies.copy(Path(database), copy)
    return copy


def _upgrade(c: Connection) -> None:
    # Ten megabytes that a database which is up to date never needs.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_HOME))
    config.attributes["connection"] = c
    command.upgrade(config, "head")
