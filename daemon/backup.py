"""A copy of the whole desk in one file, taken while it works, and the way back.

The file is a gzipped tar of the SQLite database, copied by SQLite itself so that it is whole, and of the key that signs
reply tokens, without which no reply to an earlier mail would be believed.
"""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from daemon.keys import KEY_NAME
from daemon.settings import Settings
from daemon.store import copies, outbox
from daemon.store.database import Store
from daemon.store.lock import held

DATABASE = "postdesk.db"


class NotPossible(Exception):
    """Why a backup or a restore cannot be done, and what to do instead."""


def back_up(settings: Settings, file: Path) -> None:
    """Write the desk to a new file that only its owner can read. Raises `NotPossible`."""
    database = _database(settings)
    if not database.exists():
        raise NotPossible(f"there is no database at {database} yet")
    if file.exists():
        raise NotPossible(f"{file} exists: name a new file")
    with _scratch(file.absolute().parent) as folder:
        copies.copy(database, folder / DATABASE)
        packed = folder / "packed"
        with tarfile.open(packed, "w:gz") as tar:
            tar.add(folder / DATABASE, DATABASE)
            if (key := settings.state_dir / KEY_NAME).exists():
                tar.add(key, KEY_NAME)
        _durable(packed)
        os.link(packed, file)


def restore(settings: Settings, file: Path) -> Path | None:
    """Put a backup in the place of the desk; where the present database was moved to, if there was one.

    What the backup still had to send is withheld: it may have been sent since. Raises `NotPossible` and `Occupied`.
    """
    database = _database(settings)
    settings.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _scratch(database.parent) as folder, closing(Store(settings.database_url)) as present:
        _unpack(file, folder)
        with closing(Store(f"sqlite:///{folder / DATABASE}")) as store, store.write() as c:
            outbox.withhold_unsent(c)
        with held(present):
            aside = _moved_aside(database)
            shutil.move(folder / DATABASE, database)
            if (folder / KEY_NAME).exists():
                shutil.move(folder / KEY_NAME, settings.state_dir / KEY_NAME)
    return aside


def _database(settings: Settings) -> Path:
    if not settings.database_url.startswith("sqlite:///"):
        raise NotPossible("this desk lives in PostgreSQL: use pg_dump and pg_restore, which do this well")
    return Path(settings.database_url.removeprefix("sqlite:///"))


def _unpack(file: Path, folder: Path) -> None:
    try:
        with tarfile.open(file, "r:gz") as tar:
            tar.extractall(folder, filter="data")
    except (tarfile.TarError, OSError, EOFError) as fault:
        raise NotPossible(f"{file} is no backup of Postdesk ({type(fault).__name__})") from None
    if not (folder / DATABASE).exists():
        raise NotPossible(f"{file} is no backup of Postdesk: it holds no {DATABASE}")


def _moved_aside(database: Path) -> Path | None:
    if not database.exists():
        return None
    count = 1
    while (aside := database.with_name(f"{database.name}.before-restore-{count}")).exists():
        count += 1
    copies.move(database, aside)
    return aside


def _durable(file: Path) -> None:
    file.chmod(0o600)
    with file.open("rb") as written:
        os.fsync(written.fileno())


@contextmanager
def _scratch(near: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=".postdesk-", dir=near) as folder:
        yield Path(folder)
