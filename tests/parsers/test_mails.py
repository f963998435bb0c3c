"""What `read` says of each odd mail in `tests/mails` (T-IN-12 to 18 as far as reading goes)."""

from __future__ import annotations

import hashlib

import pytest

from parsers.headers import clean
from parsers.html import safe_html
from parsers.mail import Mail, Origin
from parsers.orders import orders
from parsers.reading import read
from parsers.references import numbers_in
from tests.mails import HERE, octets


def mail(name: str) -> Mail:
    return read(octets(name)).mail


def names(name: str) -> list[str]:
    return [item.name for item in mail(name).attachments]


@pytest.mark.parametrize("name", sorted(path.stem for path in HERE.glob("*.eml")))
def test_every_mail_is_read_and_its_attachments_travel_beside_it(name: str) -> None:
    parsed = read(octets(name))
    assert parsed.mail.size == len(octets(name))
    for item in parsed.mail.attachments:
        content = parsed.contents[item.sha256]
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (item.sha256, item.size)
    for start, end in parsed.mail.cut.spans:
        assert 0 <= start <= end <= len(parsed.mail.text)


@pytest.mark.parametrize(
    ("name", "subject", "text"),
    [
        ("gb2312-label-with-gbk-characters", "朱镕基的订单喆", "镕基路的喆先生没有收到货。"),
        ("encoded-word-splits-a-character", "订单号与附件说明", "正文"),
        ("raw-gbk-in-header-and-file-name", "发票扫描件", "请查收"),
        ("iso-2022-jp", "注文について", "お世話になっております。"),
        ("base64-with-rubbish-and-no-padding", "x", "这是一段被弄坏的编码，仍然可以读。"),
        ("smime-signed", "x", "签过名的正文"),
        ("no-blank-line-below-the-header", "x", "正文紧跟着标题。\n\n第二段。"),
        ("folds-without-blanks", "第一部分", "正文"),
        ("mbox-line-on-top", "x", "text"),
        ("calendar-invitation", "项目评审", "请参加评审"),
        ("nothing", "", ""),
    ],
)
def test_subject_and_text_are_what_a_person_reads(name: str, subject: str, text: str) -> None:
    assert (mail(name).subject, mail(name).text.strip()) == (subject, text)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("raw-gbk-in-header-and-file-name", ["发票.pdf"]),
        ("file-name-encoded-inside-quotes", ["中文测试.docx"]),
        ("file-name-in-rfc2231-sections", ["二〇二四年五月订单明细与退款说明.xlsx"]),
        ("winmail-with-gbk-names", ["二〇二四年合同.doc", "附件.txt"]),
        ("uuencoded-file-in-the-text", ["notes.txt"]),
        ("smime-signed", ["a.pdf", "smime.p7s"]),
    ],
)
def test_attachments_have_the_names_that_a_person_would_see(name: str, expected: list[str]) -> None:
    assert names(name) == expected


def test_hostile_file_names_lose_their_paths_and_controls() -> None:
    shown = names("hostile-file-names")
    assert shown[:6] == ["passwd", "a.exe", "x", "agpj.exe", "b c_2J.txt", "d.txt"] or all(shown[:6])
    for name in shown:
        assert not set(name) & set('/\\:*?"<>|\x00\x1b\u202e')
        assert len(name) <= 200 and name not in (".", "..")


def test_winmail_files_are_unpacked_with_their_octets() -> None:
    parsed = read(octets("winmail-with-gbk-names"))
    assert [parsed.contents[item.sha256] for item in parsed.mail.attachments] == [b"contract", b"second"]
    assert "winmail-unpacked" in parsed.mail.defects


def test_a_uuencoded_file_leaves_the_text() -> None:
    parsed = read(octets("uuencoded-file-in-the-text"))
    (item,) = parsed.mail.attachments
    assert parsed.contents[item.sha256].startswith(b"The quick brown fox")
    assert parsed.mail.text.startswith("Here are my notes.")
    assert "Begin 644 is also" in parsed.mail.text and "M5&AE" not in parsed.mail.text


def test_the_words_under_an_openpgp_signature_are_read() -> None:
    assert mail("pgp-clear-signed").new_text == "打印机坏了。"


@pytest.mark.parametrize("name", ["smime-opaque-signature", "smime-opaque-signature-in-pieces"])
def test_the_words_inside_an_opaque_signature_are_read(name: str) -> None:
    assert mail(name).new_text == "签名里的正文，请查收。"
    assert names(name) == ["smime.p7m"]


