"""Ticket numbers, reply tokens and message identifiers as clients hand them back."""

from __future__ import annotations

import pytest

from parsers.mail import Address
from parsers.orders import Order, orders
from parsers.references import message_ids, numbers_in, reply_tokens


@pytest.mark.parametrize(
    ("subject", "numbers"),
    [
        ("Re: [TS-20261121-001] 打印机", ("TS-20261121-001",)),
        ("回复：【ＴＳ－２０２６１１２１－００１】", ("TS-20261121-001",)),
        ("RE: ts – 20261121 – 001", ("TS-20261121-001",)),
        ("工单TS20240501001已受理", ("TS20240501001",)),
        ("RD20240501001 和 TS-20240501-002", ("RD20240501001", "TS-20240501-002")),
        ("TS2023901 旧工单", ("TS2023901",)),
        ("订单 20261121001, PARTS-20261121-001X, TS-20261399-001", ()),
    ],
)
def test_numbers_are_found_in_every_form(subject: str, numbers: tuple[str, ...]) -> None:
    assert numbers_in(subject) == numbers


def test_numbers_of_other_series_are_found_by_their_shape() -> None:
    shapes = ("HELP\\-[0-9]{4}\\-[0-9]{3,9}", "Q[0-9]{6}\\.[0-9]{2,9}")
    subject = "AW: ｈｅｌｐ – 1121－0001, Q261121.07. 和 TS-20261121-001, XHELP-1121-001, HELP-1121-001A"
    assert numbers_in(subject, shapes) == ("HELP-1121-0001", "Q261121.07", "TS-20261121-001")
    assert numbers_in(subject) == ("TS-20261121-001",)


def test_a_reply_token_is_the_lower_cased_tag_of_a_plus_address() -> None:
    assert reply_tokens([Address("Support+AbC1@desk.test"), "plain@desk.test", "s+abc1@desk.test"]) == ("abc1",)


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ("<a@b>", ("a@b",)),
        ("<a@b>\r\n <c@d>\r\n\t<a@b>", ("a@b", "c@d")),
        ("<a@b> (comment <x@y>) <c@d>", ("a@b", "c@d")),
        ("<a(1)@b>", ("a(1)@b",)),
        ("a@b", ("a@b",)),
        ('"Li" message of Monday <a@\r\n b>', ("a@b",)),
        ("garbage without any", ()),
        ("", ()),
    ],
)
def test_identifiers_are_found_however_they_are_written(value: str, ids: tuple[str, ...]) -> None:
    assert message_ids(value) == ids


def test_orders_are_the_leading_block_only() -> None:
    found, rest = orders("\n#close\n＃note 已电话确认\n\n#assign  li@desk.test \n正文 text\n#note not an order\n")
    assert found == (Order("close", ""), Order("note", "已电话确认"), Order("assign", "li@desk.test"))
    assert rest == "正文 text\n#note not an order"


@pytest.mark.parametrize("text", ["hello\n#close", "# heading", "#1 in the list", "##close", "> #close"])
def test_other_lines_are_just_text(text: str) -> None:
    assert orders(text) == ((), text)
