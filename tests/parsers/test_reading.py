"""What `read` says of ordinary mail: Chinese and English, plain and HTML, automatic and returned."""

from __future__ import annotations

import base64
import pickle
from email.message import EmailMessage

from parsers.mail import Limits, Origin, Severity
from parsers.reading import read

HEADERS = (
    b"From: =?utf-8?B?5byg5LiJ?= <zhang@customer.test>\r\nTo: support@desk.test\r\nMessage-ID: <a1@customer.test>\r\n"
)


def mail_with(body: bytes, content_type: str, encoding: str = "8bit", subject: str = "x") -> bytes:
    return (
        HEADERS
        + f"Subject: {subject}\r\nContent-Type: {content_type}\r\n".encode()
        + f"Content-Transfer-Encoding: {encoding}\r\n\r\n".encode()
        + body
    )


def test_a_chinese_mail_says_who_wrote_it_and_what() -> None:
    words = "朱镕基的订单打不开，请尽快处理。"
    mail = read(mail_with(words.encode(), "text/plain; charset=utf-8", subject="=?utf-8?B?6K6i5Y2V6Zeu6aKY?=")).mail
    assert mail.sender is not None
    assert (mail.sender.address, mail.sender.name) == ("zhang@customer.test", "张三")
    assert (mail.subject, mail.text, mail.language) == ("订单问题", words, "zh")
    assert mail.message_id == "a1@customer.test"
    assert mail.automatic is None and not mail.suppress_reply


def test_gbk_characters_under_a_gb2312_label_are_read_in_every_transfer_encoding() -> None:
    octets = "朱镕基，喆".encode("gb18030")
    quoted = "".join(f"={octet:02X}" for octet in octets).encode()
    for body, encoding in ((octets, "8bit"), (base64.b64encode(octets), "base64"), (quoted, "quoted-printable")):
        assert read(mail_with(body, "text/plain; charset=gb2312", encoding)).mail.text.strip() == "朱镕基，喆"


def test_raw_gbk_octets_in_a_subject_are_read() -> None:
    raw = b"From: a@b.test\r\nSubject: " + "打印机坏了，请帮忙".encode("gbk") + b"\r\n\r\nx"
    assert read(raw).mail.subject == "打印机坏了，请帮忙"


def test_an_html_mail_becomes_paragraphs_without_its_hidden_text() -> None:
    page = "<p>Hello&nbsp;there</p><div style='display:none'>secret</div><ul><li>one</li><li>two</li></ul>"
    mail = read(mail_with(page.encode(), "text/html; charset=utf-8")).mail
    assert mail.text.split("\n") == ["Hello there", "", "- one", "- two", ""] or mail.text.split() == [
        "Hello", "there", "-", "one", "-", "two",
    ]  # fmt: skip
    assert "secret" not in mail.text


def test_an_attachment_keeps_its_chinese_name_and_its_octets() -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = "a@b.test", "x"
    message.set_content("body")
    message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="中文测试.pdf")
    parsed = read(bytes(message))
    (item,) = parsed.mail.attachments
    assert (item.name, item.content_type, item.size) == ("中文测试.pdf", "application/pdf", 8)
    assert parsed.contents[item.sha256] == b"%PDF-1.4"


def test_a_name_in_encoded_words_inside_quotes_is_read() -> None:
    raw = (
        HEADERS
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhi\r\n--b\r\n"
        + b"Content-Type: application/octet-stream;"
        + b' name="=?gb18030?B?1tDOxLLiytQuZG9jeA==?="\r\nContent-Disposition: attachment\r\n\r\nx\r\n--b--\r\n'
    )
    assert [item.name for item in read(raw).mail.attachments] == ["中文测试.docx"]


def test_a_forged_second_author_is_nobody() -> None:
    for value in (b"li@corp.test <m@evil.test>", b"a@x.test, b@y.test", b"a b@x.test", b"<a b@x.test>", b"<>"):
        assert read(b"From: " + value + b"\r\n\r\nx").mail.sender is None
    assert read(b"From: <a@x.test>\r\n RCPT TO:<b@y.test>\r\n\r\nx").mail.sender is None
    assert read(b"From: a@x.test\r\nFrom: b@y.test\r\n\r\nx").mail.sender is None


def test_a_delivery_report_names_recipient_status_and_the_mail_that_came_back() -> None:
    raw = (
        b"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.test\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nsorry\r\n--b\r\n"
        b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\n"
        b"Final-Recipient: rfc822; X@elsewhere.test\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\n"
        b"Content-Type: message/rfc822\r\n\r\nMessage-ID: <ours-1@desk.test>\r\nSubject: y\r\n\r\nz\r\n--b--\r\n"
    )
    mail = read(raw).mail
    assert mail.bounce is not None and mail.automatic is not None
    assert mail.automatic.origin is Origin.BOUNCE
    assert (mail.bounce.recipients, mail.bounce.severity, mail.bounce.status) == (
        ("x@elsewhere.test",),
        Severity.HARD,
        "5.1.1",
    )
    assert mail.bounce.original_message_id == "ours-1@desk.test"


def test_a_person_who_asks_for_no_automatic_answer_is_still_a_person() -> None:
    mail = read(HEADERS + b"X-Auto-Response-Suppress: All\r\n\r\nhelp").mail
    assert mail.automatic is None and mail.suppress_reply


def test_auto_submitted_no_is_a_person() -> None:
    assert read(HEADERS + b"Auto-Submitted: no\r\n\r\nI am out of office").mail.automatic is None


def test_the_mark_of_a_desk_is_kept_for_the_desk_to_judge() -> None:
    mail = read(HEADERS + b"X-Postdesk-Desk: desk-7\r\nAuto-Submitted: auto-generated\r\n\r\nx").mail
    assert mail.automatic is not None and mail.automatic.origin is Origin.AUTO_GENERATED
    assert ("X-Postdesk-Desk", "desk-7") in mail.headers


def test_the_fingerprint_ignores_the_way_a_mail_came() -> None:
    rest = HEADERS + b"Subject: x\r\nDate: Mon, 1 Jan 2024 10:00:00 +0800\r\n\r\nbody"
    one = read(b"Received: by mx1\r\nDelivered-To: a@desk.test\r\nX-Spam: 1\r\n" + rest).mail
    two = read(b"Received: by mx2\r\nDelivered-To: b@desk.test\r\n" + rest).mail
    other = read(rest.replace(b"body", b"b0dy")).mail
    assert one.fingerprint == two.fingerprint != other.fingerprint


def test_what_lies_beyond_the_limits_is_dropped_with_a_name() -> None:
    limits = Limits(text_chars=10, recipients=2, subject_chars=5)
    mail = read(b"From: a@b.test\r\nTo: a@x, b@x, c@x\r\nSubject: 1234567\r\n\r\n" + b"y" * 50, limits).mail
    assert (len(mail.text), len(mail.to), mail.subject) == (10, 2, "12345")
    assert "text-too-long" in mail.defects


def test_a_parsed_mail_crosses_a_process_boundary_unchanged() -> None:
    parsed = read(mail_with("你好".encode(), "text/plain; charset=utf-8"))
    assert pickle.loads(pickle.dumps(parsed)) == parsed
