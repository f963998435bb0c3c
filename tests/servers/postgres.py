"""A real PostgreSQL on a unix socket for the time of a test run, as root or as anyone."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from tests.servers.process import ServerFailed, ServerMissing, eventually, new_room, start, stop

OVERRIDE = "POSTDESK_TEST_PG_URL"
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=", "max_connections=100")


class Postgres:
    """A server on which each test has databases of its own.

    With the variable POSTDESK_TEST_PG_URL set, the databases are made on that server instead of a throw-away one.
    """

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._room: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._made: list[str] = []
        given = os.environ.get(OVERRIDE)
        self._root = make_url(given).set(drivername="postgresql+psycopg") if given else self._serve()

    def new_database(self) -> str:
        """The SQLAlchemy address (driver psycopg) of a new, empty database."""
        name = f"desk_{os.getpid()}_{next(self._numbers)}"
        self._order(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        self._made.append(name)
        return self._root.set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Remove a database that `new_database` made, throwing out whoever still uses it."""
        name = str(make_url(url).database)
        self._order(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        self._made.remove(name)

    def remove(self) -> None:
        """Remove the databases, or the whole throw-away server and its files."""
        if self._process is None:
            for name in list(self._made):
                self.drop(self._root.set(database=name).render_as_string(hide_password=False))
            return
        stop(self._process, signal.SIGQUIT)
        if self._room is not None:
            shutil.rmtree(self._room, ignore_errors=True)

    def _serve(self) -> URL:
        programs = _programs()
        account = _account()
        room = self._room = new_room("postgres")
        if account is not None:
            os.chown(room, account.pw_uid, account.pw_gid)
        environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "HOME": str(room)}
        words = [str(programs / "initdb"), "-D", str(room / "base"), "-A", "trust", "-U", "desk", "-N", "-E", "UTF8"]
        log = room / "log"
        making = start(words, log, account=account, environment=environment, room=room)
        if making.wait(60) != 0:
            raise ServerFailed(f"initdb failed:\n{log.read_text(errors='replace')[-2000:]}")
        options = [word for setting in _FAST for word in ("-c", setting)]
        argv = [str(programs / "postgres"), "-D", str(room / "base"), "-k", str(room), *options]
        self._process = start(argv, log, dies_by="QUIT", account=account, environment=environment, room=room)
        root = URL.create("postgresql+psycopg", username="desk", database="postgres", query={"host": str(room)})
        if not eventually(lambda: _answers(root)):
            self.remove()
            raise ServerFailed("PostgreSQL does not answer")
        return root

    def _order(self, words: sql.Composed) -> None:
        with psycopg.connect(_conninfo(self._root), autocommit=True) as connection:
            connection.execute(words)


def _conninfo(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _answers(url: URL) -> bool:
    try:
        psycopg.connect(_conninfo(url), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _programs() -> Path:
    """Where the newest installed server lies; Debian keeps it off PATH."""
    places: Sequence[Path] = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    if places:
        return places[-1].parent
    found = shutil.which("initdb")
    if found is None:
        raise ServerMissing("initdb is not installed (Debian package postgresql)")
    return Path(found).resolve().parent


def _version(path: Path) -> float:
    return float(path.parts[4])


def _account() -> pwd.struct_passwd | None:
    """Whom the server must run as: it refuses root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")
