"""Mails are looked up, weighed and fetched as they are, and left as they were."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from daemon.mailbox.imap import NEVER_TOLD
from daemon.ports import MailboxError
from tests.conftest import StartScripted
from tests.mailbox.conftest import OpenMailbox, account
from tests.servers.dovecot import Dovecot
from tests.servers.scripted_imap import ScriptedImap


def mail(number: int, body: bytes = b"It burns.") -> bytes:
    return b"From: ann@customer.example\r\nSubject: printer %d\r\n\r\n%s\r\n" % (number, body)


def test_a_mail_comes_as_its_bytes_are_with_the_instant_of_its_arrival(
    dovecot: Dovecot, open_mailbox: OpenMailbox
) -> None:
    user = dovecot.new_user()
    raw = mail(1, "打印机着火了\r\n.\r\n".encode("gb18030") + b"\xff\x80x")
    dovecot.deliver(user, raw, at=datetime(2026, 2, 3, 9, 15, tzinfo=timezone(timedelta(hours=8))))
    mailbox = open_mailbox(account(dovecot.imap_port, user))
    _, uids = mailbox.look()
    (fetched,) = mailbox.fetch(uids)
    assert (fetched.uid, fetched.raw, fetched.whole) == (uids[0], raw, True)
    assert fetched.arrived_at == datetime(2026, 2, 3, 1, 15, tzinfo=UTC)
    assert fetched.arrived_at.tzinfo is UTC
    assert mailbox.sizes(uids) == {uids[0]: len(raw)}


def test_reading_sets_no_flag_and_a_mail_that_somebody_has_read_is_still_seen(
    dovecot: Dovecot, open_mailbox: OpenMailbox
) -> None:
    user = dovecot.new_user()
    dovecot.deliver(user, mail(1), mail(2))
    with dovecot.client(user) as other:
        other.select_folder("INBOX")
        other.add_flags([1], [b"\\Seen"])
    mailbox = open_mailbox(account(dovecot.imap_port, user))
    _, uids = mailbox.look()
    mailbox.sizes(uids)
    assert [found.raw for found in mailbox.fetch(uids)] == [mail(1), mail(2)]
    assert mailbox.fetch_headers(2) is not None
    mailbox.close()
    assert ["\\Seen" in stored.flags for stored in dovecot.stored(user)] == [True, False]


def test_a_mail_that_vanishes_after_the_look_is_missing_and_the_others_come(
    dovecot: Dovecot, open_mailbox: OpenMailbox
) -> None:
    user = dovecot.new_user()
    dovecot.deliver(user, mail(1), mail(2), mail(3))
    mailbox = open_mailbox(account(dovecot.imap_port, user))
    _, uids = mailbox.look()
    with dovecot.client(user) as other:
        other.select_folder("INBOX")
        other.delete_messages([2])
        other.expunge()
    assert [found.uid for found in mailbox.fetch(uids)] == [1, 3]
    assert sorted(mailbox.sizes(uids)) == [1, 3]
    assert mailbox.fetch([2]) == []
    assert mailbox.fetch_headers(2) is None
    assert mailbox.look()[1] == [1, 3]


def test_only_the_header_of_a_mail_too_large_crosses_the_wire(dovecot: Dovecot, open_mailbox: OpenMailbox) -> None:
    user = dovecot.new_user()
    dovecot.deliver(user, mail(1, b"x" * 70 + b"\r\n" + b"It burns.\r\n" * 100_000))
    mailbox = open_mailbox(account(dovecot.imap_port, user))
    _, uids = mailbox.look()
    fetched = mailbox.fetch_headers(uids[0])
    assert fetched is not None
    assert (fetched.raw, fetched.whole) == (b"From: ann@customer.example\r\nSubject: printer 1\r\n\r\n", False)
    mailbox.close()
    assert dovecot.logs(rf"imap\({user}\).*Logged out")
    assert all(session.received < 10_000 for session in dovecot.sessions(user)[-1:])


def test_a_look_in_small_ranges_finds_every_mail_once(dovecot: Dovecot, open_mailbox: OpenMailbox) -> None:
    user = dovecot.new_user()
    dovecot.deliver(user, *(mail(number) for number in range(1, 11)))
    with dovecot.client(user) as other:
        other.select_folder("INBOX")
        other.delete_messages([2, 3, 4])
        other.expunge()
    box = replace(account(dovecot.imap_port, user), search_span=3)
    assert open_mailbox(box).look()[1] == [1, 5, 6, 7, 8, 9, 10]


def test_an_empty_folder_has_no_uids(dovecot: Dovecot, open_mailbox: OpenMailbox) -> None:
    mailbox = open_mailbox(account(dovecot.imap_port, dovecot.new_user()))
    assert mailbox.look()[1] == []
    assert mailbox.fetch([]) == []
    assert mailbox.sizes([]) == {}


def test_more_uids_than_a_command_line_holds_are_asked_for_in_several(
    dovecot: Dovecot, open_mailbox: OpenMailbox
) -> None:
    user = dovecot.new_user()
    dovecot.deliver(user, mail(1), mail(2))
    mailbox = open_mailbox(account(dovecot.imap_port, user))
    mailbox.look()
    assert sorted(mailbox.sizes(range(1, 20_000))) == [1, 2]


def test_uids_of_a_folder_that_was_rebuilt_meanwhile_are_refused(dovecot: Dovecot, open_mailbox: OpenMailbox) -> None:
    user = dovecot.new_user()
    dovecot.deliver(user, mail(1))
    mailbox = open_mailbox(account(dovecot.imap_port, user))
    before, uids = mailbox.look()
    mailbox.close()
    dovecot.change_uidvalidity(user, before + 1)
    with pytest.raises(MailboxError, match="rebuilt"):
        mailbox.file(uids)
    after, uids = mailbox.look()
    assert (after, [found.raw for found in mailbox.fetch(uids)]) == (before + 1, [mail(1)])


def test_a_closed_mailbox_opens_again_for_the_uids_it_knows(dovecot: Dovecot, open_mailbox: OpenMailbox) -> None:
    user = dovecot.new_user()
    dovecot.deliver(user, mail(1))
    mailbox = open_mailbox(account(dovecot.imap_port, user))
    _, uids = mailbox.look()
    mailbox.close()
    assert [found.raw for found in mailbox.fetch(uids)] == [mail(1)]


def test_a_folder_that_is_not_there_is_refused_by_name(dovecot: Dovecot, open_mailbox: OpenMailbox) -> None:
    box = replace(account(dovecot.imap_port, dovecot.new_user()), folder="Nowhere")
    with pytest.raises(MailboxError, match=r"support: .*Mailbox doesn't exist"):
        open_mailbox(box).look()


def test_a_mail_without_a_readable_arrival_comes_with_the_far_future(
    start_scripted: StartScripted, open_mailbox: OpenMailbox
) -> None:
    answer = b"* 1 FETCH (UID 1 BODY[] {5}\r\nx\r\n\r\n)\r\n%tag OK done\r\n"
    server = start_scripted(ScriptedImap({"UID FETCH": [answer]}))
    mailbox = open_mailbox(account(server.port))
    mailbox.look()
    (fetched,) = mailbox.fetch([1])
    assert (fetched.raw, fetched.arrived_at) == (b"x\r\n\r\n", NEVER_TOLD)


def test_each_mail_is_asked_for_alone_before_a_refusal_counts_for_all(
    start_scripted: StartScripted, open_mailbox: OpenMailbox
) -> None:
    """The scripted server refuses every FETCH; then it is no single mail's fault, and that is said."""
    server = start_scripted(ScriptedImap({"UID FETCH": [b"%tag NO [SERVERBUG] cannot read\r\n"]}))
    mailbox = open_mailbox(account(server.port))
    mailbox.look()
    with pytest.raises(MailboxError, match="SERVERBUG"):
        mailbox.fetch([1, 2, 3])
    assert [line for line in server.said if "FETCH" in line][1:] == [
        f"UID FETCH {uid} (BODY.PEEK[] INTERNALDATE)" for uid in (1, 2, 3)
    ]


def test_neither_mail_nor_password_is_written_to_the_log(
    dovecot: Dovecot, open_mailbox: OpenMailbox, caplog: pytest.LogCaptureFixture
) -> None:
    user = dovecot.new_user()
    dovecot.deliver(user, mail(1, b"my PIN is 4711"))
    with caplog.at_level(logging.DEBUG):
        mailbox = open_mailbox(account(dovecot.imap_port, user))
        mailbox.fetch(mailbox.look()[1])
    assert "4711" not in caplog.text
    assert "printer" not in caplog.text
    assert "secret" not in caplog.text
