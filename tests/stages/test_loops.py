"""Machines are never answered, our own mail never comes back as news, and people are always heard (T-LP)."""

from __future__ import annotations

from email.message import Message

import pytest

from rules.model import InternalNote, Status
from tests.house import ENGINEER, House
from tests.letters import DESK, answer, letter, subject_of, text_of
from tests.stages.scenes import (
    ack_of,
    assert_still_at_work,
    journal,
    open_ticket,
    outcomes,
    remarks,
    ticket_of,
    told,
    words,
)

ANN = "ann@customer.test"

MARKS = (
    {"Auto-Submitted": "auto-generated"},
    {"Auto-Submitted": "auto-replied; owner-email=x@y.test"},
    {"Auto-Submitted": "auto-notified"},
    {"Auto-Submitted": "anything"},
    {"Precedence": "bulk"},
    {"Precedence": "junk"},
    {"Precedence": "list"},
    {"Precedence": "auto_reply"},
    {"List-Id": "<news.customer.test>"},
    {"List-Unsubscribe": "<mailto:leave@customer.test>"},
    {"Return-Path": "<>"},
    {"X-Autoreply": "yes"},
    {"X-Autorespond": "away"},
    {"X-Postdesk-Desk": "desk.test"},
)


def test_whoever_bears_a_single_mark_of_a_machine_is_not_written_to(house: House) -> None:
    senders = [f"machine{index}@customer.test" for index in range(len(MARKS))]
    house.post(*(letter(sender, headers=marks) for sender, marks in zip(senders, MARKS, strict=True)))
    reports = ("mailer-daemon@mx.test", "postmaster@mx.test")
    house.post(*(letter(sender, "Hello") for sender in reports))
    with house.shift() as shift:
        shift.turn()
        assert [sender for sender in (*senders, *reports) if house.sent(sender)] == []
        assert {state for state, _ in outcomes(house)} == {"done"}
        assert_still_at_work(house, shift)


def test_a_ticket_that_a_machine_opened_sends_no_progress_report_to_it(small_house: House) -> None:
    small_house.clock.begin_long_ago()
    small_house.post(letter("alarm@monitor.test", "Disk is down", headers={"Auto-Submitted": "auto-generated"}))
    with small_house.shift() as shift:
        shift.turn()
        [number] = small_house.numbers()
        small_house.clock.pass_time(days=3)
        shift.turn()
        assert small_house.sent("alarm@monitor.test") == []
        assert any("overdue" in subject_of(mail).lower() for mail in told(small_house, number))


def _bounce_of(mail: Message, recipient: str, action: str = "failed", status: str = "5.1.1") -> bytes:
    return (
        f"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.test\r\nTo: {DESK}\r\nSubject: Undelivered Mail\r\n"
        f"Message-ID: <{action}.{status}@mx.test>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nSorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: {status}\r\n\r\n"
        "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Message-ID: {mail['Message-ID']}\r\nSubject: x\r\n\r\n--b--\r\n"
    ).encode()


def test_a_bounce_of_our_mail_is_noted_on_its_ticket_and_the_assignee_told(house: House) -> None:
    with house.shift() as shift:
        number = open_ticket(house, shift)
        mails = len(house.sink.accepted)
        house.post(_bounce_of(ack_of(house, number), ANN))
        shift.turn()
        assert remarks(house, number)["bounced"] == f"{ANN} hard 5.1.1"
        [news] = [mail for mail in told(house, number) if "not delivered" in text_of(mail)]
        assert ANN in text_of(news) and "5.1.1" in text_of(news)
        assert len(house.sink.accepted) == mails + 1
        assert house.numbers() == [number]
        assert ticket_of(house, number).status is Status.NEW
        assert_still_at_work(house, shift)


def test_a_notice_that_our_mail_is_late_alarms_nobody(small_house: House) -> None:
    with small_house.shift() as shift:
        number = open_ticket(small_house, shift)
        mails = len(small_house.sink.accepted)
        small_house.post(_bounce_of(ack_of(small_house, number), ANN, "delayed", "4.4.1"))
        shift.turn()
        assert "delayed" in remarks(small_house, number)["bounced"]
        assert len(small_house.sink.accepted) == mails


def test_a_bounce_of_our_mail_to_the_assignee_is_told_to_the_lead(small_house: House) -> None:
    with small_house.shift() as shift:
        number = open_ticket(small_house, shift)
        notice = next(mail for mail in told(small_house, number) if mail["To"] == ENGINEER)
        small_house.post(_bounce_of(notice, ENGINEER))
        shift.turn()
        [news] = small_house.sent("lead@desk.test")
        assert ENGINEER in text_of(news)


