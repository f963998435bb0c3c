"""What may go out and what a reply means, as tables."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.ports import Delivery, Envelope, Result
from daemon.transport.wire import (
    Reply,
    after_command,
    after_final_dot,
    cleaned,
    fault_of,
    is_one_mailbox,
    wire_safe,
)


@pytest.mark.parametrize(
    "raw",
    [b"Subject: x\r\n\r\nbody\r\n", b"\r\n", b"a" * 998 + b"\r\n", b"no dot at the start .\r\n", b"tab\tand\x0b\r\n"],
)
def test_a_plain_mail_may_go_out(raw: bytes) -> None:
    assert wire_safe(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no end",
        b"bare\nfeed\r\n",
        b"bare\rreturn\r\n",
        b"\n\r\r\n",
        b"x\r\n.\r\n",
        b"x\r\n..\r\n",
        b".first\r\n",
        b"x\r\n.hidden\r\n",
        b"x\n.\nMAIL FROM:<eve@example.com>\r\n",
        b"x\r.\rMAIL FROM:<eve@example.com>\r\n",
        b"a" * 999 + b"\r\n",
        b"nul\0\r\n",
        "打印机\r\n".encode(),
        b"\xff\r\n",
    ],
)
def test_what_two_servers_could_read_differently_may_not(raw: bytes) -> None:
    assert not wire_safe(raw)


@given(st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b".", b"a", b"QUIT", b"\0", b"\x80"])).map(b"".join))
def test_no_reader_however_lenient_finds_an_end_inside_a_safe_mail(raw: bytes) -> None:
    lenient = re.split(rb"\r\n|\r|\n", raw + b".\r\n")
    if wire_safe(raw):
        assert [line for line in lenient if line.startswith(b".")] == [b"."]
        assert lenient[-2:] == [b".", b""]


@pytest.mark.parametrize(
    "address",
    [
        "ann@customer.example",
        "a.b+c=d@x",
        "o'hara@mail.example",
        "张三@例子.公司",
        "x@xn--fsqu00a.example",
        "1@2.example",
    ],
)
def test_one_plain_address_is_one_mailbox(address: str) -> None:
    assert is_one_mailbox(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ann",
        "@customer.example",
        "ann@",
        "ann@@customer.example",
        "ann@customer.example,eve@evil.example",
        "ann@customer.example eve@evil.example",
        "ann@customer.example>\r\nRCPT TO:<eve@evil.example",
        "ann@customer.example\n",
        "ann@customer.example> NOTIFY=NEVER",
        "<ann@customer.example>",
        '"ann eve"@customer.example',
        '"ann@customer.example, eve"@evil.example',
        "ann@[127.0.0.1]",
        "ann(comment)@customer.example",
        "a;b@customer.example",
        ".ann@customer.example",
        "ann.@customer.example",
        "an..n@customer.example",
        "ann@-customer.example",
        "ann@customer..example",
        "ann@customer.example.",
        "ann\u3000@customer.example",
        "ann\u200b@customer.example",
        "ann\u202e@customer.example",
        "ann\x7f@customer.example",
        "ann\0@customer.example",
        "ann\ud800@customer.example",
        "a" * 65 + "@customer.example",
        "ann@" + "c" * 260 + ".example",
    ],
)
def test_anything_else_is_not(address: str) -> None:
    assert not is_one_mailbox(address)
    fault = fault_of(Envelope("", address, b"x\r\n"))
    assert fault is not None
    assert (fault.result, fault.code) == (Result.FAILED, "bad-recipient")
    assert address == "" or fault_of(Envelope(address, "ann@customer.example", b"x\r\n")) is not None


@pytest.mark.parametrize(
    ("reply", "wanted", "expected"),
    [
        (Reply(250, "2.1.0 OK"), 2, None),
        (Reply(251, "will forward"), 2, None),
        (Reply(354, "go on"), 3, None),
        (Reply(550, "5.1.1 no such user"), 2, Delivery(Result.FAILED, "550 5.1.1", "no such user")),
        (Reply(550, "no such user"), 2, Delivery(Result.FAILED, "550", "no such user")),
        (Reply(450, "4.2.0 greylisted"), 2, Delivery(Result.DEFERRED, "450 4.2.0", "greylisted")),
        (Reply(421, "4.3.2 closing"), 2, Delivery(Result.DEFERRED, "421 4.3.2", "closing")),
        (Reply(530, "5.7.0 log in first"), 2, Delivery(Result.DEFERRED, "auth-required", "5.7.0 log in first")),
        (Reply(250, "odd"), 3, Delivery(Result.DEFERRED, "250", "odd")),
        (Reply(0, "timeout"), 2, Delivery(Result.DEFERRED, "timeout")),
    ],
)
def test_before_the_body_a_message_is_never_in_doubt(reply: Reply, wanted: int, expected: Delivery | None) -> None:
    assert after_command(reply, wanted) == expected


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(250, "2.0.0 queued as 4711"), Delivery(Result.SENT, "250 2.0.0", "queued as 4711")),
        (Reply(451, "4.3.0 later"), Delivery(Result.DEFERRED, "451 4.3.0", "later")),
        (Reply(554, "5.7.1\nspam"), Delivery(Result.FAILED, "554 5.7.1", "spam")),
        (Reply(0, "timeout"), Delivery(Result.UNKNOWN, "timeout")),
        (Reply(0, "disconnected"), Delivery(Result.UNKNOWN, "disconnected")),
        (Reply(354, "go on"), Delivery(Result.UNKNOWN, "354", "go on")),
        (Reply(999, "what"), Delivery(Result.UNKNOWN, "999", "what")),
    ],
)
def test_after_the_final_dot_only_a_clear_reply_clears_the_doubt(reply: Reply, expected: Delivery) -> None:
    assert after_final_dot(reply) == expected


def test_a_servers_words_are_kept_short_and_harmless() -> None:
    assert cleaned("a\r\n\x1b[31mb\u202ec  d\udcff") == "a [31mb c d"
    assert len(cleaned("x" * 5_000)) == 200
