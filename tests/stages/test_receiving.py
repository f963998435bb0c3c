"""Nothing that a mailbox shows is lost or taken twice, whatever others do to it meanwhile (T-IN-01 to T-IN-11)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from daemon.office import Office
from daemon.ports import MailboxDown
from daemon.receive import receive
from tests.conftest import StartProxy
from tests.house import House
from tests.letters import letter
from tests.servers.process import eventually
from tests.stages.scenes import assert_still_at_work, outcomes, remarks


def test_a_hundred_mails_become_a_hundred_tickets_and_acknowledgements(house: House) -> None:
    house.post(*(letter(f"c{n}@customer.test") for n in range(100)))
    with house.shift() as shift:
        shift.turn()
        assert len(house.numbers()) == len(set(house.numbers())) == 100
        assert all(len(house.sent(f"c{n}@customer.test")) == 1 for n in range(100))
        assert (house.dovecot.count(house.user), house.dovecot.count(house.user, "Processed")) == (0, 100)
        assert_still_at_work(house, shift)


def test_mails_that_somebody_else_has_read_first_become_tickets_too(small_house: House) -> None:
    small_house.post(*(letter(f"c{n}@customer.test") for n in range(5)))
    with small_house.dovecot.client(small_house.user) as other:
        other.select_folder("INBOX")
        other.add_flags(other.search(), ["\\Seen"])
    with small_house.shift() as shift:
        shift.turn()
        assert len(small_house.numbers()) == 5
        assert_still_at_work(small_house, shift)


def test_mails_that_come_and_go_during_a_poll_are_each_taken_once(small_house: House) -> None:
    small_house.post(*(letter(f"c{n}@customer.test", text=f"Number {n}.") for n in range(700)))
    done = False

    def meanwhile() -> None:
        nonlocal done
        if done:
            return
        done = True
        small_house.post(*(letter(f"late{n}@customer.test") for n in range(20)))
        with small_house.dovecot.client(small_house.user) as other:
            other.create_folder("Elsewhere")
            other.select_folder("INBOX")
            other.move(sorted(other.search())[680:690], "Elsewhere")

    with small_house.office() as office:
        _poll(office, meanwhile)
        _poll(office, meanwhile)
    rows = small_house.rows("SELECT uid, raw_sha256 FROM inbox")
    assert len(rows) == len({row.raw_sha256 for row in rows}) == 710
    assert small_house.dovecot.count(small_house.user) == 0


def _poll(office: Office, tell: Callable[[], None]) -> None:
    [mailbox] = office.mailboxes
    receive(office.store, mailbox, office.clock, office.manner(mailbox.name), tell)


def test_fetching_leaves_every_flag_as_it_was(small_house: House) -> None:
    small_house.post(letter(), letter())
    with small_house.dovecot.client(small_house.user) as other:
        other.select_folder("INBOX")
        other.add_flags(other.search()[0], ["\\Flagged"])
    with small_house.shift() as shift:
        shift.turn()
        flags = [mail.flags - {"\\Recent"} for mail in small_house.dovecot.stored(small_house.user, "Processed")]
        assert flags == [{"\\Flagged"}, frozenset()]
        assert_still_at_work(small_house, shift)


def test_a_rebuilt_folder_full_of_old_mail_brings_only_what_is_new(house: House) -> None:
    house.post(*(letter(f"c{n}@customer.test") for n in range(10)))
    with house.shift() as shift:
        shift.turn()
        with house.dovecot.client(house.user) as other:
            other.select_folder("Processed")
            other.copy(other.search(), "INBOX")
        house.dovecot.change_uidvalidity(house.user, 4711)
        house.post(letter("new@customer.test"))
        sent = len(house.sink.accepted)
        shift.turn()
        assert len(house.numbers()) == 11
        assert Counter(state for state, _ in outcomes(house)) == {"done": 11, "duplicate": 10}
        assert len(house.sink.accepted) == sent + 2, "one acknowledgement, one notice"
        assert_still_at_work(house, shift)


def test_one_message_id_on_two_different_mails_hides_neither(small_house: House) -> None:
    same = {"Message-ID": "<same@customer.test>"}
    small_house.post(letter(headers=same), letter("eve@customer.test", text="Something else.", headers=same))
    with small_house.shift() as shift:
        shift.turn()
        first, second = small_house.numbers()
        assert "defect" not in remarks(small_house, first)
        assert remarks(small_house, second)["defect"] == "message-id-reused"
        assert len(small_house.sent("eve@customer.test")) == 1
        assert_still_at_work(small_house, shift)


def test_a_mail_that_comes_again_by_an_alias_is_a_recorded_duplicate(house: House) -> None:
    raw = letter()
    trace = b"Received: from mx2.desk.test by imap.desk.test; Sat, 21 Nov 2026 10:00:09 +0800\r\n"
    house.post(raw, trace + b"Delivered-To: help@desk.test\r\n" + raw)
    with house.shift() as shift:
        shift.turn()
        assert outcomes(house) == [("done", "opened"), ("duplicate", None)]
        assert len(house.sent("ann@customer.test")) == 1
        assert_still_at_work(house, shift)


def test_mails_without_a_message_id_are_told_apart_by_what_they_say(small_house: House) -> None:
    nameless = {"Message-ID": ""}
    twice = letter("one@customer.test", headers=nameless)
    second, third = (letter("two@customer.test", text=text, headers=nameless) for text in ("This.", "And that."))
    small_house.post(twice, twice, second, third)
    with small_house.shift() as shift:
        shift.turn()
        assert [state for state, _ in outcomes(small_house)] == ["done", "duplicate", "done", "done"]
        assert len(small_house.numbers()) == 3
        assert_still_at_work(small_house, shift)


def test_a_mail_that_vanishes_before_it_is_fetched_stops_nobody(small_house: House) -> None:
    small_house.settings["mailboxes"][0]["batch_messages"] = 2
    small_house.write()
    small_house.post(*(letter(f"c{n}@customer.test") for n in range(6)))

    def expunge_another() -> None:
        with small_house.dovecot.client(small_house.user) as other:
            other.select_folder("INBOX")
            left = other.search()
            if len(left) == 6:
                other.delete_messages(left[3])
                other.expunge()

    with small_house.office() as office:
        _poll(office, expunge_another)
    with small_house.shift() as shift:
        shift.turn()
        assert outcomes(small_house) == [("done", "opened")] * 5
        assert small_house.sent("c3@customer.test") == []
        assert_still_at_work(small_house, shift)


def test_a_processed_folder_that_nobody_may_write_to_costs_an_alarm_and_no_ticket(small_house: House) -> None:
    small_house.dovecot.forbid_writing(small_house.user, "Processed")
    small_house.post(letter(), letter("bob@customer.test"))
    with small_house.shift() as shift:
        for _ in range(5):
            shift.turn()
        assert len(small_house.numbers()) == 2
        assert len(outcomes(small_house)) == 2
        assert small_house.dovecot.count(small_house.user) == 2
        assert_still_at_work(small_house, shift)
    assert "not-filed" in small_house.postdesk("once").stderr


@pytest.mark.parametrize(("answered", "least"), [(900, 20), (2_500, 4), (6_000, 1)])
def test_a_link_that_is_cut_again_and_again_loses_and_doubles_nothing(
    small_house: House, start_proxy: StartProxy, answered: int, least: int
) -> None:
    proxy = start_proxy(small_house.dovecot.imap_port)
    small_house.settings["mailboxes"][0] |= {"port": proxy.port, "batch_messages": 2}
    small_house.write()
    small_house.post(*(letter(f"c{n}@customer.test", text="word " * 200) for n in range(12)))
    proxy.cut_after(answered, times=20)
    cuts = 0
    with small_house.shift() as shift:
        for _ in range(21):
            try:
                shift.turn()
            except MailboxDown:
                cuts += 1
        assert cuts >= least
        assert len(small_house.numbers()) == len(outcomes(small_house)) == 12
        assert all(len(small_house.sent(f"c{n}@customer.test")) == 1 for n in range(12))
        assert_still_at_work(small_house, shift)


def test_a_daemon_whose_link_is_cut_waits_longer_each_time(small_house: House, start_proxy: StartProxy) -> None:
    proxy = start_proxy(small_house.dovecot.imap_port)
    small_house.settings["mailboxes"][0]["port"] = proxy.port
    small_house.write()
    proxy.cut_after(200, times=2)
    small_house.post(letter())
    daemon = small_house.start()
    try:
        assert small_house.sink.has(2)
    finally:
        daemon.terminate()
        assert daemon.wait(20) == 0
    first, second, third = proxy.opened_at[:3]
    assert second - first > 0.9
    assert third - second > 1.9


def test_several_mailboxes_are_worked_at_once_and_none_waits_for_a_broken_one(small_house: House) -> None:
    second = small_house.dovecot.new_user("sales")
    [box] = small_house.settings["mailboxes"]
    small_house.settings["mailboxes"] = [
        box | {"name": "broken", "port": 1},
        box,
        box | {"name": "sales", "username": second},
    ]
    small_house.write()
    small_house.post(letter("one@customer.test"))
    small_house.dovecot.deliver(second, letter("two@customer.test"))
    daemon = small_house.start()
    try:
        assert eventually(lambda: len(small_house.sink.accepted) == 4)
        assert {row.mailbox for row in small_house.rows("SELECT mailbox FROM ticket")} == {"support", "sales"}
    finally:
        daemon.terminate()
        assert daemon.wait(20) == 0


def test_once_names_a_folder_that_is_not_there(small_house: House) -> None:
    small_house.settings["mailboxes"][0]["folder"] = "Nowhere"
    small_house.write()
    done = small_house.postdesk("once", check=False)
    assert done.returncode == 1
    assert "support" in done.stderr and "folder" in done.stderr
    assert "Traceback" not in done.stderr


def test_once_tells_of_a_broken_mailbox_after_it_has_served_the_others(small_house: House) -> None:
    [box] = small_house.settings["mailboxes"]
    small_house.settings["mailboxes"] = [box | {"name": "broken", "port": 1}, box]
    small_house.write()
    small_house.post(letter())
    done = small_house.postdesk("once", check=False)
    assert done.returncode == 75
    assert "broken" in done.stderr
    assert len(small_house.sent("ann@customer.test")) == 1
