"""A whole desk for a test: real mailbox, real mail server, real database, and a clock that moves when told."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import Message
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import Row, text

from daemon.clock import SystemClock
from daemon.configuration import load_desk
from daemon.desk import Desk
from daemon.mailbox.imap import ImapMailbox
from daemon.office import Office
from daemon.opening import account_of, relay_of
from daemon.store.database import Store
from daemon.store.migrate import migrate
from daemon.transport.smtp import SmtpTransport
from daemon.workers import Workers
from tests.letters import opened
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import Sink

ENGINEER = "wang@desk.test"
LEAD = "lead@desk.test"
_PEOPLE = {
    "engineers": [
        {"address": ENGINEER, "name": "Wang", "language": "en"},
        {"address": LEAD, "name": "Lead", "language": "zh-CN", "categories": ["other"]},
    ],
    "lead": LEAD,
}
STOP_WITHIN = 15.0
"""Seconds within which a desk that is asked to stop has ended, whatever is in flight."""

CHECKOUT = Path(__file__).resolve().parent.parent


@dataclass(slots=True)
class HandClock:
    """A clock that stands still until it is moved."""

    time: datetime = field(default_factory=lambda: SystemClock().now() + timedelta(seconds=5))
    seconds: float = 0.0

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.seconds

    def begin_long_ago(self) -> None:
        """Let the story begin in the past: a mail cannot arrive in the future of its server, so it arrives now."""
        self.time -= timedelta(days=200)

    def pass_time(self, **lengths: float) -> None:
        """Let time pass, as `timedelta` takes it."""
        length = timedelta(**lengths)
        self.time += length
        self.seconds += length.total_seconds()


@dataclass(slots=True)
class House:
    """The desk `support@desk.test` with one mailbox; `folder` holds its settings and, with SQLite, its database.

    `code` is the source tree that the `postdesk` processes run.
    `reader` are reading processes shared by tests that leave the settings of reading alone; None starts some anew.
    """

    folder: Path
    dovecot: Dovecot
    sink: Sink
    user: str
    database_url: str
    settings: dict[str, Any]
    clock: HandClock = field(default_factory=HandClock)
    code: Path = CHECKOUT
    reader: Workers | None = None

    @property
    def config(self) -> Path:
        return self.folder / "postdesk.yaml"

    @property
    def environment(self) -> Mapping[str, str]:
        """What a `postdesk` process of this desk is told."""
        return os.environ | {
            "DESK_TEST_PASSWORD": self.dovecot.password,
            "POSTDESK_CONFIG": str(self.config),
            "PYTHONPATH": str(self.code),
        }

    def write(self) -> None:
        """Write the settings and the people as they are now."""
        self.config.write_text(yaml.safe_dump(self.settings, allow_unicode=True), "utf-8")
        (self.folder / "people.yaml").write_text(yaml.safe_dump(_PEOPLE, allow_unicode=True), "utf-8")

    def post(self, *raws: bytes, folder: str = "INBOX", at: datetime | None = None) -> None:
        """Put mails into the desk's mailbox, as if they had come at `at`."""
        self.dovecot.deliver(self.user, *raws, folder=folder, at=at)

    def desk(self) -> Desk:
        """The desk as its files say."""
        os.environ["DESK_TEST_PASSWORD"] = self.dovecot.password
        return load_desk(self.config)

    @contextmanager
    def office(self) -> Iterator[Office]:
        """The stages in this process, under the clock of the test."""
        desk = self.desk()
        with ExitStack() as stack:
            store = stack.enter_context(self.store())
            settings = desk.settings
            workers = self.reader
            if workers is None:
                triage = settings.triage
                workers = Workers(1, triage.deadline.total_seconds(), triage.memory, settings.limits.reading)
                stack.callback(workers.close)
            mailboxes = [ImapMailbox(account_of(each, settings.state_dir)) for each in settings.mailboxes]
            for mailbox in mailboxes:
                stack.callback(mailbox.close)
            transport = SmtpTransport(relay_of(settings.smtp, settings.state_dir))
            yield Office(store, desk, mailboxes, transport, workers, self.clock)

    def once(self) -> None:
        """One turn of each stage."""
        with self.office() as office:
            office.once()

    @contextmanager
    def shift(self) -> Iterator[Shift]:
        """The stages in this process for as many turns as the test wants."""
        with self.office() as office:
            yield Shift(office)

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The database, migrated."""
        store = Store(self.database_url)
        try:
            migrate(store)
            yield store
        finally:
            store.close()

    def rows(self, statement: str, **values: object) -> Sequence[Row[Any]]:
        """What a question in SQL answers."""
        store = Store(self.database_url)
        try:
            with store.read() as c:
                return c.execute(text(statement), values).all()
        finally:
            store.close()

    def numbers(self) -> Sequence[str]:
        """The ticket numbers, in order."""
        return [row[0] for row in self.rows("SELECT number FROM ticket ORDER BY opened_at, number")]

    def sent(self, to: str) -> Sequence[Message]:
        """What the mail server accepted for this address, oldest first."""
        return [opened(mail.raw) for mail in self.sink.to(to)]

    def postdesk(self, *words: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the command line to its end."""
        return subprocess.run(
            [sys.executable, "-m", "daemon", *words],
            env={**self.environment, **environment},
            cwd=self.code,
            check=check,
            text=True,
            capture_output=True,
            timeout=60,
        )

    def start(self, *words: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start a command of the command line; its log goes to `daemon.log` in the folder."""
        with (self.folder / "daemon.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "daemon", *(words or ("run",))],
                env={**self.environment, **environment},
                cwd=self.code,
                stdout=log,
                stderr=log,
            )


@dataclass(slots=True)
class Shift:
    """An office that goes on working: each turn is what `postdesk once` does."""

    office: Office

    def turn(self) -> None:
        """One turn of each stage, with a transport of its own as each turn has an event loop of its own."""
        settings = self.office.desk.settings
        self.office.transport = SmtpTransport(relay_of(settings.smtp, settings.state_dir))
        self.office.once()


def furnished(folder: Path, dovecot: Dovecot, sink: Sink, database_url: str) -> House:
    """A house with settings for these servers, written to its folder."""
    user = dovecot.new_user("desk")
    settings: dict[str, Any] = {
        "desk": {"address": "support@desk.test", "language": "en", "plus_addressing": True},
        "mailboxes": [
            {
                "name": "support",
                "host": dovecot.host,
                "port": dovecot.imap_port,
                "tls": "plain",
                "username": user,
                "password": {"env": "DESK_TEST_PASSWORD"},
                "poll": "1s",
                "first_contact": "answer",
            }
        ],
        "smtp": {"host": "127.0.0.1", "port": sink.port, "tls": "plain", "timeout": "30s"},
        "state_dir": str(folder),
        "database": database_url,
        "triage": {"interval": "1s", "retry_after": "1s", "workers": 1},
        "sweep": {"interval": "1s"},
        "deliver": {"interval": "1s"},
        "log": {"format": "json"},
    }
    house = House(folder, dovecot, sink, user, database_url, settings)
    house.write()
    return house
