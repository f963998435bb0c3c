"""From the mailbox to a ticket and its acknowledgement."""

from __future__ import annotations

from tests.house import ENGINEER, House
from tests.letters import answer, letter, subject_of, text_of


def test_a_mail_becomes_a_ticket_and_is_acknowledged(house: House) -> None:
    house.post(letter(subject="打印机坏了", text="今天早上开始无法打印。"))
    house.once()
    [number] = house.numbers()
    [ack] = house.sent("ann@customer.test")
    assert number in subject_of(ack)
    assert "打印机" not in subject_of(ack) + text_of(ack)
    [notice] = house.sent(ENGINEER)
    assert "今天早上开始无法打印" in text_of(notice)
    assert house.dovecot.count(house.user) == 0
    assert house.dovecot.count(house.user, "Processed") == 1


def test_a_conversation_runs_by_mail_until_the_engineer_closes_it(house: House) -> None:
    house.post(letter())
    house.once()
    [number] = house.numbers()
    house.post(answer(house.sent(ENGINEER)[0], f"Wang <{ENGINEER}>", "Please switch it off and on."))
    house.once()
    reply = house.sent("ann@customer.test")[-1]
    assert "switch it off and on" in text_of(reply)
    house.post(answer(reply, "Ann Li <ann@customer.test>", "That helped, thank you!"))
    house.once()
    told = house.sent(ENGINEER)[-1]
    assert "That helped" in text_of(told)
    house.post(answer(told, f"Wang <{ENGINEER}>", "#close\nGlad to hear it."))
    house.once()
    last = house.sent("ann@customer.test")[-1]
    assert "Glad to hear it" in text_of(last)
    assert house.numbers() == [number]
    assert [row.status for row in house.rows("SELECT status FROM ticket")] == ["closed"]


def test_mail_older_than_the_first_contact_becomes_tickets_without_a_word_to_anybody(small_house: House) -> None:
    del small_house.settings["mailboxes"][0]["first_contact"]
    small_house.write()
    small_house.clock.pass_time(hours=1)
    small_house.post(letter(), letter())
    small_house.once()
    assert len(small_house.numbers()) == 2
    assert not small_house.sink.accepted
    assert {row.state for row in small_house.rows("SELECT state FROM outbox")} == {"withheld"}
    assert small_house.dovecot.count(small_house.user) == 2, "last year's mail stays where it was"
    small_house.clock.pass_time(days=30)
    small_house.once()
    assert not small_house.sink.accepted, "nobody was promised anything"


def test_old_mail_can_be_skipped_without_taking_its_text(small_house: House) -> None:
    small_house.settings["mailboxes"][0]["first_contact"] = "skip"
    small_house.write()
    small_house.clock.pass_time(hours=1)
    small_house.post(letter(text="old " * 5000))
    small_house.once()
    assert small_house.numbers() == []
    assert [row.outcome for row in small_house.rows("SELECT outcome FROM inbox")] == ["set-aside"]
    assert [session.body_bytes < 5000 for session in small_house.dovecot.sessions(small_house.user)][-1:] == [True]


def test_an_observing_desk_decides_everything_and_sends_and_moves_nothing(small_house: House) -> None:
    small_house.post(letter())
    small_house.postdesk("once", "--observe")
    assert len(small_house.numbers()) == 1
    assert not small_house.sink.accepted
    assert small_house.dovecot.count(small_house.user) == 1
    small_house.postdesk("once")
    assert small_house.dovecot.count(small_house.user) == 0
    assert not small_house.sink.accepted, "what was withheld while observing stays withheld"
