"""Who a header names: forgiving for reading, strict for identity (T-AU-05)."""

from __future__ import annotations

import pytest

from parsers.addresses import addresses, sender, stated
from parsers.mail import Address

GOOD = {
    "zhang@customer.test": ("zhang@customer.test", ""),
    "Zhang San <zhang@Customer.TEST>": ("zhang@customer.test", "Zhang San"),
    '"San, Zhang" <zhang@customer.test>': ("zhang@customer.test", "San, Zhang"),
    "=?utf-8?B?5byg5LiJ?= <zhang@customer.test>": ("zhang@customer.test", "张三"),
    '"=?utf-8?B?5byg5LiJ?=" <zhang@customer.test>': ("zhang@customer.test", "张三"),
    "=?utf-8?Q?a=2C_b_:)?= <zhang@customer.test>": ("zhang@customer.test", "a, b :)"),
    "zhang@customer.test (Zhang San)": ("zhang@customer.test", "Zhang San"),
    '"zhang@customer.test" <zhang@customer.test>': ("zhang@customer.test", "zhang@customer.test"),
    "<zhang+tag@customer.test>": ("zhang+tag@customer.test", ""),
    "张三<zhang@例子.test>": ("zhang@例子.test", "张三"),
}


@pytest.mark.parametrize("value", GOOD)
def test_one_proper_address_is_an_identity(value: str) -> None:
    assert sender([value]) == Address(*GOOD[value])


@pytest.mark.parametrize(
    "value",
    [
        "li@corp.test <m@evil.test>",
        "a@x.test, b@y.test",
        "a@x.test; b@y.test",
        "a@x.test b@y.test",
        "a b@x.test",
        "nsb",
        "a@@x.test",
        "a@x.test\x00",
        "a@x.test>\r\nRCPT TO:<b@y.test>",
        "<a@x.test> <b@y.test>" * 2 + ",c@z.test",
        ".a@x.test",
        "a..b@x.test",
        "a@-x.test",
        "a@x..test",
        "group: a@x.test, b@y.test;",
        "",
        "<>",
        "(" * 1_000 + "a@x.test",
    ],
)
def test_anything_doubtful_is_nobody(value: str) -> None:
    assert sender([value]) is None


def test_two_from_fields_are_nobody() -> None:
    assert sender(["a@x.test", "a@x.test"]) is None
    assert sender([]) is None


def test_a_list_is_read_forgivingly() -> None:
    value = '张三 <z@x.test>, "L, S" <l@x.test>;undisclosed-recipients:; broken@, <g@x.test>,,(note) h@x.test'
    assert [found.address for found in addresses([value], 50)] == ["z@x.test", "l@x.test", "g@x.test", "h@x.test"]
    assert len(addresses([value], 2)) == 2


def test_what_from_states_is_known_even_if_it_is_no_identity() -> None:
    assert stated(["Nathaniel <nsb>"]) == Address("nsb", "Nathaniel")
    assert stated([]) is None
