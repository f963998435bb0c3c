"""A desk that is reached by way of a group or mailing list of its own hears and answers those who write to it."""

from __future__ import annotations

from tests.house import House
from tests.letters import DESK, letter
from tests.stages.scenes import open_ticket, outcomes, remarks, ticket_of

ANN = "ann@customer.test"
LOCAL, _, DOMAIN = DESK.partition("@")
GROUP = {"Precedence": "list", "List-ID": f"Support <{LOCAL}.{DOMAIN}>", "List-Post": f"<mailto:{DESK}>"}
"""What a group puts on every mail that it passes on (RFC 2369, RFC 2919)."""


def test_a_person_who_writes_to_the_group_of_the_desk_is_acknowledged(house: House) -> None:
    house.post(letter(ANN, headers=GROUP))
    with house.shift() as shift:
        shift.turn()
        assert len(house.sent(ANN)) == 1


def test_the_author_whom_the_group_replaced_in_from_is_the_requester(house: House) -> None:
    house.post(
        letter(f"'Ann' via Support <{DESK}>", "One", headers={**GROUP, "X-Original-From": f"Ann <{ANN}>"}),
        letter(f"Bob via Support <{DESK}>", "Two", headers={**GROUP, "Reply-To": "Bob <bob@customer.test>"}),
        letter(f"Somebody via Support <{DESK}>", "Three", headers=GROUP),
    )
    with house.shift() as shift:
        shift.turn()
        requesters = {ticket_of(house, number).requester for number in house.numbers()}
        assert requesters == {ANN, "bob@customer.test", ""}
        assert len(house.sent(ANN)) == len(house.sent("bob@customer.test")) == 1


def test_machines_that_write_to_the_group_are_still_not_answered(house: House) -> None:
    house.post(
        letter(ANN, "One", headers={**GROUP, "Auto-Submitted": "auto-generated"}),
        letter(ANN, "自动回复: 休假", headers=GROUP),
    )
    with house.shift() as shift:
        shift.turn()
        assert house.sent(ANN) == []


def test_our_own_mail_that_the_group_passes_back_is_ours(house: House) -> None:
    with house.shift() as shift:
        number = open_ticket(house, shift, ANN)
        house.post(letter(DESK, headers={**GROUP, "X-Postdesk-Desk": DOMAIN}))
        shift.turn()
        assert list(house.numbers()) == [number]
        assert outcomes(house)[-1] == ("done", "set-aside")


def test_another_list_is_still_a_machine_and_nobody_speaks_for_our_address(house: House) -> None:
    elsewhere = {"List-ID": "<talk.lists.test>", "X-Original-From": f"Ann <{ANN}>"}
    house.post(letter("bob@customer.test", "One", headers=elsewhere), letter(DESK, "Two", headers=elsewhere))
    with house.shift() as shift:
        shift.turn()
        [number] = house.numbers()
        assert remarks(house, number)["not acknowledged"].startswith("written by a machine")
        assert house.sent(ANN) == house.sent("bob@customer.test") == []
