"""What is kept is moved to the processed folder, once, whatever the server can do and whoever else is at work there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.mailbox.folders import name_on_server
from daemon.ports import MailboxDown, MailboxError
from tests.conftest import StartProxy
from tests.mailbox.conftest import ConfiguredDovecot, OpenMailbox, account
from tests.servers.dovecot import Dovecot

MAILS = tuple(b"Subject: %d\r\n\r\nIt burns.\r\n" % number for number in range(1, 4))
# `imap_capability` says what Dovecot offers; it goes into the section that is only about IMAP.
IN_IMAP = "protocol imap {"
WITH_UIDPLUS = f"{IN_IMAP}\n  imap_capability = IMAP4rev1 UIDPLUS NAMESPACE IDLE"
BARE = f"{IN_IMAP}\n  imap_capability = IMAP4rev1"


@pytest.mark.parametrize("processed", ["Processed", "分类/已处理", "Büro & Sohn/fertig"])
def test_a_missing_folder_is_made_and_shown_in_mail_clients(
    dovecot: Dovecot, open_mailbox: OpenMailbox, processed: str
) -> None:
    user = dovecot.new_user()
    dovecot.deliver(user, *MAILS)
    mailbox = open_mailbox(replace(account(dovecot.imap_port, user), processed=processed))
    mailbox.file(mailbox.look()[1][:2])
    assert [stored.raw for stored in dovecot.stored(user, processed)] == [MAILS[0], MAILS[1]]
    assert [stored.raw for stored in dovecot.stored(user)] == [MAILS[2]]
    with dovecot.client(user) as other:
        assert processed in [name for _, _, name in other.list_sub_folders()]
    mailbox.file(mailbox.look()[1])
    assert dovecot.count(user, processed) == 3


def test_folders_lie_below_the_prefix_and_separator_of_the_server(
    configured_dovecot: ConfiguredDovecot, open_mailbox: OpenMailbox
) -> None:
    dovecot = configured_dovecot("separator = /", "separator = .\n  prefix = INBOX.")
    user = dovecot.new_user()
    dovecot.deliver(user, *MAILS)
    for uid, processed in enumerate(["Support/Done", "INBOX.Support.Done", "inbox/Support/Done"], 1):
        mailbox = open_mailbox(replace(account(dovecot.imap_port, user), processed=processed))
        mailbox.look()
        mailbox.file([uid])
        assert dovecot.count(user, "INBOX.Support.Done") == uid


@pytest.mark.parametrize(
    ("name", "prefix", "separator", "spoken"),
    [
        ("INBOX", "INBOX.", ".", "INBOX"),
        ("inbox", "", "/", "INBOX"),
        ("Processed", "", "/", "Processed"),
        ("Processed", "INBOX.", ".", "INBOX.Processed"),
        ("Inbox/Processed", "INBOX.", ".", "INBOX.Processed"),
        ("Inboxes/Old", "INBOX.", ".", "INBOX.Inboxes.Old"),
        ("a/b", "", "", "a/b"),
    ],
)
def test_a_folder_name_is_spoken_as_the_server_spells_it(name: str, prefix: str, separator: str, spoken: str) -> None:
    assert name_on_server(name, prefix, separator) == spoken


def test_without_move_others_keep_what_they_have_marked_as_deleted(
    configured_dovecot: ConfiguredDovecot, open_mailbox: OpenMailbox
) -> None:
    dovecot = configured_dovecot(IN_IMAP, WITH_UIDPLUS)
    user = dovecot.new_user()
    dovecot.deliver(user, *MAILS)
    mark_deleted(dovecot, user, 3)
    mailbox = open_mailbox(account(dovecot.imap_port, user))
    mailbox.look()
    mailbox.file([1, 2])
    assert [stored.raw for stored in dovecot.stored(user, "Processed")] == [MAILS[0], MAILS[1]]
    assert [stored.uid for stored in dovecot.stored(user)] == [3]


def test_a_filing_that_was_cut_off_after_the_copy_makes_no_second_one(
    configured_dovecot: ConfiguredDovecot, open_mailbox: OpenMailbox, start_proxy: StartProxy
) -> None:
    dovecot = configured_dovecot(IN_IMAP, WITH_UIDPLUS)
    user = dovecot.new_user()
    dovecot.deliver(user, *MAILS)
    proxy = start_proxy(dovecot.imap_port)
    mailbox = open_mailbox(account(proxy.port, user))
    _, uids = mailbox.look()
    proxy.cut_before(b"EXPUNGE")
    with pytest.raises(MailboxDown):
        mailbox.file(uids)
    assert (dovecot.count(user), dovecot.count(user, "Processed")) == (3, 3)
    mailbox.file(mailbox.look()[1])
    assert (dovecot.count(user), dovecot.count(user, "Processed")) == (0, 3)


def test_without_uidplus_nothing_is_filed_that_would_expunge_for_others(
    configured_dovecot: ConfiguredDovecot, open_mailbox: OpenMailbox
) -> None:
    dovecot = configured_dovecot(IN_IMAP, BARE)
    user = dovecot.new_user()
    dovecot.deliver(user, *MAILS)
    mark_deleted(dovecot, user, 3)
    mailbox = open_mailbox(account(dovecot.imap_port, user))
    mailbox.look()
    with pytest.raises(MailboxError, match="somebody else has marked"):
        mailbox.file([1, 2])
    assert (dovecot.count(user), dovecot.count(user, "Processed")) == (3, 0)
    mailbox.file([1, 2, 3])
    assert (dovecot.count(user), dovecot.count(user, "Processed")) == (0, 2)


def test_a_read_only_processed_folder_is_refused_each_time_and_the_link_keeps_working(
    dovecot: Dovecot, open_mailbox: OpenMailbox
) -> None:
    user = dovecot.new_user()
    dovecot.deliver(user, *MAILS)
    dovecot.forbid_writing(user, "Processed")
    mailbox = open_mailbox(account(dovecot.imap_port, user))
    for _ in range(5):
        _, uids = mailbox.look()
        with pytest.raises(MailboxError, match="support: "):
            mailbox.file(uids)
        assert [found.raw for found in mailbox.fetch(uids)] == list(MAILS)
    mailbox.close()
    assert (dovecot.count(user), dovecot.count(user, "Processed")) == (3, 0)
    assert dovecot.logs(rf"imap\({user}\).*Logged out")


@pytest.mark.parametrize("capabilities", [IN_IMAP, WITH_UIDPLUS, BARE])
def test_mail_in_a_read_only_folder_is_read_and_never_copied(
    configured_dovecot: ConfiguredDovecot, open_mailbox: OpenMailbox, capabilities: str
) -> None:
    dovecot = configured_dovecot(IN_IMAP, capabilities)
    user = dovecot.new_user()
    dovecot.deliver(user, *MAILS, folder="Shared")
    dovecot.forbid_writing(user, "Shared")
    mailbox = open_mailbox(replace(account(dovecot.imap_port, user), folder="Shared"))
    for _ in range(3):
        _, uids = mailbox.look()
        assert [found.raw for found in mailbox.fetch(uids)] == list(MAILS)
        with pytest.raises(MailboxError, match="read"):
            mailbox.file(uids)
    assert (dovecot.count(user, "Shared"), dovecot.count(user, "Processed")) == (3, 0)


def test_filing_what_somebody_has_moved_already_is_no_error(dovecot: Dovecot, open_mailbox: OpenMailbox) -> None:
    user = dovecot.new_user()
    dovecot.deliver(user, *MAILS)
    mailbox = open_mailbox(account(dovecot.imap_port, user))
    _, uids = mailbox.look()
    with dovecot.client(user) as other:
        other.select_folder("INBOX")
        other.create_folder("Elsewhere")
        other.move([2], "Elsewhere")
    mailbox.file(uids)
    assert (dovecot.count(user), dovecot.count(user, "Processed"), dovecot.count(user, "Elsewhere")) == (0, 2, 1)


def test_a_move_whose_answer_is_lost_has_happened_and_the_next_look_knows(
    dovecot: Dovecot, open_mailbox: OpenMailbox, start_proxy: StartProxy
) -> None:
    user = dovecot.new_user()
    dovecot.deliver(user, *MAILS)
    proxy = start_proxy(dovecot.imap_port)
    mailbox = open_mailbox(account(proxy.port, user))
    mailbox.look()
    mailbox.file([1])
    proxy.lose_answer_to(b"UID MOVE")
    with pytest.raises(MailboxDown):
        mailbox.file([2, 3])
    assert mailbox.look()[1] == []
    assert dovecot.count(user, "Processed") == 3


def mark_deleted(dovecot: Dovecot, user: str, uid: int) -> None:
    with dovecot.client(user) as other:
        other.select_folder("INBOX")
        other.add_flags([uid], [b"\\Deleted"])
