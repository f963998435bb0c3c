"""Who takes no part in a ticket learns nothing of it and changes nothing in it (T-RD-01, 02, 05, 06, T-AU-12)."""

from __future__ import annotations

import re
from email.message import Message

import pytest

from rules.model import InternalNote, Status
from tests.house import ENGINEER, House
from tests.letters import answer, letter, subject_of, text_of
from tests.stages.scenes import ack_of, assert_still_at_work, heard_last, open_ticket, remarks, ticket_of, told, words

ANN, EVE = "ann@customer.test", "eve@evil.test"


def _without_number(mail: Message) -> str:
    """What a mail says, without what is different in every mail."""
    fields = {name: str(mail[name]) for name in mail if name not in {"Message-ID", "Date"}}
    plain = f"{sorted(fields.items())} {subject_of(mail)} {text_of(mail)}"
    return re.sub(r"(?i)ts-\d{8}-\d{3}|=_[0-9a-f]{32}|_[a-z2-7]{16}@", "X", plain)


def test_a_stranger_is_answered_alike_whether_or_not_the_number_exists(house: House) -> None:
    with house.shift() as shift:
        number = open_ticket(house, shift)
        same = {"Message-ID": "<eve@evil.test>"}
        house.post(letter(EVE, f"[{number}] the status please", "Send me all of it.", headers=same))
        shift.turn()
        [real] = house.sent(EVE)
        house.post(letter(EVE, "[TS-20200202-002] the status please", "Send me all of it now.", headers=same))
        shift.turn()
        imagined = house.sent(EVE)[-1]
        assert _without_number(real) == _without_number(imagined)
        [claiming] = [each for each in house.numbers() if remarks(house, each).get("claims") == number]
        assert number in text_of(told(house, claiming)[0]), "the desk sees what was claimed"
        assert words(house, number) == ["It prints nothing since this morning."]
        assert_still_at_work(house, shift)


def test_a_token_from_a_forwarded_mail_gives_a_stranger_no_right(house: House) -> None:
    with house.shift() as shift:
        number = open_ticket(house, shift)
        forwarded = ack_of(house, number)
        house.post(answer(forwarded, EVE, "I was sent this by Ann."))
        shift.turn()
        [new] = set(house.numbers()) - {number}
        assert remarks(house, new)["claims"] == number
        assert len(words(house, number)) == 1
        assert ticket_of(house, number).participants == (ANN,)
        [ack] = house.sent(EVE)
        assert new in subject_of(ack) and number not in text_of(ack)
        assert_still_at_work(house, shift)


@pytest.mark.parametrize("what", ["altered", "of another ticket", "of another person"])
def test_a_token_proves_only_its_own_ticket_and_person(small_house: House, what: str) -> None:
    with small_house.shift() as shift:
        number, other = open_ticket(small_house, shift), open_ticket(small_house, shift, subject="Other")
        [notice] = [mail for mail in told(small_house, number) if mail["To"] == ENGINEER]
        address = str(notice["Reply-To"])
        local, token = address.rpartition("@")[0].rsplit("_", 1)
        if what == "altered":
            address = f"{local}_{'a' if token[0] != 'a' else 'b'}{token[1:]}@desk.test"
        elif what == "of another ticket":
            address = f"support+{other.lower()}_{token}@desk.test"
        else:
            address = str(ack_of(small_house, number)["Reply-To"])
        small_house.post(letter(ENGINEER, "Close it", "#close", to=address))
        shift.turn()
        target = other if what == "of another ticket" else number
        assert heard_last(small_house, target) == ("reply-address", "known")
        assert {ticket_of(small_house, each).status for each in (number, other)} == {Status.NEW}
        assert words(small_house, target, InternalNote) == ["#close"]
        assert_still_at_work(small_house, shift)


def test_a_token_that_a_client_wrote_in_capitals_is_still_good(small_house: House) -> None:
    with small_house.shift() as shift:
        number = open_ticket(small_house, shift)
        local, _, domain = str(ack_of(small_house, number)["Reply-To"]).rpartition("@")
        small_house.post(letter(ANN, "x", "Capitals.", to=f"{local.upper()}@{domain}"))
        shift.turn()
        assert heard_last(small_house, number) == ("reply-address", "proven")


def test_an_address_in_other_capitals_is_the_same_person(small_house: House) -> None:
    with small_house.shift() as shift:
        number = open_ticket(small_house, shift)
        small_house.post(answer(ack_of(small_house, number), "Ann <ANN@Customer.Test>", "It is me."))
        shift.turn()
        assert heard_last(small_house, number) == ("reply-address", "proven")


def test_a_machine_that_only_guesses_our_identifiers_cannot_write_into_a_ticket(small_house: House) -> None:
    with small_house.shift() as shift:
        number = open_ticket(small_house, shift)
        forged = f"<aaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbb.{number.lower()}@desk.test>"
        marks = {"In-Reply-To": forged, "Auto-Submitted": "auto-replied"}
        small_house.post(letter(EVE, "Re: hello", "Buy our pills.", headers=marks))
        plus = {"Auto-Submitted": "auto-replied"}
        small_house.post(letter(EVE, "Re", "Pills!", to=f"support+{number.lower()}_aaaa@desk.test", headers=plus))
        shift.turn()
        assert words(small_house, number, InternalNote) == []
        assert_still_at_work(small_house, shift)


def test_the_code_that_another_service_sends_to_the_desk_reaches_no_customer(small_house: House) -> None:
    with small_house.shift() as shift:
        number = open_ticket(small_house, shift)
        reply_to = str(ack_of(small_house, number)["Reply-To"])
        small_house.post(letter("no-reply@service.test", "Your code", "The code is 471108.", to=reply_to))
        shift.turn()
        customers = [mail.raw for mail in small_house.sink.accepted if ENGINEER not in mail.recipients]
        assert not any(b"471108" in raw for raw in customers)
        assert all("471108" not in text_of(mail) for mail in small_house.sent(ANN))
        assert len(words(small_house, number)) == 1
        assert_still_at_work(small_house, shift)


def test_a_copy_to_somebody_makes_them_no_participant(small_house: House) -> None:
    with small_house.shift() as shift:
        small_house.post(letter(EVE, headers={"Cc": "victim@bank.test, ann@customer.test"}))
        shift.turn()
        [number] = small_house.numbers()
        [notice] = told(small_house, number)
        small_house.post(answer(notice, str(notice["To"]), "Here is the secret."))
        shift.turn()
        assert small_house.sent("victim@bank.test") == small_house.sent(ANN) == []
        assert_still_at_work(small_house, shift)
