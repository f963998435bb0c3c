"""What leaves is one sound mail to one address, whatever stood in the mail that it answers (T-OU-10 to T-OU-15)."""

from __future__ import annotations

import re
from email.utils import getaddresses

import pytest

from tests.house import ENGINEER, House
from tests.letters import DESK, answer, letter, opened, subject_of, text_of
from tests.servers.smtp import Accepted
from tests.stages.scenes import assert_still_at_work, remarks, told

ALLOWED = {
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "reply-to",
    "auto-submitted",
    "x-auto-response-suppress",
    "precedence",
    "x-postdesk-desk",
    "x-postdesk-ticket",
    "mime-version",
    "content-type",
}
WANG = f"Wang <{ENGINEER}>"


def _assert_sound(mails: list[Accepted]) -> None:
    assert mails
    for accepted in mails:
        mail = opened(accepted.raw)
        names = [name.lower() for name in mail]
        assert set(names) <= ALLOWED
        assert len(names) == len(set(names))
        assert len(accepted.recipients) == 1
        assert [address for _, address in getaddresses([str(mail["To"])])] == list(accepted.recipients)
        assert max(map(len, accepted.raw.split(b"\r\n"))) <= 998


def _whole_life(house: House, raw: bytes, sender: str) -> None:
    """Opened, answered, answered back and closed."""
    house.post(raw)
    with house.shift() as shift:
        shift.turn()
        [number] = house.numbers()
        [notice] = told(house, number)
        engineer = str(notice["To"])
        house.post(answer(notice, engineer, "Please try again."))
        shift.turn()
        reply = house.sent(sender)[-1]
        assert "try again" in text_of(reply)
        house.post(answer(reply, sender, "It works."))
        shift.turn()
        house.post(answer(notice, engineer, "#close"))
        shift.turn()
        assert [row.status for row in house.rows("SELECT status FROM ticket")] == ["closed"]
        _assert_sound(list(house.sink.accepted))
        assert_still_at_work(house, shift)


HOSTILE_SUBJECTS = {
    "once encoded": "=?utf-8?q?a=0D=0ABcc:_eve@evil.test?=",
    "twice encoded": "=?utf-8?q?=3D=3Futf-8=3Fq=3Fa=3D0d=3D0aBcc=3A=5Fx=40evil.test=3F=3D?=",
    "base64": "=?utf-8?b?YQ0KQmNjOiBldmVAZXZpbC50ZXN0DQoNCmJvZHk=?=",
    "line separators": "=?utf-8?q?a=E2=80=A8Bcc:_eve@evil.test=C2=85X:_y=0B=0C?=",
    "nul": "=?utf-8?q?a=00b?=",
    "bidi": "=?utf-8?q?a=E2=80=AEtset.live?=",
    "template": "{{ 7 * 7 }}{% include '../secret' %}{{ ''.__class__ }}",
}


@pytest.mark.parametrize("subject", HOSTILE_SUBJECTS.values(), ids=HOSTILE_SUBJECTS)
def test_a_hostile_subject_stays_a_subject_through_the_whole_life_of_a_ticket(small_house: House, subject: str) -> None:
    raw = letter(subject="SUBJECT", sender="ann@customer.test").replace(
        b"Subject: SUBJECT", f"Subject: {subject}".encode()
    )
    _whole_life(small_house, raw, "ann@customer.test")
    wire = b"".join(mail.raw for mail in small_house.sink.accepted)
    assert not re.search(rb"^Bcc", wire, re.MULTILINE | re.IGNORECASE)
    subjects = "".join(subject_of(opened(mail.raw)) for mail in small_house.sink.accepted)
    assert "49" not in subjects.replace("2026", "")
    assert not set(subjects) & set("\0\r\n\u202e\u2028\x85")


HOSTILE_NAMES = {
    "encoded line break": "=?utf-8?q?Ann=0D=0ABcc:_eve?=",
    "twice encoded": "=?utf-8?q?=3D=3Futf-8=3Fq=3Fa=3D0d=3D0aBcc=3A=5Fx=40evil.test=3F=3D?=",
    "template": '"{{ 7 * 7 }}"',
}


@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES)
def test_a_hostile_display_name_adds_no_field(small_house: House, name: str) -> None:
    raw = letter(sender="ann@customer.test").replace(b"From: ann", b"From: " + name.encode() + b" <ann", 1)
    raw = raw.replace(b"<ann@customer.test\r\n", b"<ann@customer.test>\r\n", 1)
    _whole_life(small_house, raw, "ann@customer.test")


