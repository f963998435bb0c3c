"""Opening the office for work: desk loaded, database locked and migrated, doors and workers ready; and closing it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from daemon import log
from daemon.clock import SystemClock
from daemon.configuration import load_desk
from daemon.log import Action
from daemon.mailbox.imap import ImapMailbox
from daemon.mailbox.link import Account
from daemon.oauth.settings import OAuth
from daemon.oauth.source import TokenSource
from daemon.oauth.standing import SMTP
from daemon.office import Office
from daemon.ports import Clock
from daemon.sasl import Mechanism
from daemon.secrets import Secret
from daemon.settings import Settings
from daemon.settings_servers import Mailbox, Smtp
from daemon.store import inbox, outbox
from daemon.store.database import Store
from daemon.store.lock import held
from daemon.store.migrate import migrate_if_safe
from daemon.tls import Tls
from daemon.transport.session import Relay
from daemon.transport.smtp import SmtpTransport
from daemon.workers import Workers

SYSTEM_CLOCK = SystemClock()


@contextmanager
def opened(config: Path, clock: Clock = SYSTEM_CLOCK, *, observing: bool = False) -> Iterator[Office]:
    """An office ready for work on these settings.

    Raises `Faults`, `SecretUnreadable` and `Occupied` before anything was touched.
    """
    desk = replace(load_desk(config), observing=observing)
    settings = desk.settings
    for _, secret in settings.secrets():
        secret.read()
    log.configure(settings.log.format, settings.log.level)
    with ExitStack() as stack:
        store = Store(settings.database_url)
        stack.callback(store.close)
        stack.enter_context(held(store))
        _prepare(store, clock)
        workers = workers_of(settings)
        stack.callback(workers.close)
        mailboxes = [ImapMailbox(account_of(each, settings.state_dir, clock)) for each in settings.mailboxes]
        log.log(Action.STARTED, count=len(mailboxes))
        transport = SmtpTransport(relay_of(settings.smtp, settings.state_dir, clock))
        yield Office(store, desk, mailboxes, transport, workers, clock)


def _prepare(store: Store, clock: Clock) -> None:
    applied = migrate_if_safe(store)
    if applied:
        log.log(Action.MIGRATED, count=len(applied))
    release_leases(store, clock)


def release_leases(store: Store, clock: Clock) -> None:
    """Free what a dead process still seems to hold; only for who holds the lock, which says that there is no other."""
    with store.write() as c:
        inbox.release(c)
        outbox.release_orphans(c, clock.now())


def workers_of(settings: Settings) -> Workers:
    """The reading processes of these settings."""
    triage = settings.triage
    return Workers(triage.workers, triage.deadline.total_seconds(), triage.memory, settings.limits.reading)


@dataclass(frozen=True, slots=True)
class _Proof:
    """What one account logs in with."""

    mechanism: Mechanism
    read: Callable[[], str]
    refused: Callable[[str], bool]


def _proof(password: Secret | None, oauth: OAuth | None, tokens: Callable[[OAuth], TokenSource]) -> _Proof:
    if oauth is not None:
        source = tokens(oauth)
        return _Proof(Mechanism(oauth.mechanism), source.read, source.refused)
    return _Proof(Mechanism.PASSWORD, password.read if password else str, lambda _password: False)


@contextmanager
def folder_of(settings: Settings, box: Mailbox, folder: str) -> Iterator[ImapMailbox]:
    """A folder of a mailbox on its server, whether or not mail comes in by it."""
    mailbox = ImapMailbox(replace(account_of(box, settings.state_dir), folder=folder))
    try:
        yield mailbox
    finally:
        mailbox.close()


def account_of(box: Mailbox, state_dir: Path, clock: Clock = SYSTEM_CLOCK) -> Account:
    """How the mailbox of these settings is reached; its tokens are kept in `state_dir`."""
    proof = _proof(box.password, box.oauth, lambda oauth: TokenSource(box.name, box.username, oauth, state_dir, clock))
    return Account(
        name=box.name,
        host=box.host,
        port=box.port,
        tls=Tls(box.tls),
        username=box.username,
        read_password=proof.read,
        mechanism=proof.mechanism,
        refused=proof.refused,
        folder=box.folder,
        processed=box.processed,
        connect_timeout=box.connect_timeout.total_seconds(),
        read_timeout=box.read_timeout.total_seconds(),
        idle=box.idle,
        ca_file=box.ca_file,
    )


def relay_of(smtp: Smtp, state_dir: Path, clock: Clock = SYSTEM_CLOCK) -> Relay:
    """How the mail server of these settings is reached; its tokens are kept in `state_dir`."""
    username = smtp.username or ""
    proof = _proof(smtp.password, smtp.oauth, lambda oauth: TokenSource(SMTP, username, oauth, state_dir, clock))
    return Relay(
        host=smtp.host,
        port=smtp.port,
        tls=Tls(smtp.tls),
        username=smtp.username,
        read_password=proof.read,
        mechanism=proof.mechanism,
        refused=proof.refused,
        connections=smtp.connections,
        timeout=smtp.timeout.total_seconds(),
        final_dot_timeout=smtp.final_dot_timeout.total_seconds(),
        ca_file=smtp.ca_file,
    )