def test_a_bounce_of_a_mail_that_we_never_sent_is_set_aside(small_house: House) -> None:
    foreign = Message()
    foreign["Message-ID"] = "<joe-job@desk.test>"
    small_house.post(_bounce_of(foreign, ANN))
    with small_house.shift() as shift:
        shift.turn()
        assert outcomes(small_house) == [("done", "set-aside")]
        assert_still_at_work(small_house, shift)


VACATIONS = {
    "marked": ("Automatic reply: The printer is down", "I am away.", {"Auto-Submitted": "auto-replied"}),
    "by its subject": ("自动回复：Re: The printer is down", "我正在休假。", {}),
    "by its English subject": ("Out of Office: The printer is down", "Back on Monday.", {}),
}


@pytest.mark.parametrize(("subject", "text", "marks"), VACATIONS.values(), ids=VACATIONS)
def test_a_vacation_reply_to_our_mail_is_kept_and_changes_nothing(
    small_house: House, subject: str, text: str, marks: dict[str, str]
) -> None:
    with small_house.shift() as shift:
        number = open_ticket(small_house, shift)
        [notice] = [mail for mail in told(small_house, number) if mail["To"] == ENGINEER]
        small_house.post(answer(notice, ENGINEER, "#close"))
        shift.turn()
        before, mails = ticket_of(small_house, number), len(small_house.sink.accepted)
        cited = str(small_house.sent(ANN)[-1]["Message-ID"])
        small_house.post(letter(ANN, subject, text, headers={"In-Reply-To": cited} | marks))
        small_house.post(letter("assistant@customer.test", subject, text, headers={"In-Reply-To": cited} | marks))
        shift.turn()
        after = ticket_of(small_house, number)
        assert after.status is Status.CLOSED
        assert after.clocks == before.clocks
        assert small_house.numbers() == [number]
        assert len(small_house.sink.accepted) == mails
        assert words(small_house, number, InternalNote)[-2:] == [text, text]
        assert_still_at_work(small_house, shift)


@pytest.mark.parametrize("sender", [DESK, "Support@Desk.Test", "support+anything@desk.test"])
def test_mail_from_our_own_address_is_ours_come_back(small_house: House, sender: str) -> None:
    small_house.post(letter(sender))
    with small_house.shift() as shift:
        shift.turn()
        assert outcomes(small_house) == [("done", "set-aside")]
        assert not small_house.sink.accepted
        assert_still_at_work(small_house, shift)


def test_our_own_mail_that_somebody_sent_back_is_set_aside(house: House) -> None:
    with house.shift() as shift:
        number = open_ticket(house, shift)
        mails = len(house.sink.accepted)
        house.post(*(mail.raw for mail in house.sink.accepted))
        shift.turn()
        assert outcomes(house)[1:] == [("done", "set-aside")] * mails
        assert len(house.sink.accepted) == mails
        assert house.numbers() == [number]
        assert_still_at_work(house, shift)


def test_a_person_at_another_desk_like_ours_is_heard(small_house: House) -> None:
    small_house.post(letter("help@partner.test", headers={"X-Postdesk-Desk": "partner.test"}))
    with small_house.shift() as shift:
        shift.turn()
        assert len(small_house.sent("help@partner.test")) == 1
        assert_still_at_work(small_house, shift)


def test_two_desks_like_ours_fall_silent(small_house: House) -> None:
    marks = {"X-Postdesk-Desk": "partner.test", "Auto-Submitted": "auto-replied"}
    with small_house.shift() as shift:
        for n in range(6):
            small_house.post(
                letter("help@partner.test", f"[TS-20260101-00{n}] We have received your mail", headers=marks)
            )
            shift.turn()
        assert small_house.sent("help@partner.test") == []
        assert_still_at_work(small_house, shift)


def test_a_foreign_desk_without_any_mark_gets_a_few_answers_and_then_silence(small_house: House) -> None:
    with small_house.shift() as shift:
        for n in range(8):
            small_house.post(letter("desk@foreign.test", f"Case {n}: your request was received", f"Case number {n}."))
            shift.turn()
        assert len(small_house.sent("desk@foreign.test")) == 3
        assert len(small_house.numbers()) == 8, "nothing is lost for it"
        last = small_house.numbers()[-1]
        assert "its share" in remarks(small_house, last)["not acknowledged"]
        assert_still_at_work(small_house, shift)


