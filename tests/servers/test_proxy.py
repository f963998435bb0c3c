"""The proxy breaks links where it is told to, and only there."""

from __future__ import annotations

import smtplib

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError

from tests.conftest import StartProxy
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import Sink

MAIL = b"From: ann@customer.example\r\nSubject: printer\r\n\r\n" + b"It burns.\r\n" * 20_000
ANN = "ann@customer.example"
LOST = (IMAPClientAbortError, OSError)


def login(port: int, user: str) -> IMAPClient:
    client = IMAPClient("127.0.0.1", port, ssl=False, timeout=1)
    client.login(user, "secret")
    return client


def test_a_link_is_cut_in_the_middle_of_a_mail_and_the_next_is_not(dovecot: Dovecot, start_proxy: StartProxy) -> None:
    proxy, user = start_proxy(dovecot.imap_port), dovecot.new_user()
    dovecot.deliver(user, MAIL)
    proxy.cut_after(100_000)
    for outcome in ("cut", "whole"):
        with login(proxy.port, user) as client:
            client.select_folder("INBOX")
            if outcome == "whole":
                assert client.fetch([1], ["BODY.PEEK[]"])[1][b"BODY[]"] == MAIL
                continue
            with pytest.raises(LOST):
                client.fetch([1], ["BODY.PEEK[]"])
            client.shutdown()
    assert len(proxy.opened_at) == 2


def test_a_move_is_carried_out_though_its_answer_is_lost(dovecot: Dovecot, start_proxy: StartProxy) -> None:
    proxy, user = start_proxy(dovecot.imap_port), dovecot.new_user()
    dovecot.deliver(user, MAIL)
    proxy.lose_answer_to(b"UID MOVE")
    with login(proxy.port, user) as client:
        client.create_folder("Processed")
        client.select_folder("INBOX")
        with pytest.raises(LOST):
            client.move([1], "Processed")
        client.shutdown()
    assert (dovecot.count(user), dovecot.count(user, "Processed")) == (0, 1)


def test_a_move_never_reaches_the_server_when_the_link_is_cut_before_it(
    dovecot: Dovecot, start_proxy: StartProxy
) -> None:
    proxy, user = start_proxy(dovecot.imap_port), dovecot.new_user()
    dovecot.deliver(user, MAIL)
    proxy.cut_before(b"UID MOVE")
    with login(proxy.port, user) as client:
        client.create_folder("Processed")
        client.select_folder("INBOX")
        with pytest.raises(LOST):
            client.move([1], "Processed")
        client.shutdown()
    assert (dovecot.count(user), dovecot.count(user, "Processed")) == (1, 0)


def test_a_stalled_link_is_silent_and_flows_again(sink: Sink, start_proxy: StartProxy) -> None:
    proxy = start_proxy(sink.port)
    with smtplib.SMTP("127.0.0.1", proxy.port, local_hostname="desk.example", timeout=5) as link:
        proxy.stall()
        assert link.sock is not None
        link.sock.settimeout(0.3)
        link.sock.sendall(b"NOOP\r\n")
        with pytest.raises(TimeoutError):
            link.sock.recv(1)
        proxy.flow()
        link.sock.settimeout(5)
        assert link.sock.recv(3) == b"250"
        link.sock.recv(100)


def test_a_reset_is_seen_as_a_reset(sink: Sink, start_proxy: StartProxy) -> None:
    proxy = start_proxy(sink.port)
    link = smtplib.SMTP("127.0.0.1", proxy.port, local_hostname="desk.example", timeout=5)
    proxy.reset()
    assert link.sock is not None
    with pytest.raises(ConnectionResetError):
        link.sock.recv(1)
    link.close()
