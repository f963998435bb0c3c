"""Houses outside of a test run, for the commands of the campaign: the same servers, one house after the other."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.house import House, furnished
from tests.servers.dovecot import Dovecot
from tests.servers.postgres import Postgres
from tests.servers.smtp import Sink

DATABASES = ("sqlite", "postgresql")


class Street:
    """The servers that all houses of a run share. A database server is started when the first house asks for it."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._dovecot = Dovecot(None)
        stack.callback(self._dovecot.remove)
        self._dovecot.start()
        self._postgres: Postgres | None = None

    @contextmanager
    def house(self, database: str) -> Iterator[House]:
        """A house on a new database of this kind; all of it is gone afterwards."""
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="desk-house-")))
            sink = Sink()
            sink.start()
            stack.callback(sink.stop)
            url = f"sqlite:///{folder / 'desk.sqlite3'}" if database == "sqlite" else self._postgres_url(stack)
            yield furnished(folder, self._dovecot, sink, url)

    def _postgres_url(self, stack: ExitStack) -> str:
        if self._postgres is None:
            self._postgres = Postgres()
            self._stack.callback(self._postgres.remove)
        url = self._postgres.new_database()
        stack.callback(self._postgres.drop, url)
        return url


@contextmanager
def street() -> Iterator[Street]:
    """The servers, until the end of the run."""
    with ExitStack() as stack:
        yield Street(stack)