def test_a_person_who_asks_for_no_automatic_reply_gets_a_ticket_and_none(small_house: House) -> None:
    small_house.post(letter(headers={"X-Auto-Response-Suppress": "All"}))
    with small_house.shift() as shift:
        shift.turn()
        [number] = small_house.numbers()
        assert small_house.sent(ANN) == []
        small_house.post(answer(told(small_house, number)[0], ENGINEER, "Try again."))
        shift.turn()
        assert len(small_house.sent(ANN)) == 1, "an engineer's words are no automatic reply"
        assert_still_at_work(small_house, shift)


def test_an_acknowledgement_repeats_nothing_of_the_mail(house: House) -> None:
    advert = "CHEAP-PILLS http://pills.test"
    house.post(letter(f'"{advert}" <{ANN}>', advert, f"{advert}\nBuy now", files={"pills.txt": advert.encode()}))
    with house.shift() as shift:
        shift.turn()
        [ack] = house.sink.to(ANN)
        [mail] = house.sent(ANN)
        parts = [part.get_payload(decode=True) or b"" for part in mail.walk() if not part.is_multipart()]
        assert b"pills" not in ack.raw.lower() + b"".join(parts).lower()  # type: ignore[arg-type]  # decoded payloads are bytes
        assert "PILLS" not in subject_of(mail)
        assert_still_at_work(house, shift)


def test_an_answer_goes_to_who_wrote_and_never_to_the_reply_address_they_give(house: House) -> None:
    house.post(letter(headers={"Reply-To": "victim@bank.test", "Sender": "boss@bank.test", "Cc": "other@bank.test"}))
    with house.shift() as shift:
        shift.turn()
        [number] = house.numbers()
        house.post(answer(told(house, number)[0], ENGINEER, "Try again."))
        shift.turn()
        assert {address for mail in house.sink.accepted for address in mail.recipients} == {ANN, ENGINEER}
        assert_still_at_work(house, shift)


PEOPLE = (
    ("Where do I set Auto-Submitted?", "Your docs say Auto-Submitted: auto-replied and Precedence: bulk."),
    ("My out of office does not stop", "Out of office replies go out since Monday."),
    ("如何设置自动回复", "请问自动回复在哪里设置？"),
    ("About the mailing list", "Please add me to list-id news."),
    ("Undelivered parcel", "My parcel was returned to sender."),
)


def test_a_person_who_forwards_a_bounce_and_asks_why_is_answered(small_house: House) -> None:
    bounce = Message()
    bounce["Message-ID"] = "<theirs@customer.test>"
    inner = _bounce_of(bounce, "bob@x.test").replace(b"boundary=b", b"boundary=i").replace(b"--b", b"--i")
    small_house.post(
        b"From: ann@customer.test\r\nTo: support@desk.test\r\nSubject: FW: Undelivered Mail Returned to Sender\r\n"
        b"Message-ID: <fw@customer.test>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\n"
        b"--o\r\n\r\nWhy do my mails come back?\r\n--o\r\nContent-Type: message/rfc822\r\n\r\n"
        + inner
        + b"\r\n--o--\r\n"
    )
    with small_house.shift() as shift:
        shift.turn()
        assert outcomes(small_house) == [("done", "opened")]
        assert len(small_house.sent(ANN)) == 1


def test_people_who_write_about_machines_are_answered(house: House) -> None:
    senders = [f"person{index}@customer.test" for index in range(len(PEOPLE))]
    house.post(*(letter(sender, *mail) for sender, mail in zip(senders, PEOPLE, strict=True)))
    house.post(letter("no@customer.test", headers={"Auto-Submitted": "no"}))
    with house.shift() as shift:
        shift.turn()
        assert [sender for sender in (*senders, "no@customer.test") if len(house.sent(sender)) != 1] == []
        assert_still_at_work(house, shift)


def test_a_subject_that_only_looks_like_a_machines_still_reaches_the_desk(small_house: House) -> None:
    small_house.post(letter(ANN, "自动回复：设置不了", "请问怎么办？"))
    with small_house.shift() as shift:
        shift.turn()
        [number] = small_house.numbers()
        assert len(told(small_house, number)) == 1
        assert small_house.sent(ANN) == [], "it may be a machine after all"
        assert_still_at_work(small_house, shift)


def test_five_mails_about_one_ticket_get_one_acknowledgement(small_house: House) -> None:
    with small_house.shift() as shift:
        number = open_ticket(small_house, shift)
        for n in range(5):
            small_house.post(answer(ack_of(small_house, number), ANN, f"And another thing: {n}."))
            small_house.clock.pass_time(minutes=10)
            shift.turn()
        acknowledged = [mail for mail in small_house.sent(ANN) if "We have received" in subject_of(mail)]
        assert len(acknowledged) == 1
        assert len([origin for origin, _ in journal(small_house, number) if origin.match]) >= 5
