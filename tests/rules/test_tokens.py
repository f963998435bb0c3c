"""A token proves one address on one ticket, and nothing that a mail shows instead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.tokens import Claim, ReplyKey, claims_in_message_ids, claims_in_plus_parts, thread_id

KEY, OTHER = ReplyKey((b"secret",)), ReplyKey((b"another",))
NUMBER, ANN = "TS-20261120-001", "ann@customer.test"
TOKEN = KEY.token(NUMBER, ANN)

CASES = {
    "the very token": (TOKEN, NUMBER, ANN, True),
    "in capitals, as some clients write addresses": (TOKEN.upper(), NUMBER, ANN, True),
    "for an address in other capitals": (TOKEN, NUMBER, "Ann@Customer.Test", True),
    "for another ticket": (TOKEN, "TS-20261120-002", ANN, False),
    "for another person": (TOKEN, NUMBER, "eve@evil.test", False),
    "cut short": (TOKEN[:-1], NUMBER, ANN, False),
    "with more behind it": (TOKEN + "a", NUMBER, ANN, False),
    "empty": ("", NUMBER, ANN, False),
    "made with another key": (OTHER.token(NUMBER, ANN), NUMBER, ANN, False),
    "full-width letters that fold to the same": ("ａ" + TOKEN[1:], NUMBER, ANN, False),
    "lone surrogates": ("\udc80" * 16, NUMBER, ANN, False),
}


@pytest.mark.parametrize(("token", "number", "address", "proved"), CASES.values(), ids=CASES)
def test_what_a_token_proves(token: str, number: str, address: str, *, proved: bool) -> None:
    assert KEY.proves(token, number, address) is proved


def test_the_newest_key_signs_and_older_ones_still_verify() -> None:
    rotated = ReplyKey((b"another", b"secret"))
    assert rotated.proves(TOKEN, NUMBER, ANN)
    assert rotated.token(NUMBER, ANN) == OTHER.token(NUMBER, ANN) != TOKEN
    assert not OTHER.proves(TOKEN, NUMBER, ANN), "a key that was taken out verifies no more"


def test_number_and_address_cannot_be_pushed_together() -> None:
    assert KEY.token("TS-1", "2ann@customer.test") != KEY.token("TS-12", "ann@customer.test")


def test_our_message_id_is_the_same_at_every_attempt_and_another_for_every_notice() -> None:
    first = KEY.message_id("TS-1/ack/1/ann", NUMBER, ANN, "desk.test")
    assert first == KEY.message_id("TS-1/ack/1/ann", NUMBER, ANN, "desk.test")
    assert first != KEY.message_id("TS-1/ack/2/ann", NUMBER, ANN, "desk.test")
    assert claims_in_message_ids([first], "DESK.test") == (Claim(NUMBER, TOKEN),)
    assert claims_in_message_ids([first], "elsewhere.test") == ()


def test_our_reply_address_leads_back() -> None:
    address = KEY.reply_address("support@desk.test", NUMBER, ANN)
    assert address.startswith("support+") and address.endswith("@desk.test")
    plus = address.partition("@")[0].partition("+")[2]
    assert claims_in_plus_parts([plus]) == (Claim(NUMBER, TOKEN),)
    assert len(address.partition("@")[0]) <= 64, "RFC 5321 section 4.5.3.1.1"


def test_the_thread_of_a_ticket_is_no_claim() -> None:
    assert claims_in_message_ids([thread_id(NUMBER, "desk.test")], "desk.test") == ()


@given(st.lists(st.text(), max_size=5))
def test_anything_may_stand_where_identifiers_stand(texts: list[str]) -> None:
    for claim in (*claims_in_message_ids(texts, "desk.test"), *claims_in_plus_parts(texts)):
        assert not KEY.proves(claim.token, NUMBER, ANN)


@given(st.text(), st.text(), st.text())
def test_no_text_but_the_token_is_one(token: str, number: str, address: str) -> None:
    same = token.lower() == KEY.token(number, address)
    assert KEY.proves(token, number, address) is same
