"""`list` and `show` tell people and programs what the desk knows, whatever mails contain."""

from __future__ import annotations

import json

from tests.house import ENGINEER, House
from tests.letters import answer, letter

HOSTILE = "[/bold] [red]urgent[/] {x} \x1b[2J\x1b]0;owned\x07 50%"


def test_tickets_and_mails_are_listed_for_people_and_for_programs(small_house: House) -> None:
    small_house.post(letter(subject="打印机坏了"), letter(subject="Second"), letter("out@customer.test", "自动回复: x"))
    small_house.once()
    rows = json.loads(small_house.postdesk("list", "--json").stdout)
    assert [row["subject"] for row in rows][:2] == ["自动回复: x", "Second"] or len(rows) == 3
    assert {"number", "status", "priority", "requester", "assignee", "next_due_at"} <= set(rows[0])
    table = small_house.postdesk("list", COLUMNS="200").stdout
    assert "打印机坏了" in table and "ann@customer.test" in table
    mails = json.loads(small_house.postdesk("list", "--mail", "--json").stdout)
    assert {mail["state"] for mail in mails} == {"done"}
    assert all("error" not in mail for mail in mails)


def test_closed_tickets_are_listed_when_asked_for(small_house: House) -> None:
    small_house.post(letter())
    with small_house.shift() as shift:
        shift.turn()
        small_house.post(answer(small_house.sent(ENGINEER)[0], ENGINEER, "#close"))
        shift.turn()
    assert json.loads(small_house.postdesk("list", "--json").stdout) == []
    [closed] = json.loads(small_house.postdesk("list", "--all", "--json").stdout)
    assert closed["status"] == "closed"


def test_a_ticket_is_shown_with_its_thread_its_reasons_and_its_mails(small_house: House) -> None:
    small_house.post(letter(text="It prints nothing."))
    with small_house.shift() as shift:
        shift.turn()
        small_house.post(answer(small_house.sent(ENGINEER)[0], ENGINEER, "#note\nJust a fuse."))
        shift.turn()
    [number] = small_house.numbers()
    shown = small_house.postdesk("show", number.lower(), COLUMNS="200").stdout
    for expected in (
        number,
        "It prints nothing.",
        "Just a fuse.",
        "for the desk only",
        "reply-address",
        "acknowledgement",
    ):
        assert expected in shown
    parts = json.loads(small_house.postdesk("show", number, "--json").stdout)
    assert parts["ticket"]["number"] == number
    assert {"PublicMessage", "InternalNote", "Change", "Remark", "Queued"} == {
        line["kind"] for line in parts["journal"]
    }
    assert {row["state"] for row in parts["outbox"]} == {"sent"}


def test_no_mail_can_paint_or_steer_a_terminal(small_house: House) -> None:
    small_house.post(
        letter(f'"{"[/red]"}" <ann@customer.test>', "SUBJECT", HOSTILE).replace(b"SUBJECT", b"[/bold] [red]urgent[/]")
    )
    small_house.once()
    [number] = small_house.numbers()
    for words in (("list",), ("show", number), ("list", "--mail")):
        done = small_house.postdesk(*words, COLUMNS="250")
        assert "\x1b" not in done.stdout and "\x07" not in done.stdout
        assert "[/bold] [red]urgent[/]" in done.stdout or words == ("list", "--mail")
