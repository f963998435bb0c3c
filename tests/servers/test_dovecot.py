"""The throw-away Dovecot does what the tests that lean on it believe."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from tests.conftest import StartDovecot
from tests.servers.certificates import Certificates
from tests.servers.dovecot import Dovecot

MAIL = b"From: ann@customer.example\r\nSubject: printer\r\n\r\nIt burns.\r\n"


def test_a_delivered_mail_lies_in_the_folder_byte_for_byte(dovecot: Dovecot) -> None:
    user = dovecot.new_user()
    dovecot.deliver(user, MAIL, MAIL, at=datetime(2026, 1, 2, 3, 4, tzinfo=UTC))
    dovecot.deliver(user, MAIL, folder="已处理")
    assert [(mail.uid, mail.raw, mail.flags) for mail in dovecot.stored(user)] == [
        (1, MAIL, frozenset({"\\Recent"})),
        (2, MAIL, frozenset({"\\Recent"})),
    ]
    assert (dovecot.count(user), dovecot.count(user, "已处理"), dovecot.count(user, "nowhere")) == (2, 1, 0)


def test_lmtp_writes_the_trace_headers_on_top(dovecot: Dovecot) -> None:
    user = dovecot.new_user()
    dovecot.deliver_by_lmtp(user, MAIL, "ann@customer.example")
    raw = dovecot.stored(user)[0].raw
    assert raw.startswith(b"Return-Path: <ann@customer.example>\r\n")
    assert b"Delivered-To: " + user.encode() in raw
    assert raw.endswith(MAIL)


def test_a_changed_uidvalidity_is_seen_by_clients(dovecot: Dovecot) -> None:
    user = dovecot.new_user()
    dovecot.deliver(user, MAIL)
    dovecot.change_uidvalidity(user, 4_000_000_000)
    with dovecot.client(user) as client:
        assert client.select_folder("INBOX")[b"UIDVALIDITY"] == 4_000_000_000


def test_nothing_can_be_moved_into_a_folder_that_forbids_writing(dovecot: Dovecot) -> None:
    user = dovecot.new_user()
    dovecot.deliver(user, MAIL)
    dovecot.forbid_writing(user, "Processed")
    with dovecot.client(user) as client:
        client.select_folder("INBOX")
        with pytest.raises(IMAPClientError):
            client.move([1], "Processed")
    assert dovecot.count(user) == 1


def test_the_log_tells_how_many_bodies_a_session_read(dovecot: Dovecot) -> None:
    user = dovecot.new_user()
    large = MAIL + b"x" * 300_000 + b"\r\n"
    dovecot.deliver(user, large)
    with dovecot.client(user) as client:
        client.select_folder("INBOX")
        client.fetch([1], ["RFC822.SIZE"])
        client.logout()
    with dovecot.client(user) as client:
        client.select_folder("INBOX")
        client.fetch([1], ["BODY.PEEK[]"])
        client.logout()
    assert dovecot.logs(rf"imap\({user}\).*body_bytes=[1-9]")
    _delivery, looked, read = dovecot.sessions(user)
    assert (looked.bodies, looked.received < 10_000) == (0, True)
    assert (read.bodies, read.received > 300_000) == (1, True)


def test_a_wrong_password_is_refused_without_delay(dovecot: Dovecot) -> None:
    user = dovecot.new_user()
    with IMAPClient("127.0.0.1", dovecot.imap_port, ssl=False) as client, pytest.raises(LoginError):
        client.login(user, "wrong")
    assert dovecot.logs(rf"{user}.*[Pp]assword mismatch")


def test_the_id_of_a_client_is_logged(dovecot: Dovecot) -> None:
    with dovecot.client(dovecot.new_user()) as client:
        client.id_({"name": "an-odd-client"})
    assert dovecot.logs("ID sent:.*name=an-odd-client")


def test_tls_is_offered_both_ways_with_the_good_certificate(dovecot: Dovecot, certificates: Certificates) -> None:
    context = ssl.create_default_context(cafile=certificates.ca_file)
    with IMAPClient(dovecot.host, dovecot.imaps_port, ssl=True, ssl_context=context) as client:
        client.login(dovecot.new_user(), dovecot.password)
    with IMAPClient(dovecot.host, dovecot.imap_port, ssl=False) as client:
        client.starttls(context)
        client.login(dovecot.new_user(), dovecot.password)


@pytest.mark.parametrize(
    ("name", "words"),
    [("expired", "expired"), ("wrong_name", "mismatch"), ("self_signed", "self-signed")],
)
def test_each_bad_certificate_is_refused_for_its_own_reason(
    start_dovecot: StartDovecot, certificates: Certificates, name: str, words: str
) -> None:
    server = start_dovecot(getattr(certificates, name))
    context = ssl.create_default_context(cafile=certificates.ca_file)
    with pytest.raises(ssl.SSLCertVerificationError, match=words):
        IMAPClient(server.host, server.imaps_port, ssl=True, ssl_context=context)


def test_a_private_server_comes_back_on_its_port_with_its_mails(start_dovecot: StartDovecot) -> None:
    server = start_dovecot(None)
    user = server.new_user()
    server.deliver(user, MAIL)
    with server.client(user) as client:
        server.stop()
        with pytest.raises((IMAPClientError, OSError)):
            client.noop()
        client.shutdown()
        server.start()
    assert server.count(user) == 1
