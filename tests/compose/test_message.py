"""The bytes of our mails: who they go to, what they carry, and that nothing a stranger wrote can change that."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from daemon.compose.cleaning import one_line
from daemon.compose.headers import Unwritable
from daemon.compose.message import Stamp
from rules.notices import KINDS
from tests.compose.given import HEADERS, MARKS, RECIPIENT, REST, STAMP, notice, raw, read

ATOMS = [
    *("=?utf-8?q?", "=0d=0a", "?=", "\r\n", "\n", "\r", "Bcc: v@e.example", "\u2028", "\x85", "\x0b", "\x00", '"'),
    *("<", ">", ",", "(", ")", "\\", "张", "\u202e", "=?", "?", "=", "a" * 90, " ", "\ud800"),
    *("=?utf-8?b?DQpCY2M6IHZAZQ==?=", "\u3000", "\U0001f600", "e\u0301", "\r\n.\r\n", "DATA", "\u200b", ";", "'", "%"),
]
WORDS = (
    *("subject", "text", "author_name", "author", "requester", "requester_name", "why"),
    *("order", "reason", "promise", "code", "recipient", "claimed", "assignee_name"),
)
HOSTILE = st.lists(st.sampled_from(ATOMS), max_size=12).map("".join)
LINE_BREAK = re.compile(rb"\r\n")


def check_shape(mail: bytes) -> None:
    """What holds of every mail of ours, whatever is in it."""
    assert mail.isascii()
    assert b"\r" not in LINE_BREAK.sub(b"", mail)
    assert b"\n" not in LINE_BREAK.sub(b"", mail)
    lines = mail.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert not any(line.startswith(b".") for line in lines)


@settings(max_examples=400)
@given(HOSTILE, HOSTILE, HOSTILE, st.lists(HOSTILE, max_size=4))
@example("=?utf-8?q?a=0d=0aBcc:_x=40evil?=", "=?utf-8?q?x=0d=0aBcc:y?=", "", [])
@example("a\r\nBcc: v@e.example\r\n\r\nbody", "x\r\n", ".\r\n.\r\n", ["a@b\r\nBcc: c@d"])
def test_whatever_strangers_write_a_mail_has_our_headers_one_recipient_and_short_lines(
    subject: str, name: str, text: str, references: list[str]
) -> None:
    facts = {"subject": subject, "author_name": name, "requester_name": name, "text": text}
    files = (("f", subject + name, "text/plain\r\n" + name),)
    stamp = replace(STAMP, references=tuple(references))
    mail = raw(notice("reply", "en", facts, files), {"f": text.encode("utf-8", "replace")}, stamp)
    check_shape(mail)
    seen = read(mail)
    assert seen.names() == HEADERS + REST
    assert str(seen.message["To"]) == RECIPIENT
    assert seen.header("Subject").startswith("Re: [TS-20261121-001]")
    assert len(seen.files()) == 1


@settings(max_examples=200)
@given(st.text(max_size=120))
def test_a_subject_comes_back_as_it_was_but_for_what_cannot_be_seen(subject: str) -> None:
    mail = raw(notice("new_ticket", facts={"subject": subject}))
    expected = one_line(f"[TS-20261121-001] {one_line(subject, 300)}", 200)
    shown = read(mail).header("Subject")
    if "[TS-" not in subject and ":" not in subject and "：" not in subject and expected != "[TS-20261121-001]":
        assert shown == expected
    assert all(unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"} for char in shown)


@pytest.mark.parametrize(
    "subject",
    [
        "Cannot open the monthly report since yesterday's update of the accounting module on the second floor",
        "打印机坏了" * 30,
        "a" * 180,
        "b" * 59 + " " + "c" * 100,
        "mixed 混合 " * 14,
    ],
)
def test_a_long_subject_is_folded_at_76_and_comes_back_whole(subject: str) -> None:
    mail = raw(notice("reply", facts={"subject": subject}))
    head = mail.split(b"\r\n\r\n")[0].split(b"\r\n")
    assert max(map(len, head)) <= 76
    assert read(mail).header("Subject") == f"Re: [TS-20261121-001] {subject}"[:200].rstrip()


def test_words_of_rfc_2047_never_split_a_character() -> None:
    mail = raw(notice("reply", facts={"subject": "x" + "😀镕" * 40}))
    for line in mail.split(b"Date:")[0].split(b"Subject: ")[1].split():
        assert len(line) <= 75
        assert read(b"S: " + line + b"\r\n\r\n").header("S")


@pytest.mark.parametrize("kind", [kind for kind, of in KINDS.items() if of.automatic])
def test_every_automatic_mail_says_so_and_belongs_to_the_desk(kind: str) -> None:
    seen = read(raw(notice(kind)))
    assert seen.names() == HEADERS + MARKS + REST
    answers = kind in {"acknowledgement", "order_refused", "not_verified"}
    assert seen.message["Auto-Submitted"] == ("auto-replied" if answers else "auto-generated")
    assert seen.message["X-Auto-Response-Suppress"] == "All"
    assert seen.message["Precedence"] == "bulk"
    assert seen.message["X-Postdesk-Desk"] == "desk-7"
    assert seen.message["X-Postdesk-Ticket"] == "TS-20261121-001"
    assert seen.message["Message-ID"] == f"<{STAMP.message_id}>"
    assert seen.message["In-Reply-To"] == "<first@customer.example>"
    assert seen.message["References"] == "<first@customer.example>"
    assert seen.message["Date"] == "Sat, 21 Nov 2026 01:30:00 +0000"


def test_a_persons_reply_is_not_marked_automatic_but_belongs_to_the_desk() -> None:
    assert read(raw(notice("reply"))).names() == HEADERS + REST


def test_a_mail_that_answers_nothing_has_no_empty_headers() -> None:
    stamp = Stamp("one@acme.example", datetime(2026, 11, 21, tzinfo=UTC))
    names = read(raw(notice("reply"), stamp=stamp)).names()
    assert names == ["From", "To", "Subject", "Date", "Message-ID", *REST]


@pytest.mark.parametrize(
    ("language", "name"), [("zh-TW", "明日科技 技术支持"), ("en", "Acme Support"), ("fr", "Acme Support")]
)
def test_the_desk_signs_in_the_language_of_the_mail(language: str, name: str) -> None:
    seen = read(raw(notice("acknowledgement", language)))
    assert seen.header("From").replace('"', "") == f"{name} <support@acme.example>"
    assert f"{name} <support@acme.example>" in seen.body("plain")


@pytest.mark.parametrize(
    "recipient",
    [
        "a@b.example\r\nBcc: v@e.example",
        "a b@c.example",
        "a@b.example, v@e.example",
        "<a@b.example>",
        '"a@x, v@evil"@b.example',
        "a@b.example>\r\nRCPT TO:<v@e.example",
        "a@b@c.example",
        "a..b@c.example",
        ".a@c.example",
        "a@-c.example",
        "a@c..example",
        "a@",
        "@c.example",
        "nobody",
        "",
        "a" * 65 + "@c.example",
        "a@" + "b" * 64 + ".example",
        "a@" + "b.example" * 40,
        "a@c.example\n",
    ],
)
def test_a_recipient_that_is_not_one_plain_mailbox_is_refused(recipient: str) -> None:
    with pytest.raises(Unwritable, match="not one plain mailbox"):
        raw(notice("acknowledgement", recipient=recipient))


@pytest.mark.parametrize("recipient", ["用户@例子.example", "li@例子.example", "jos\u00e9@b.example"])
def test_a_recipient_beyond_ascii_is_refused_with_the_reason(recipient: str) -> None:
    with pytest.raises(Unwritable, match="SMTPUTF8"):
        raw(notice("acknowledgement", recipient=recipient))


@pytest.mark.parametrize(
    "recipient", ["a@b", "first.last+tag@mail.b-c.example", "o'neil!#$%&*/=?^_`{|}~-@x1.example", "10001@qq.com"]
)
def test_every_plain_mailbox_can_be_written_to(recipient: str) -> None:
    assert str(read(raw(notice("acknowledgement", recipient=recipient))).message["To"]) == recipient


def test_a_refusal_tells_no_address() -> None:
    with pytest.raises(Unwritable) as caught:
        raw(notice("acknowledgement", recipient="secret@b@c.example"))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("message_id", ["", "a b@c", "<a@c>", "a@c\r\nBcc: d@e", "x" * 300 + "@c", "noat"])
def test_a_malformed_message_id_of_ours_is_refused(message_id: str) -> None:
    with pytest.raises(Unwritable, match="Message-ID"):
        raw(notice("reply"), stamp=replace(STAMP, message_id=message_id))


def test_a_date_without_a_zone_is_refused() -> None:
    with pytest.raises(Unwritable, match="not an instant"):
        raw(notice("reply"), stamp=replace(STAMP, date=datetime(2026, 11, 21)))  # noqa: DTZ001 - that is the test


def test_of_a_long_correspondence_the_first_and_the_last_twenty_stay() -> None:
    many = tuple(f"m{number}@x.example" for number in range(100))
    stamp = replace(STAMP, references=many, in_reply_to="m99@x.example")
    mail = raw(notice("reply"), stamp=stamp)
    kept = str(read(mail).message["References"]).split()
    assert kept == ["<m0@x.example>", *(f"<m{number}@x.example>" for number in range(80, 100))]
    assert all(len(line) <= 76 for line in mail.split(b"\r\n\r\n")[0].split(b"\r\n"))


def test_malformed_identifiers_of_others_are_left_out() -> None:
    hostile = (
        "good@x.example",
        "a b@c",
        "a@b>\r\nBcc: v@e.example",
        "<x@y>",
        "x" * 300 + "@y",
        "",
        "张@x",
        "good@x.example",
    )
    stamp = replace(STAMP, references=hostile, in_reply_to="bad id@x")
    seen = read(raw(notice("reply"), stamp=stamp))
    assert seen.message["References"] == "<good@x.example>"
    assert seen.message["In-Reply-To"] is None


@pytest.mark.parametrize(
    "text", ["a\n.\nb", ".\r.\r.", "..\r\n.\r\n", "a\rb\nc\r\nd\x00e", "\r\n.\r\nMAIL FROM:<x@y>\r\n"]
)
def test_no_text_can_end_a_mail_early_and_its_lines_come_back(text: str) -> None:
    mail = raw(notice("reply", "en", {"text": text}))
    check_shape(mail)
    lines = re.sub(r"\r\n|\r", "\n", text).replace("\x00", "").strip().replace("\n", "\r\n")
    assert lines in read(mail).body("plain")


def test_a_text_that_repeats_the_boundary_stays_text() -> None:
    first = raw(notice("reply"))
    [boundary] = set(re.findall(rb'boundary="([^"]+)"', first))
    text = f"--{boundary.decode()}\nContent-Type: text/html\n\n--{boundary.decode()}--"
    assert text.replace("\n", "\r\n") in read(raw(notice("reply", facts={"text": text}))).body("plain")


def test_template_syntax_in_a_mail_is_repeated_and_never_run() -> None:
    trick = "{{ 7*7 }}{% for x in y %}${7*7}#{7*7}{{ number.__class__ }}{# gone #}"
    facts = dict.fromkeys(WORDS, trick)
    for kind in KINDS:
        seen = read(raw(notice(kind, "en", facts)))
        shown = seen.header("Subject") + seen.body("plain")
        assert not re.search(r"\b49\b|class 'str'", shown + seen.body("html"))
        if KINDS[kind].facts & facts.keys():
            assert trick in shown


def test_markup_in_a_mail_is_shown_and_never_markup() -> None:
    trick = '<script src="http://e.example/x.js"></script><img src=x onerror=alert(1)><form action=//e.example></form>'
    facts = dict.fromkeys(WORDS, trick)
    for kind in KINDS:
        html = read(raw(notice(kind, "zh-CN", facts))).body("html")
        assert not re.search(r"<(?:script|img|form)", html)


def test_no_mail_carries_characters_that_hide_or_turn_text() -> None:
    tricks = "\u202egpj.exe\u200b\u2066x\u2069\ufeff\u00ad\U000e0041"
    facts = dict.fromkeys(WORDS, f"a{tricks}b")
    for kind in KINDS:
        seen = read(raw(notice(kind, facts=facts, attachments=(("f", f"a{tricks}b.txt", "text/plain"),)), {"f": b"x"}))
        shown = "".join(map(seen.header, seen.names())) + seen.body("plain") + seen.body("html") + seen.files()[0][0]
        assert [hex(ord(char)) for char in shown if unicodedata.category(char) == "Cf"] == []


def test_the_same_notice_makes_the_same_bytes() -> None:
    files = (("f", "图.png", "image/png"),)
    assert raw(notice("reply", attachments=files), {"f": b"1"}) == raw(notice("reply", attachments=files), {"f": b"1"})


def test_all_text_is_seven_bit_with_short_lines_even_when_it_is_long() -> None:
    mail = raw(notice("customer_replied", facts={"text": "长" * 50_000 + "\n" + "x" * 50_000}))
    check_shape(mail)
    assert max(map(len, mail.split(b"\r\n"))) <= 76
