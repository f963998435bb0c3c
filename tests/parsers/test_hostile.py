"""Hostile mails cost no more than their size, and any octets give a mail (T-RS-01, 02, 03, 05, 07, 08)."""

from __future__ import annotations

import hashlib
import pickle
import sys
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.mail import Limits, Parsed
from parsers.quotation.cutting import cut
from parsers.quotation.forwarded import forwarded
from parsers.reading import read
from tests.mails import HERE, octets

HEAD = b"From: a@b.test\r\nSubject: x\r\n"


def steps(work: Callable[[], object]) -> int:
    """How many lines of Python a call executes: a measure of work that no busy machine distorts."""
    count = 0

    def trace(_frame: object, event: str, _argument: object) -> object:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]  # the tracer's type is private
    try:
        work()
    finally:
        sys.settrace(before)
    return count


TEXTS: dict[str, Callable[[int], str]] = {
    "newlines": lambda n: "\n" * n,
    "on a b c": lambda n: "On " + "a b c " * (n // 6),
    "attributions that never end": lambda n: "On 2024-05-01 10:00 a@b.test\n" * (n // 29),
    "attributions and quotations": lambda n: "On 2024-05-01 10:00 wrote:\n> x\ny\n" * (n // 34),
    "header lines": lambda n: "From: a@b.test\nx\ny\n" * (n // 19),
    "marks": lambda n: "> x\ny\n" * (n // 6),
    "one line of marks": lambda n: ">" * n,
    "delimiters": lambda n: "-- \n" * (n // 4),
    "rules": lambda n: "-----\n" * (n // 6),
    "entities": lambda n: "&gt;" * (n // 4),
    "forwards": lambda n: "---------- Forwarded message ----------\n" * (n // 40),
    "uuencode that never ends": lambda n: "begin 644 x\n" * (n // 12) + "\nend\n",
    "chinese labels": lambda n: "发件人：张三 发送时间：" * (n // 12),
    "addresses": lambda n: "a@b.test, " * (n // 10),
}


@pytest.mark.parametrize("text", TEXTS)
def test_the_work_on_a_text_grows_with_its_size(text: str) -> None:
    small, large = TEXTS[text](2_000), TEXTS[text](8_000)
    for work in (cut, forwarded, lambda said: read(HEAD + b"\r\n" + said.encode())):
        once = steps(lambda work=work: work(small))  # type: ignore[misc]  # a default keeps the loop's value
        assert steps(lambda work=work: work(large)) <= 5 * once + 2_000  # type: ignore[misc]  # the same


@pytest.mark.timeout(20)
@pytest.mark.parametrize("text", TEXTS)
def test_a_full_sized_text_is_read(text: str) -> None:
    assert read(HEAD + b"\r\n" + TEXTS[text](200_000).encode()).mail.sender is not None


@pytest.mark.timeout(20)
@pytest.mark.parametrize("text", TEXTS)
def test_a_full_sized_field_is_read(text: str) -> None:
    value = " ".join(TEXTS[text](60_000).split("\n")).encode()
    for name in (b"From", b"To", b"References", b"Subject", b"Content-Type", b"X-Loop"):
        assert isinstance(read(name + b": " + value + b"\r\n" + HEAD + b"\r\nbody"), Parsed)


def nested(depth: int, kind: str) -> bytes:
    if kind == "rfc822":
        return HEAD + b"Content-Type: message/rfc822\r\n\r\n" * depth + b"deep"
    parts = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i) for i in range(depth))
    return HEAD + parts + b"Content-Type: text/plain\r\n\r\ndeep"


@pytest.mark.timeout(20)
@pytest.mark.parametrize("depth", [60, 1_000, 5_000])
@pytest.mark.parametrize("kind", ["multipart", "rfc822"])
def test_deep_nesting_is_a_defect_and_the_author_is_known(depth: int, kind: str) -> None:
    mail = read(nested(depth, kind)).mail
    assert mail.sender is not None
    if kind == "multipart":
        assert "nesting-too-deep" in mail.defects or "parser-refused" in mail.defects


@pytest.mark.timeout(20)
def test_ten_thousand_parts_are_cut_at_the_limit() -> None:
    part = b"--b\r\nContent-Type: application/octet-stream; name=a\r\n\r\nx\r\n"
    parsed = read(HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part * 10_000 + b"--b--\r\n")
    assert len(parsed.mail.attachments) <= Limits().attachments
    assert {"too-many-parts", "too-many-attachments"} <= set(parsed.mail.defects)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "header",
    [
        b"X-A: b\r\n" * 50_000,
        b"X-A: " + b"a" * 1_000_000 + b"\r\n",
        b"To: " + b",".join(b"a%d@b.test" % i for i in range(5_000)) + b"\r\n",
        b'X-A: """"' + b'"' * 60_000 + b"\r\n",
        b"To: " + b"(" * 60_000 + b"\r\n",
        b"Content-Type: text/plain;" + b" a=b;" * 30_000 + b"\r\n",
        b"Subject: " + b"=?utf-8?q?a?= " * 20_000 + b"\r\n",
        b"From: " + b"<" * 60_000 + b"\r\n",
    ],
)
def test_a_swollen_header_is_bounded(header: bytes) -> None:
    mail = read(b"From: a@b.test\r\n" + header + b"\r\nbody").mail
    assert len(mail.to) <= Limits().recipients
    assert len(mail.subject) <= Limits().subject_chars


def test_an_archive_is_kept_as_it_came() -> None:
    bomb = b"PK\x03\x04" + b"\x00" * 1_000
    head = b"Content-Type: application/zip; name=bomb.zip\r\nContent-Disposition: attachment\r\n\r\n"
    parsed = read(HEAD + head + bomb)
    (item,) = parsed.mail.attachments
    assert (item.name, item.content_type) == ("bomb.zip", "application/zip")
    assert parsed.contents[item.sha256] == bomb


@given(st.binary(max_size=3_000))
@settings(max_examples=300, deadline=None)
def test_any_octets_give_a_mail_that_crosses_a_process_boundary(raw: bytes) -> None:
    parsed = read(raw)
    assert pickle.loads(pickle.dumps(parsed)) == parsed
    assert {item.sha256 for item in parsed.mail.attachments} <= parsed.contents.keys()


NAMES = st.sampled_from(
    ["From", "To", "Subject", "Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "Date", "References"]
)
VALUES = st.one_of(
    st.text(max_size=80),
    st.sampled_from(
        ["multipart/mixed; boundary=b", "text/html; charset=gbk", "base64", "attachment; filename*0*=x''%", "a@b"]
    ),
)


@given(st.lists(st.tuples(NAMES, VALUES), max_size=12), st.text(max_size=500))
@settings(max_examples=200, deadline=None)
def test_any_fields_give_a_mail(fields: list[tuple[str, str]], body: str) -> None:
    head = "".join(f"{name}: {value}\r\n" for name, value in fields)
    mail = read(f"{head}\r\n--b\r\n{body}\r\n--b--\r\n".encode("utf-8", "surrogatepass")).mail
    assert all(0 <= start <= end <= len(mail.text) for start, end in mail.cut.spans)


def mutated(raw: bytes, seed: int) -> bytes:
    """The mail with a few stretches replaced by others; the same seed gives the same mail."""
    changed = bytearray(raw)
    for turn in range(1 + seed % 6):
        draw = hashlib.sha256(f"{seed}/{turn}".encode()).digest()
        at = int.from_bytes(draw[:4], "big") % (len(changed) + 1)
        changed[at : at + draw[4] % 20] = draw[8 : 8 + draw[5] % 20]
    return bytes(changed)


def test_two_thousand_mutations_of_the_odd_mails_are_read() -> None:
    mails = [octets(path.stem) for path in sorted(HERE.glob("*.eml"))]
    for seed in range(2_000):
        raw = mutated(mails[seed % len(mails)], seed)
        assert read(raw).mail.size == len(raw)
