"""IDLE wakes the stage, never holds it up, and a link that dies meanwhile is noticed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from daemon.ports import MailboxDown
from daemon.tls import Tls
from tests.conftest import StartProxy, StartScripted
from tests.mailbox.conftest import OpenMailbox, account, protected
from tests.servers.certificates import Certificates
from tests.servers.dovecot import Dovecot
from tests.servers.process import eventually
from tests.servers.scripted_imap import ScriptedImap

MAIL = b"Subject: printer\r\n\r\nIt burns.\r\n"
LONG = 60.0
# A wait that ends only by its own time fails by this one.
pytestmark = pytest.mark.timeout(20)


@contextmanager
def meanwhile(act: Callable[[], object], after: float = 0.3) -> Iterator[None]:
    """Do something in another thread a moment from now."""
    timer = threading.Timer(after, act)
    timer.start()
    try:
        yield
    finally:
        timer.join()


@pytest.mark.parametrize("tls", [Tls.PLAIN, Tls.SSL])
def test_a_mail_that_comes_ends_the_wait(
    dovecot: Dovecot, certificates: Certificates, open_mailbox: OpenMailbox, tls: Tls
) -> None:
    user = dovecot.new_user()
    port = dovecot.imaps_port if tls is Tls.SSL else dovecot.imap_port
    mailbox = open_mailbox(protected(account(port, user), port, tls, certificates.ca_file))
    mailbox.look()
    with meanwhile(lambda: dovecot.deliver(user, MAIL)):
        assert mailbox.wait(LONG)
    assert mailbox.look()[1] == [1]


@pytest.mark.parametrize("between", ["look and wait", "look and fetch"])
def test_a_mail_that_came_after_the_look_is_not_waited_for(
    dovecot: Dovecot, open_mailbox: OpenMailbox, between: str
) -> None:
    user = dovecot.new_user()
    dovecot.deliver(user, MAIL)
    mailbox = open_mailbox(account(dovecot.imap_port, user))
    _, uids = mailbox.look()
    dovecot.deliver(user, MAIL)
    if between == "look and fetch":
        mailbox.fetch(uids)
        mailbox.file(uids)
    assert mailbox.wait(LONG)
    assert mailbox.look()[1][-1] == 2
    assert not mailbox.wait(0.1)


def test_silence_ends_with_the_time_and_the_link_is_good(dovecot: Dovecot, open_mailbox: OpenMailbox) -> None:
    mailbox = open_mailbox(account(dovecot.imap_port, dovecot.new_user()))
    mailbox.look()
    assert not mailbox.wait(0.3)
    assert not mailbox.wait(0)
    assert mailbox.look()[1] == []


def test_a_server_that_hangs_up_is_noticed_at_once(dovecot: Dovecot, open_mailbox: OpenMailbox) -> None:
    user = dovecot.new_user()
    mailbox = open_mailbox(account(dovecot.imap_port, user))
    mailbox.look()
    with meanwhile(lambda: dovecot.disconnect(user)), pytest.raises(MailboxDown):
        mailbox.wait(LONG)
    assert mailbox.look()[1] == []


@pytest.mark.parametrize("way", ["cut", "reset"])
def test_a_link_that_breaks_while_we_wait_is_noticed_at_once(
    dovecot: Dovecot, start_proxy: StartProxy, open_mailbox: OpenMailbox, way: str
) -> None:
    proxy = start_proxy(dovecot.imap_port)
    mailbox = open_mailbox(account(proxy.port, dovecot.new_user()))
    mailbox.look()
    with meanwhile(proxy.reset if way == "reset" else proxy.stop), pytest.raises(MailboxDown):
        mailbox.wait(LONG)
    assert not mailbox.wait(0.1), "without a link it only waits"


def test_a_network_that_went_silent_is_noticed_when_the_wait_is_over(
    dovecot: Dovecot, start_proxy: StartProxy, open_mailbox: OpenMailbox
) -> None:
    proxy = start_proxy(dovecot.imap_port)
    mailbox = open_mailbox(replace(account(proxy.port, dovecot.new_user()), read_timeout=0.3))
    mailbox.look()
    with meanwhile(proxy.stall, after=0.2), pytest.raises(MailboxDown, match="TimeoutError"):
        mailbox.wait(0.6)


def test_a_line_that_comes_in_two_pieces_is_news_like_any_other(
    start_scripted: StartScripted, open_mailbox: OpenMailbox
) -> None:
    server = start_scripted(ScriptedImap({"IDLE": [b"+ idling\r\n", b"* 2 EXI", b"STS\r\n"]}))
    mailbox = open_mailbox(account(server.port))
    mailbox.look()
    assert mailbox.wait(LONG)
    assert mailbox.look() == (7, [1])
    assert server.said.count('LOGIN support@desk.example "secret"') == 1


def test_idle_is_renewed_so_that_no_server_logs_us_out(
    start_scripted: StartScripted, open_mailbox: OpenMailbox
) -> None:
    server = start_scripted(ScriptedImap({}))
    mailbox = open_mailbox(replace(account(server.port), idle_renewal=0.1))
    mailbox.look()
    assert not mailbox.wait(0.45)
    assert server.said.count("IDLE") == server.said.count("DONE") == 5


@pytest.mark.parametrize("answer", [b"%tag NO not today\r\n", b"* 2 EXISTS\r\n+ idling\r\n"])
def test_a_server_that_muddles_idle_neither_spins_us_nor_stops_us(
    start_scripted: StartScripted, open_mailbox: OpenMailbox, answer: bytes
) -> None:
    server = start_scripted(ScriptedImap({"IDLE": [answer]}))
    mailbox = open_mailbox(account(server.port))
    for _ in range(3):
        mailbox.look()
        assert not mailbox.wait(0.1)
    assert server.said.count("IDLE") == 3
    with meanwhile(mailbox.wake):
        mailbox.look()
        assert mailbox.wait(LONG)


@pytest.mark.parametrize("state", ["idle", "no idle", "not connected"])
def test_another_thread_ends_the_wait(dovecot: Dovecot, open_mailbox: OpenMailbox, state: str) -> None:
    mailbox = open_mailbox(replace(account(dovecot.imap_port, dovecot.new_user()), idle=state != "no idle"))
    if state != "not connected":
        mailbox.look()
    with meanwhile(mailbox.wake):
        assert mailbox.wait(LONG)
    mailbox.wake()
    mailbox.wake()
    assert mailbox.wait(LONG), "a call before the wait is not lost"
    assert not mailbox.wait(0.1), "and counts once"
    for _ in range(100_000):
        mailbox.wake()
    assert mailbox.wait(LONG)
    assert not mailbox.wait(0.1)


def test_a_server_without_idle_is_left_in_peace(start_scripted: StartScripted, open_mailbox: OpenMailbox) -> None:
    server = start_scripted(ScriptedImap({"CAPABILITY": [b"* CAPABILITY IMAP4rev1\r\n%tag OK done\r\n"]}))
    mailbox = open_mailbox(account(server.port))
    mailbox.look()
    before = len(server.said)
    assert not mailbox.wait(0.3)
    assert not eventually(lambda: len(server.said) > before, within=0.1)
