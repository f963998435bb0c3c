"""What a mail holds comes through the stages as its author wrote it, and harms nobody (T-IN-13, 16, 17, 19)."""

from __future__ import annotations

import base64
import hashlib
import quopri
from datetime import timedelta
from urllib.parse import quote

import pytest

from tests.house import House
from tests.letters import letter, subject_of, text_of
from tests.stages.scenes import assert_still_at_work, remarks, ticket_of, told

HOSTILE_NAMES = (
    "../../../../etc/cron.d/evil",
    "..\\..\\windows\\evil.exe",
    "a.txt\r\nBcc: eve@evil.test",
    "null\0byte.txt",
    "invoice\u202egpj.exe",
    "x" * 400 + ".txt",
    "报告\x1b[31m.docx",
    "<script>alert(1)</script>.html",
)


def _with_files(names: tuple[str, ...]) -> bytes:
    parts = "".join(
        f"--b\r\nContent-Type: application/octet-stream\r\n"
        f"Content-Disposition: attachment; filename*=utf-8''{quote(name, safe='')}\r\n\r\nbytes of file {index}\r\n"
        for index, name in enumerate(names)
    )
    return (
        "From: ann@customer.test\r\nTo: support@desk.test\r\nSubject: Files\r\nMessage-ID: <files@customer.test>\r\n"
        f"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHere they are.\r\n{parts}--b--\r\n"
    ).encode()


def test_hostile_file_names_stay_names_and_the_bytes_come_through(house: House) -> None:
    house.post(_with_files(HOSTILE_NAMES))
    before = {path.name for path in house.folder.iterdir()}
    with house.shift() as shift:
        shift.turn()
        [number] = house.numbers()
        [notice] = told(house, number)
        files = [part for part in notice.walk() if part.get_content_disposition() == "attachment"]
        assert [part.get_payload(decode=True) for part in files] == [
            f"bytes of file {index}".encode() for index in range(len(HOSTILE_NAMES))
        ]
        for part in files:
            name = part.get_filename() or ""
            assert name
            assert name.isprintable() and not set(name) & set('/\\<>:"\u202e')
            assert len(name) <= 200
        assert notice["Bcc"] is None
        stored = {row.sha256 for row in house.rows("SELECT sha256 FROM blob")}
        assert {hashlib.sha256(b"bytes of file %d" % index).hexdigest() for index in range(8)} <= stored
        assert_still_at_work(house, shift)
    new = {path.name for path in house.folder.iterdir()} - before
    assert all(name.startswith(("desk.sqlite3", "reply.key")) for name in new), "no file has a name from a mail"


CHARSETS = {
    "gb2312": ("朱镕基喆", "gbk"),
    "gbk": ("打印机坏了，請幫忙", "gbk"),
    "gb18030": ("𠮷野家的账号打不开", "gb18030"),
    "big5": ("印表機壞了，請幫忙", "big5"),
    "utf-8": ("打印机坏了 🖨️", "utf-8"),
    "iso-8859-1": ("Größe à la carte", "latin-1"),
}


def _encoded(octets: bytes, encoding: str) -> bytes:
    match encoding:
        case "base64":
            return base64.encodebytes(octets)
        case "quoted-printable":
            return quopri.encodestring(octets)
        case _:
            return octets


def _in_charset(label: str, encoding: str, sender: str) -> bytes:
    text, codec = CHARSETS[label]
    octets = text.encode(codec)
    word = f"=?{label}?B?{base64.b64encode(octets).decode()}?="
    subject = octets if encoding == "8bit" else word.encode()
    return (
        b"From: " + sender.encode() + b"\r\nTo: support@desk.test\r\nSubject: " + subject + b"\r\n"
        b"Message-ID: <" + sender.encode() + b">\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: text/plain; charset=" + label.encode() + b"\r\nContent-Transfer-Encoding: "
        b"" + encoding.encode() + b"\r\n\r\n" + _encoded(octets + b"\r\n", encoding)
    )


def test_every_charset_in_every_encoding_reaches_ticket_and_engineer_word_for_word(house: House) -> None:
    cases = [
        (label, encoding, f"{label}-{encoding}@customer.test")
        for label in CHARSETS
        for encoding in ("8bit", "base64", "quoted-printable")
    ]
    house.post(*(_in_charset(*case) for case in cases))
    with house.shift() as shift:
        shift.turn()
        tickets = {row.requester: row for row in house.rows("SELECT requester, subject, number FROM ticket")}
        for label, encoding, sender in cases:
            text = CHARSETS[label][0]
            row = tickets[sender]
            [notice] = told(house, row.number)
            body = text_of(notice)
            assert text in body, (label, encoding)
            if not (label in {"gb2312", "gbk", "big5", "iso-8859-1"} and encoding == "8bit"):
                # Octets of a short header without any label could be any charset; the body's own must be right.
                assert row.subject == text, (label, encoding)
                assert text in subject_of(notice), (label, encoding)
        assert_still_at_work(house, shift)


@pytest.mark.parametrize("date", ["Thu, 1 Jan 1970 00:00:00 +0000", "Fri, 31 Dec 9999 23:59:59 +0000", "gestern", ""])
def test_a_promise_counts_from_the_arrival_whatever_date_a_mail_claims(small_house: House, date: str) -> None:
    arrival = small_house.clock.now() - timedelta(minutes=10)
    small_house.post(letter(headers={"Date": date}), at=arrival)
    with small_house.shift() as shift:
        shift.turn()
        [number] = small_house.numbers()
        assert abs(ticket_of(small_house, number).opened_at - arrival) < timedelta(seconds=1)
        assert len(told(small_house, number)) == 1, "nothing is overdue"
        assert_still_at_work(small_house, shift)


def test_an_oversize_mail_is_recorded_and_answered_without_being_downloaded(small_house: House) -> None:
    small_house.settings["limits"] = {"mail": "64KiB"}
    small_house.write()
    small_house.post(letter(subject="Huge", files={"film.bin": b"x" * 500_000}), letter("bob@customer.test"))
    with small_house.shift() as shift:
        shift.turn()
        [number] = [row.number for row in small_house.rows("SELECT number FROM ticket WHERE subject = 'Huge'")]
        assert "on the server" in remarks(small_house, number)["oversize"]
        [ack] = small_house.sent("ann@customer.test")
        assert "too large" in text_of(ack)
        [size] = [row.size for row in small_house.rows("SELECT size FROM inbox WHERE NOT whole")]
        assert size > 500_000
        shift.turn()
        assert len(small_house.sent("ann@customer.test")) == 1
        assert_still_at_work(small_house, shift)
    assert small_house.dovecot.logs(r"body_bytes")
    assert sum(session.received for session in small_house.dovecot.sessions(small_house.user)) < 100_000
    assert small_house.dovecot.count(small_house.user) == 0, "it is filed like any other mail"
