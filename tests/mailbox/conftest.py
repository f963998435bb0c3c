"""Mailboxes opened for one test, and servers of the kinds that one meets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.mailbox.imap import ImapMailbox
from daemon.mailbox.link import Account
from daemon.tls import Tls
from tests.conftest import StartDovecot
from tests.servers.dovecot import Dovecot
from tests.servers.process import READY_WITHIN

OpenMailbox = Callable[[Account], ImapMailbox]
ConfiguredDovecot = Callable[[str, str], Dovecot]


def account(port: int, user: str = "support@desk.example") -> Account:
    """An account on this machine, in clear, with the password that every test server knows."""
    return Account(
        name="support",
        host="localhost",
        port=port,
        tls=Tls.PLAIN,
        username=user,
        read_password=lambda: "secret",
        # Nothing here takes long, but a busy machine may keep a server from its turn; tests of time set their own.
        connect_timeout=READY_WITHIN,
        read_timeout=READY_WITHIN,
    )


def protected(box: Account, port: int, tls: Tls, ca_file: Path) -> Account:
    """The same account behind TLS."""
    return replace(box, port=port, tls=tls, ca_file=ca_file)


@pytest.fixture
def open_mailbox() -> Iterator[OpenMailbox]:
    """Makes mailboxes that are closed after the test."""
    with ExitStack() as stack:

        def make(box: Account) -> ImapMailbox:
            mailbox = ImapMailbox(box)
            stack.callback(mailbox.close)
            return mailbox

        yield make


@pytest.fixture
def configured_dovecot(start_dovecot: StartDovecot) -> ConfiguredDovecot:
    """Starts a Dovecot of this test alone in whose configuration one line says something else."""

    def make(line: str, instead: str) -> Dovecot:
        server = start_dovecot(None)
        server.stop()
        before = server._configuration.read_text("utf-8")
        assert line in before
        server._configuration.write_text(before.replace(line, instead, 1), "utf-8")
        server.start()
        return server

    return make
