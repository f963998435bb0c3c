"""Charsets as labelled, mislabelled, unlabelled and hostile (T-IN-16, T-RS-07)."""

from __future__ import annotations

import base64
import quopri

import pytest

from parsers.charset import MISLABELLED, REFUSED, UNDECODABLE, decoded
from parsers.headers import text_of
from parsers.reading import read

CHINESE = "朱镕基说：订单喆已经退款，请客户尽快确认。"
PLAIN_CHINESE = "您好，我的订单一直没有收到，请帮我查一下，谢谢。"
LABELS = {
    "gb2312": "gb18030",
    "GBK": "gb18030",
    "gb18030": "gb18030",
    "iso-gb2312": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "big5": "big5hkscs",
    "utf-8": "utf-8",
    "UTF8": "utf-8",
    "hz-gb-2312": "hz",
}


@pytest.mark.parametrize("encoding", ["8bit", "base64", "quoted-printable"])
@pytest.mark.parametrize("label", LABELS)
def test_a_label_means_its_superset_in_subject_and_body(label: str, encoding: str) -> None:
    words = "請您確認訂單" if label == "big5" else PLAIN_CHINESE if label.startswith("hz") else CHINESE
    octets = words.encode(LABELS[label])
    body = {"8bit": octets, "base64": base64.encodebytes(octets), "quoted-printable": quopri.encodestring(octets)}
    subject = f"=?{label}?B?{base64.b64encode(octets).decode()}?="
    kind = f"Content-Type: text/plain; charset={label}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    head = f"From: a@b.test\r\nSubject: {subject}\r\n{kind}"
    mail = read(head.encode() + body[encoding]).mail
    assert (mail.subject, mail.text.strip()) == (words, words)


@pytest.mark.parametrize(
    ("codec", "words"),
    [
        ("gb18030", PLAIN_CHINESE),
        ("big5", "您好，我的訂單一直沒有收到，請幫我查一下，謝謝。"),
        ("cp932", "お世話になっております。注文の件でご連絡しました。"),
        ("euc_jp", "お世話になっております。注文の件でご連絡しました。"),
        ("cp949", "안녕하세요 주문한 상품이 아직 도착하지 않았습니다"),
        ("cp1251", "Здравствуйте, мой заказ ещё не пришёл"),
        ("koi8_r", "Здравствуйте, мой заказ ещё не пришёл"),
        ("cp1252", "Où est ma commande déjà payée ? Ça m'étonne."),
        ("cp1254", "Siparişim hâlâ gelmedi, yardımcı olur musunuz şimdi"),
        ("utf-8", PLAIN_CHINESE),
        ("iso2022_jp", "お世話になっております。"),
    ],
)
def test_unlabelled_octets_are_read_in_the_charset_of_their_language(codec: str, words: str) -> None:
    octets = words.encode(codec)
    assert decoded(octets, None)[0] == words
    if codec != "iso2022_jp":
        assert text_of(octets.decode("ascii", "surrogateescape")) == words


def test_raw_octets_in_a_subject_are_read_like_the_body() -> None:
    raw = "Subject: 打印\r\nContent-Type: text/plain; charset=big5\r\n\r\n".encode("big5")
    assert read(b"From: a@b.test\r\n" + raw).mail.subject == "打印"


def test_utf_8_under_a_chinese_label_is_utf_8() -> None:
    assert decoded(CHINESE.encode(), "gbk") == (CHINESE, MISLABELLED)
    assert decoded("é".encode(), "iso-8859-1") == ("é", MISLABELLED)


def test_a_single_broken_character_does_not_change_the_charset() -> None:
    text, defect = decoded(CHINESE.encode("gb18030") + b"\xff", "gb2312")
    assert text.startswith(CHINESE) and defect == UNDECODABLE


HOSTILE = [
    "unicode_escape",
    "utf-7",
    "utf_7",
    "idna",
    "punycode",
    "undefined",
    "rot13",
    "raw_unicode_escape",
    "base64",
    "zlib",
    "x" * 70,
    "../../etc",
]


@pytest.mark.parametrize("label", HOSTILE)
def test_a_hostile_charset_is_refused_and_the_mail_is_read(label: str) -> None:
    body = b"+ADw-script+AD4- \\u003cscript\\u003e"
    assert decoded(body, label) == (body.decode(), REFUSED)
    raw = (
        f"From: a@b.test\r\nSubject: =?{label}?Q?=41bc?=\r\nContent-Type: text/plain; charset={label}\r\n\r\n".encode()
        + body
    )
    mail = read(raw).mail
    assert "<script>" not in mail.text and mail.sender is not None


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        ("=?utf-8?B?6K6i?= =?utf-8?B?5Y2V?=", "订单"),
        ("=?utf-8?B?6K4=?= =?utf-8?B?ouWNlQ?=", "订单"),
        ("=?gb2312?B?tqk=?==?gb2312?B?taU=?=", "订单"),
        ("=?utf-8?B?6K6i5Y\r\n 2V?=", "订单"),
        ('"=?utf-8?Q?=E8=AE=A2?=" x', '"订" x'),
        ("=?utf-8?Q?a_b=3F?= c", "a b? c"),
        ("=?utf-8*zh?Q?=E8=AE=A2?=", "订"),
        ("=?utf-8?Q?unfinished", "=?utf-8?Q?unfinished"),
        ("a =?utf-8?Q?b?= =?utf-8?Q?c?= d", "a bc d"),
        ("folded\r\n value", "folded value"),
        ("safe\u202etxt.exe\u200b\x00\x1b[31m", "safetxt.exe [31m"),
    ],
)
def test_a_field_is_decoded_however_it_was_encoded(field: str, shown: str) -> None:
    assert text_of(field) == shown
