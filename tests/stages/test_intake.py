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