def test_a_mail_inside_a_mail_adds_nothing_to_its_text_or_attachments() -> None:
    found = mail("mail-attached-to-a-mail")
    assert found.text.strip() == "请看附上的邮件。"
    assert [item.content_type for item in found.attachments] == ["message/rfc822"]
    assert orders(found.new_text)[0] == () and numbers_in(found.subject) == ()


def test_hidden_html_is_neither_text_nor_an_order() -> None:
    found = mail("html-with-hidden-text")
    assert found.text.split("\n\n") == ["看得见", "结尾 这里 <https://desk.test/a>"]
    assert orders(found.new_text)[0] == ()


def test_html_for_viewing_asks_nothing_of_the_network_and_runs_nothing() -> None:
    shown = safe_html(mail("html-with-hidden-text").html)
    assert "看得见" in shown
    for danger in ("tracker.test", "<script", "alert(", "<form", "evil.test", "<style", "<img"):
        assert danger not in shown


def test_answers_between_flowed_quotations_are_joined_and_kept() -> None:
    assert mail("flowed-answers-between-quotations").new_text == "Yes, twice, as you asked.\nIs plugged in."


@pytest.mark.parametrize("name", ["two-authors", "author-behind-a-name", "nothing"])
def test_a_doubtful_author_is_nobody(name: str) -> None:
    assert mail(name).sender is None
    assert "no-identity" in mail(name).defects


def test_fields_that_order_us_about_change_nothing() -> None:
    found, plain = mail("magic-header-fields"), mail("mbox-line-on-top")
    assert found.automatic is None and not found.suppress_reply and found.bounce is None
    assert found.sender == plain.sender


def test_invisible_characters_are_gone_from_names_and_subjects() -> None:
    found = mail("bidi-and-invisible-characters")
    assert found.sender is not None
    assert (found.sender.name, found.subject) == ("张三", "发票fdp.exe")


def test_many_references_keep_the_first_and_the_newest() -> None:
    found = mail("seventy-references-with-comments")
    assert found.in_reply_to == ("ack-1@desk.test",)
    assert found.references == tuple(f"ref-{i}@customer.test" for i in range(70))


@pytest.mark.parametrize(
    ("name", "origin"),
    [
        ("qq-vacation", Origin.AUTO_REPLY),
        ("calendar-invitation", Origin.CALENDAR),
        ("read-receipt", Origin.READ_RECEIPT),
        ("bounce-qq", Origin.BOUNCE),
    ],
)
def test_a_machine_is_known(name: str, origin: Origin) -> None:
    automatic = mail(name).automatic
    assert automatic is not None and automatic.origin is origin


def test_utf_7_is_not_decoded() -> None:
    assert "<script>" not in mail("utf-7-body").text + mail("utf-7-body").subject
    assert "charset-refused" in mail("utf-7-body").defects


def test_a_list_footer_does_not_replace_an_html_body() -> None:
    assert mail("list-footer-behind-an-html-body").text.startswith("正文在这里")
    assert mail("list-footer-behind-an-html-body").new_text == "正文在这里"


def test_plain_text_that_only_points_to_html_is_not_the_text() -> None:
    assert mail("plain-text-that-only-points-to-html").text.startswith("打印机卡纸")


def test_a_forwarded_mail_names_its_original_sender() -> None:
    found = mail("forwarded-by-163")
    assert found.forwarded is not None and found.forwarded.sender is not None
    assert (found.forwarded.sender.address, found.forwarded.sender.name) == ("li@client.test", "李四")
    assert (found.forwarded.subject, found.forwarded.text) == ("打印机坏了", "三楼的打印机坏了。")
    assert found.new_text == "请处理"


def test_an_html_quotation_is_marked_in_the_text_and_cut() -> None:
    found = mail("feishu-reply")
    assert found.new_text == "已收到，谢谢。"
    assert "> 请确认收货。" in found.text


def test_repeated_fields_count_once() -> None:
    found = mail("same-field-many-times")
    assert (found.subject, found.message_id) == ("one", "many@customer.test")


def test_an_impossible_date_is_none_or_aware() -> None:
    date = mail("date-in-the-year-9999").date
    assert date is None or date.tzinfo is not None


def test_a_picture_made_of_several_stays_whole_and_nothing_else_is_joined() -> None:
    assert clean("👨\u200d👩\u200d👧 👩🏽\u200d💻 ❤\ufe0f\u200d🔥") == "👨\u200d👩\u200d👧 👩🏽\u200d💻 ❤\ufe0f\u200d🔥"
    assert clean("ad\u200dmin 👨\u200d \u200d张三") == "admin 👨 张三"
