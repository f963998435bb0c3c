"""A mail finds the ticket it belongs to, by the strongest sign it shows, and the journal says which (Q1, Q2, Q23)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rules.model import Status
from tests.house import House
from tests.letters import answer, letter, subject_of, text_of
from tests.stages.scenes import (
    ack_of,
    assert_still_at_work,
    heard_last,
    open_ticket,
    outcomes,
    remarks,
    ticket_of,
    told,
    words,
)

ANN, BOB = "ann@customer.test", "bob@customer.test"


def test_the_reply_address_alone_leads_to_the_ticket(house: House) -> None:
    with house.shift() as shift:
        number = open_ticket(house, shift)
        house.post(
            letter(ANN, "Something new", "A new mail to the old address.", to=str(ack_of(house, number)["Reply-To"]))
        )
        shift.turn()
        assert heard_last(house, number) == ("reply-address", "proven")
        assert_still_at_work(house, shift)


def test_a_reply_address_that_only_the_delivery_shows_counts_too(small_house: House) -> None:
    with small_house.shift() as shift:
        number = open_ticket(small_house, shift)
        reply_to = str(ack_of(small_house, number)["Reply-To"])
        small_house.post(
            letter(ANN, "New", "By blind copy.", to="list@customer.test", headers={"Delivered-To": reply_to})
        )
        shift.turn()
        assert heard_last(small_house, number) == ("reply-address", "proven")


@pytest.mark.parametrize("field", ["In-Reply-To", "References"])
def test_our_own_message_id_leads_to_the_ticket(house: House, field: str) -> None:
    with house.shift() as shift:
        number = open_ticket(house, shift)
        own = str(ack_of(house, number)["Message-ID"])
        value = own if field == "In-Reply-To" else f"<earlier@customer.test>\r\n {own}".replace("\r\n", "")
        house.post(letter(ANN, "Another subject", "More.", headers={field: value}))
        shift.turn()
        assert heard_last(house, number) == ("own-message-id", "proven")
        assert_still_at_work(house, shift)


def test_a_message_id_that_we_only_ever_saw_leads_to_the_ticket(house: House) -> None:
    with house.shift() as shift:
        house.post(letter(ANN, headers={"Message-ID": "<mine@customer.test>", "References": "<older@customer.test>"}))
        shift.turn()
        [number] = house.numbers()
        for cited in ("<mine@customer.test>", "<older@customer.test>"):
            house.post(letter(ANN, "Later", f"See {cited}", headers={"In-Reply-To": cited}))
            shift.turn()
            assert heard_last(house, number) == ("foreign-message-id", "known")
        assert house.numbers() == [number]
        assert_still_at_work(house, shift)


@pytest.mark.parametrize("spelled", ["Re: [{0}] x", "答复：【{0}】", "about {0}!", "{1}", "{2}"])
def test_a_number_in_the_subject_leads_to_the_ticket_of_who_takes_part(small_house: House, spelled: str) -> None:
    with small_house.shift() as shift:
        number = open_ticket(small_house, shift)
        wide = number.translate({ord("-"): "－"} | {ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})
        subject = spelled.format(number, number.lower().replace("-", " - "), wide)
        small_house.post(letter(ANN, subject, "A new mail without any other sign."))
        shift.turn()
        assert heard_last(small_house, number) == ("subject-number", "known")
        assert "unverified" in remarks(small_house, number)


def test_the_strongest_sign_wins_over_the_others(small_house: House) -> None:
    with small_house.shift() as shift:
        first, second, third, fourth = (open_ticket(small_house, shift, subject=f"Number {n}") for n in range(4))
        signs = {
            "In-Reply-To": str(ack_of(small_house, second)["Message-ID"]),
            "References": f"<{ticket_of(small_house, third).last_message_id}>",
        }
        reply_to = str(ack_of(small_house, first)["Reply-To"])
        small_house.post(letter(ANN, f"[{fourth}]", "Only foreign.", headers={"References": signs["References"]}))
        shift.turn()
        assert heard_last(small_house, third)[0] == "foreign-message-id"
        small_house.post(letter(ANN, f"[{fourth}]", "Without the address.", headers=signs))
        shift.turn()
        assert heard_last(small_house, second)[0] == "own-message-id"
        small_house.post(letter(ANN, f"[{fourth}]", "All signs.", to=reply_to, headers=signs))
        shift.turn()
        assert heard_last(small_house, first)[0] == "reply-address"


def test_of_two_numbers_the_one_counts_where_the_sender_takes_part(house: House) -> None:
    with house.shift() as shift:
        foreign, own = open_ticket(house, shift, BOB), open_ticket(house, shift, ANN)
        house.post(letter(ANN, f"{foreign} or {own}?", "Which one?"))
        shift.turn()
        assert words(house, own)[-1] == "Which one?"
        assert "Which one?" not in words(house, foreign)
        assert len(house.numbers()) == 2
        assert_still_at_work(house, shift)


def test_a_number_in_the_text_or_in_a_file_name_leads_nowhere(small_house: House) -> None:
    with small_house.shift() as shift:
        number = open_ticket(small_house, shift)
        small_house.post(
            letter(ANN, "Another matter", f"Unlike {number}, this one burns.", files={f"{number}.txt": b"x"})
        )
        shift.turn()
        assert len(small_house.numbers()) == 2
        assert len(words(small_house, number)) == 1


def test_a_number_that_never_was_opens_a_ticket_like_any_other_mail(small_house: House) -> None:
    with small_house.shift() as shift:
        small_house.post(letter(ANN, "[TS-20200101-007] hello"))
        shift.turn()
        assert outcomes(small_house) == [("done", "opened")]
        assert_still_at_work(small_house, shift)


def test_a_reply_with_sixty_references_finds_its_ticket(small_house: House) -> None:
    with small_house.shift() as shift:
        number = open_ticket(small_house, shift)
        own = str(ack_of(small_house, number)["Message-ID"])
        cited = " ".join([f"<{n}.old@customer.test> (comment {n})" for n in range(70)] + [own])
        small_house.post(letter(ANN, "Re: old", "Still broken.", headers={"References": cited}))
        shift.turn()
        assert heard_last(small_house, number) == ("own-message-id", "proven")


def test_every_mail_client_shows_a_conversation_as_one(house: House) -> None:
    with house.shift() as shift:
        number = open_ticket(house, shift)
        house.post(answer(told(house, number)[0], str(told(house, number)[0]["To"]), "Try again."))
        shift.turn()
        first, second = house.sent(ANN)
        thread = f"<thread.{number.lower()}@desk.test>"
        assert thread in str(first["References"]) and thread in str(second["References"])
        assert number in subject_of(first) and number in subject_of(second)
        assert first["In-Reply-To"] == second["In-Reply-To"] == f"<{ticket_of(house, number).last_message_id}>"


def _closed(house: House, shift: object, number: str) -> None:
    [notice, *_] = told(house, number)
    house.post(answer(notice, str(notice["To"]), "#close"))
    shift.turn()  # type: ignore[attr-defined]  # made by the fixture
    assert ticket_of(house, number).status is Status.CLOSED


@pytest.mark.parametrize(("days", "reopened"), [(13, True), (15, False)])
def test_a_reply_to_a_closed_ticket_reopens_it_only_within_the_days_of_the_policy(
    house: House, days: int, *, reopened: bool
) -> None:
    house.clock.begin_long_ago()
    with house.shift() as shift:
        number = open_ticket(house, shift)
        _closed(house, shift, number)
        house.clock.pass_time(days=days)
        house.post(answer(house.sent(ANN)[-1], ANN, "It broke again."))
        shift.turn()
        if reopened:
            assert ticket_of(house, number).status is Status.OPEN
            assert ticket_of(house, number).closed_at is None
            assert house.numbers() == [number]
        else:
            assert ticket_of(house, number).status is Status.CLOSED
            [new] = set(house.numbers()) - {number}
            assert remarks(house, new)["claims"] == number
            assert new in subject_of(ack_of(house, new))


def test_a_reopened_ticket_promises_its_next_progress_mail_from_the_reopening(small_house: House) -> None:
    small_house.clock.begin_long_ago()
    with small_house.shift() as shift:
        number = open_ticket(small_house, shift)
        _closed(small_house, shift, number)
        small_house.clock.pass_time(days=3)
        mails = len(small_house.sent(ANN))
        small_house.post(answer(small_house.sent(ANN)[-1], ANN, "It broke again."))
        shift.turn()
        shift.turn()
        assert len(small_house.sent(ANN)) == mails, "nothing is reported a minute after the customer wrote"
        small_house.clock.pass_time(hours=2, seconds=1)
        shift.turn()
        assert len(small_house.sent(ANN)) == mails + 1


def test_a_participant_who_proves_nothing_is_heard_and_reopens_nothing(house: House) -> None:
    with house.shift() as shift:
        number = open_ticket(house, shift)
        _closed(house, shift, number)
        mails = len(house.sent(ANN))
        house.post(letter(ANN, f"Re: [{number}]", "I am not really Ann."))
        shift.turn()
        assert ticket_of(house, number).status is Status.CLOSED
        assert words(house, number)[-1] == "I am not really Ann."
        assert "unverified" in remarks(house, number)
        assert "cannot tell whether" in text_of(told(house, number)[-1])
        assert len(house.sent(ANN)) == mails
        assert_still_at_work(house, shift)


def test_a_reply_in_the_same_poll_as_the_mail_it_answers_finds_it(small_house: House) -> None:
    with small_house.shift() as shift:
        first = letter(ANN, headers={"Message-ID": "<one@customer.test>"})
        second = letter(ANN, "Re: The printer is down", "P.S.", headers={"In-Reply-To": "<one@customer.test>"})
        small_house.post(first, second)
        shift.turn()
        [number] = small_house.numbers()
        assert words(small_house, number)[-1] == "P.S."
        assert ticket_of(small_house, number).opened_at <= small_house.clock.now() + timedelta()
