"""The link is protected before a password is said, and every way in which it breaks has one of three names."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.mailbox.imap import ImapMailbox
from daemon.mailbox.link import Account, open_link
from daemon.ports import Fetched, LoginRefused, MailboxDown
from daemon.tls import Tls
from tests.conftest import StartDovecot, StartProxy, StartScripted
from tests.mailbox.conftest import ConfiguredDovecot, OpenMailbox, account, protected
from tests.servers.certificates import Certificates
from tests.servers.dovecot import Dovecot
from tests.servers.scripted_imap import ScriptedImap

MAIL = b"Subject: printer\r\n\r\n" + b"It burns.\r\n" * 20_000


@pytest.mark.parametrize("tls", [Tls.SSL, Tls.STARTTLS])
def test_mail_is_read_and_filed_over_both_kinds_of_tls(
    dovecot: Dovecot, certificates: Certificates, open_mailbox: OpenMailbox, tls: Tls
) -> None:
    user = dovecot.new_user()
    dovecot.deliver(user, MAIL)
    port = dovecot.imaps_port if tls is Tls.SSL else dovecot.imap_port
    mailbox = open_mailbox(protected(account(port, user), port, tls, certificates.ca_file))
    _, uids = mailbox.look()
    assert [found.raw for found in mailbox.fetch(uids)] == [MAIL]
    mailbox.file(uids)
    assert dovecot.count(user, "Processed") == 1
    assert dovecot.logs(rf"Login: user=<{user}>.*TLS")


@pytest.mark.parametrize("tls", [Tls.SSL, Tls.STARTTLS])
@pytest.mark.parametrize(
    ("name", "reason"), [("expired", "expired"), ("wrong_name", "mismatch"), ("self_signed", "self-signed")]
)
def test_a_bad_certificate_is_named_and_the_server_hears_no_login(
    start_dovecot: StartDovecot, certificates: Certificates, open_mailbox: OpenMailbox, name: str, reason: str, tls: Tls
) -> None:
    server = start_dovecot(getattr(certificates, name))
    user = server.new_user()
    port = server.imaps_port if tls is Tls.SSL else server.imap_port
    mailbox = open_mailbox(protected(account(port, user), port, tls, certificates.ca_file))
    with pytest.raises(MailboxDown, match=f"certificate.*{reason}"):
        mailbox.look()
    assert server.logs("no auth attempts|before auth was ready")
    assert user not in server.log()


def test_a_system_that_does_not_know_the_authority_refuses_it(dovecot: Dovecot, open_mailbox: OpenMailbox) -> None:
    box = replace(account(dovecot.imaps_port, dovecot.new_user()), tls=Tls.SSL, ca_file=None)
    with pytest.raises(MailboxDown, match="certificate"):
        open_mailbox(box).look()


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"CAPABILITY": [b"* CAPABILITY IMAP4rev1 STARTTLS\r\n%tag OK done\r\n"]},
        {"CAPABILITY": [b"* CAPABILITY IMAP4rev1 STARTTLS\r\n%tag OK done\r\n"], "STARTTLS": [b"%tag NO later\r\n"]},
        {"CAPABILITY": [b"* CAPABILITY IMAP4rev1 STARTTLS\r\n%tag OK done\r\n"], "": [b"* PREAUTH come in\r\n"]},
    ],
    ids=["not offered", "not understood", "refused", "already logged in"],
)
def test_without_starttls_nothing_secret_is_said(
    start_scripted: StartScripted,
    certificates: Certificates,
    open_mailbox: OpenMailbox,
    answers: dict[str, list[bytes]],
) -> None:
    server = start_scripted(ScriptedImap(answers))
    mailbox = open_mailbox(protected(account(server.port), server.port, Tls.STARTTLS, certificates.ca_file))
    with pytest.raises(MailboxDown):
        mailbox.look()
    assert {line.split()[0] for line in server.said} <= {"CAPABILITY", "STARTTLS"}


def test_what_is_slipped_in_behind_the_answer_to_starttls_is_not_believed(
    start_scripted: StartScripted, certificates: Certificates, open_mailbox: OpenMailbox
) -> None:
    """The forged capabilities would keep the client from naming itself; the true ones, under TLS, have ID."""
    forged = b"%tag OK begin\r\n* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n* 99 EXISTS\r\n"
    offer = b"* CAPABILITY IMAP4rev1 STARTTLS ID AUTH=PLAIN\r\n%tag OK done\r\n"
    server = start_scripted(ScriptedImap({"CAPABILITY": [offer], "STARTTLS": [forged]}, certificates.good))
    mailbox = open_mailbox(protected(account(server.port), server.port, Tls.STARTTLS, certificates.ca_file))
    assert mailbox.look() == (7, [1])
    assert {line.split()[0] for line in server.said_in_clear} <= {"CAPABILITY", "STARTTLS"}
    assert any(line.startswith("ID ") for line in server.said)


@pytest.mark.parametrize("host", ["mail.example.com", "192.0.2.1", "localhost.example.com", "::2"])
def test_clear_text_to_another_machine_is_refused_before_anything_is_opened(host: str) -> None:
    with pytest.raises(ValueError, match="plain"):
        replace(account(143), host=host)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "127.0.0.1", "127.8.8.8", "::1"])
def test_clear_text_on_this_machine_is_allowed(host: str) -> None:
    assert replace(account(143), host=host).host == host


def test_a_wrong_password_is_told_from_a_dead_link(dovecot: Dovecot, open_mailbox: OpenMailbox) -> None:
    box = replace(account(dovecot.imap_port, dovecot.new_user()), read_password=lambda: "wrong")
    with pytest.raises(LoginRefused, match=r"support: login failed: .*AUTHENTICATIONFAILED"):
        open_mailbox(box).look()


def test_the_password_is_read_anew_at_each_login(dovecot: Dovecot, open_mailbox: OpenMailbox) -> None:
    passwords = iter(["old", "secret", "secret"])
    box = replace(account(dovecot.imap_port, dovecot.new_user()), read_password=lambda: next(passwords))
    mailbox = open_mailbox(box)
    with pytest.raises(LoginRefused):
        mailbox.look()
    mailbox.look()
    mailbox.look()
    mailbox.close()
    mailbox.look()
    assert next(passwords, None) is None


def test_a_password_that_cannot_be_read_counts_as_refused(
    dovecot: Dovecot, open_mailbox: OpenMailbox, tmp_path: Path
) -> None:
    box = replace(account(dovecot.imap_port, dovecot.new_user()), read_password=(tmp_path / "gone").read_text)
    with pytest.raises(LoginRefused, match="FileNotFoundError"):
        open_mailbox(box).look()


@pytest.mark.parametrize("password", ["密码一二三", 'with"quote\\and', "%percent(paren)"])
def test_awkward_passwords_reach_the_server_whole(
    configured_dovecot: ConfiguredDovecot, open_mailbox: OpenMailbox, password: str
) -> None:
    escaped = password.replace("%", "%%")
    dovecot = configured_dovecot("args = password=secret", f"args = password={escaped}")
    box = replace(account(dovecot.imap_port, dovecot.new_user()), read_password=lambda: password)
    assert open_mailbox(box).look()[1] == []


@pytest.mark.parametrize("words", [b"%tag NO [UNAVAILABLE] later\r\n", b"* BYE shutting down\r\n", b""])
def test_a_server_in_trouble_at_login_is_down_and_does_not_refuse_us(
    start_scripted: StartScripted, open_mailbox: OpenMailbox, words: bytes
) -> None:
    server = start_scripted(ScriptedImap({"LOGIN": [words]}))
    with pytest.raises(MailboxDown) as caught:
        open_mailbox(replace(account(server.port), read_timeout=0.3)).look()
    assert not isinstance(caught.value, LoginRefused)


def test_the_servers_words_are_told_without_addresses(start_scripted: StartScripted, open_mailbox: OpenMailbox) -> None:
    server = start_scripted(ScriptedImap({"SELECT": [b"%tag NO Unsafe Login by ann@163.com\x1b[2J\r\n"]}))
    with pytest.raises(Exception, match=r"support: select failed: Unsafe Login by <address> ?\[2J") as caught:
        open_mailbox(account(server.port)).look()
    assert "\x1b" not in str(caught.value)


def test_no_piece_of_a_command_waits_for_the_answer_to_the_piece_before(dovecot: Dovecot) -> None:
    client = open_link(account(dovecot.imap_port, dovecot.new_user()), ssl.create_default_context())
    assert client.socket().getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    client.logout()


def test_we_say_who_we_are_before_we_select(start_scripted: StartScripted, open_mailbox: OpenMailbox) -> None:
    server = start_scripted(ScriptedImap({}))
    open_mailbox(account(server.port)).look()
    verbs = [line.split()[0] for line in server.said]
    assert verbs.index("LOGIN") < verbs.index("ID") < verbs.index("SELECT")
    assert 'ID ("name" "Postdesk" "vendor" "Postdesk")' in server.said


def test_a_server_that_minds_our_name_is_not_a_dead_one(
    start_scripted: StartScripted, open_mailbox: OpenMailbox
) -> None:
    server = start_scripted(ScriptedImap({"ID": [b"%tag BAD what\r\n"]}))
    assert open_mailbox(account(server.port)).look() == (7, [1])


def test_a_link_that_is_cut_again_and_again_in_mid_mail_loses_nothing(
    dovecot: Dovecot, start_proxy: StartProxy, open_mailbox: OpenMailbox
) -> None:
    user = dovecot.new_user()
    dovecot.deliver(user, MAIL)
    proxy = start_proxy(dovecot.imap_port)
    mailbox = open_mailbox(account(proxy.port, user))
    proxy.cut_after(100_000, times=20)
    for _ in range(20):
        _, uids = mailbox.look()
        with pytest.raises(MailboxDown):
            mailbox.fetch(uids)
    assert [found.raw for found in mailbox.fetch(mailbox.look()[1])] == [MAIL]


def test_wherever_a_link_is_cut_it_is_the_link_that_is_down(
    dovecot: Dovecot, start_proxy: StartProxy, open_mailbox: OpenMailbox
) -> None:
    user = dovecot.new_user()
    dovecot.deliver(user, MAIL[:200])
    proxy = start_proxy(dovecot.imap_port)
    mailbox = open_mailbox(account(proxy.port, user))
    for answered in range(0, 1_200, 47):
        mailbox.close()
        proxy.cut_after(answered)
        with pytest.raises(MailboxDown) as caught:
            read_all(mailbox)
        assert not isinstance(caught.value, LoginRefused)
    mailbox.close()
    assert [found.raw for found in mailbox.fetch(mailbox.look()[1])] == [MAIL[:200]]


def read_all(mailbox: ImapMailbox) -> Sequence[Fetched]:
    return mailbox.fetch(mailbox.look()[1])


def test_a_silent_network_is_noticed_within_the_time_allowed(
    dovecot: Dovecot, start_proxy: StartProxy, open_mailbox: OpenMailbox
) -> None:
    user = dovecot.new_user()
    dovecot.deliver(user, MAIL)
    proxy = start_proxy(dovecot.imap_port)
    mailbox = open_mailbox(replace(account(proxy.port, user), read_timeout=0.3))
    mailbox.look()
    proxy.stall()
    with pytest.raises(MailboxDown, match="TimeoutError"):
        mailbox.look()
    proxy.flow()
    assert mailbox.look()[1] == [1]


def test_a_server_that_is_away_is_down_and_found_when_it_is_back(
    start_dovecot: StartDovecot, open_mailbox: OpenMailbox
) -> None:
    server = start_dovecot(None)
    mailbox = open_mailbox(account(server.imap_port, server.new_user()))
    mailbox.look()
    server.stop()
    for _ in range(2):
        with pytest.raises(MailboxDown):
            mailbox.look()
    server.start()
    assert mailbox.look()[1] == []


def test_an_unknown_host_is_down(open_mailbox: OpenMailbox, certificates: Certificates) -> None:
    box: Account = protected(account(993), 993, Tls.SSL, certificates.ca_file)
    with pytest.raises(MailboxDown, match="gaierror"):
        open_mailbox(replace(box, host="mail.invalid")).look()


def test_missing_authorities_are_found_when_the_mailbox_is_made(open_mailbox: OpenMailbox, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_mailbox(replace(account(993), tls=Tls.SSL, ca_file=tmp_path / "gone.pem"))