ODD_SENDERS = {
    "blank inside": "<ann li@customer.test>",
    "comma inside": "<ann,eve@customer.test>",
    "two addresses": "ann@customer.test, eve@evil.test",
    "an address for a name": "ann@customer.test <eve@evil.test>",
    "quoted local part with a second address": '"ann@customer.test, eve"@evil.test',
    "RCPT inside": "<ann@customer.test>\r\n RCPT TO:<eve@evil.test>",
    "address literal": "<ann@[127.0.0.1]>",
    "nothing": "<>",
}


@pytest.mark.parametrize("sender", ODD_SENDERS.values(), ids=ODD_SENDERS)
def test_an_odd_sender_opens_a_ticket_for_the_desk_and_is_never_written_to(small_house: House, sender: str) -> None:
    raw = letter(sender="ann@customer.test").replace(b"From: ann@customer.test", f"From: {sender}".encode(), 1)
    small_house.post(raw)
    with small_house.shift() as shift:
        shift.turn()
        [number] = small_house.numbers()
        assert "not acknowledged" in remarks(small_house, number)
        assert len(told(small_house, number)) == 1
        assert_still_at_work(small_house, shift)
    heard = {command.line.upper() for command in small_house.sink.commands if command.line.upper().startswith("RCPT")}
    assert not [line for line in heard if "EVE" in line or "ANN" in line]


@pytest.mark.parametrize("sender", ["张三@客户.test", "jörg@customer.test", "ann@bücher.test"])
def test_an_international_address_gets_a_ticket_and_the_reason_why_it_gets_no_mail(house: House, sender: str) -> None:
    raw = letter(sender="ann@customer.test").replace(b"From: ann@customer.test", f"From: {sender}".encode(), 1)
    house.post(raw)
    with house.shift() as shift:
        shift.turn()
        [number] = house.numbers()
        assert "SMTPUTF8" in remarks(house, number)["unwritable"]
        assert len(told(house, number)) == 2, "the mail, and that its sender was not answered"
        assert_still_at_work(house, shift)


@pytest.mark.parametrize(
    "body",
    [
        b"one\r\n.\r\ntwo\r\nRCPT TO:<eve@evil.test>\r\n",
        b"one\n.\ntwo\n",
        b"one\r.\rtwo\r",
        b"one\r\n.\ntwo\n\r\n.\r\n",
        b"nul \0 here\r\n.\r\n",
        b"..\r\n.\r\n...\r\n",
        b"x" * 5000,
    ],
)
def test_no_text_of_a_customer_can_end_our_mail_early(house: House, body: bytes) -> None:
    head = letter().partition(b"\r\n\r\n")[0]
    house.post(head.replace(b"7bit", b"8bit") + b"\r\n\r\n" + body)
    with house.shift() as shift:
        shift.turn()
        [number] = house.numbers()
        [notice] = told(house, number)
        words = body.replace(b"\0", b"").decode().replace("\r\n", "\n").replace("\r", "\n").split()
        shown = text_of(notice).replace("\ufffd", "")
        assert [word for word in words if word not in shown] == []
        assert len(house.sink.accepted) == 2
        _assert_sound(list(house.sink.accepted))
        assert_still_at_work(house, shift)


def test_every_automatic_mail_says_so_in_every_way_that_machines_heed(house: House) -> None:
    house.clock.begin_long_ago()
    house.post(letter(headers={"Message-ID": "<first@customer.test>"}))
    with house.shift() as shift:
        shift.turn()
        house.clock.pass_time(hours=5)
        shift.turn()
        kinds = {row.message_id: row.kind for row in house.rows("SELECT message_id, kind FROM outbox WHERE automatic")}
        assert {"acknowledgement", "new_ticket", "overdue", "progress"} <= set(kinds.values())
        for accepted in house.sink.accepted:
            mail = opened(accepted.raw)
            assert accepted.reverse_path == ""
            assert str(mail["Auto-Submitted"]).startswith("auto-")
            assert mail["X-Auto-Response-Suppress"] == "All"
            assert mail["X-Postdesk-Desk"] == "desk.test"
            assert mail["Date"]
            assert str(mail["Message-ID"]).endswith("@desk.test>")
            assert mail["In-Reply-To"] == "<first@customer.test>"
            assert "<first@customer.test>" in str(mail["References"])
            assert mail["Bcc"] is None
            assert DESK in str(mail["From"])
        assert_still_at_work(house, shift)


def test_an_engineers_own_words_are_no_automatic_mail_and_return_to_the_desk(small_house: House) -> None:
    small_house.post(letter())
    with small_house.shift() as shift:
        shift.turn()
        [number] = small_house.numbers()
        small_house.post(answer(told(small_house, number)[0], WANG, "Please try again."))
        shift.turn()
    [sent] = small_house.sink.to("ann@customer.test")[-1:]
    assert sent.reverse_path == DESK
    assert opened(sent.raw)["Auto-Submitted"] is None
    assert ENGINEER.encode() not in sent.raw
