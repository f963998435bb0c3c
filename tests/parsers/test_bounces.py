"""Delivery reports: RFC 3464, and the plain notices of ten systems, Chinese ones among them (T-LP-02)."""

from __future__ import annotations

import pytest

from parsers.mail import Bounce, Severity
from parsers.reading import read
from tests.mails import octets

GONE = "li@elsewhere.test"
OURS = "ack-7.42@desk.test"
RETURNED = f"Message-ID: <{OURS}>\r\nFrom: support@desk.test\r\nTo: {GONE}\r\nSubject: 工单已受理\r\n\r\n您好"


def report(action: str, status: str, extra: str = "") -> bytes:
    text = (
        "From: MAILER-DAEMON@mx.test\r\nTo: support@desk.test\r\nSubject: Undelivered Mail Returned\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nsorry\r\n--b\r\n"
        f"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\n{extra}"
        f"Final-Recipient: rfc822; {GONE}\r\nAction: {action}\r\nStatus: {status}\r\n\r\n--b\r\n"
        f"Content-Type: message/rfc822\r\n\r\n{RETURNED}\r\n--b--\r\n"
    )
    return text.encode()


def bounce_of(raw: bytes) -> Bounce:
    found = read(raw).mail.bounce
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("action", "status", "severity"),
    [
        ("failed", "5.1.1", Severity.HARD),
        ("failed", "4.4.7", Severity.SOFT),
        ("delayed", "4.4.1", Severity.DELAYED),
    ],
)
def test_a_report_says_whom_it_speaks_of_how_grave_it_is_and_which_mail_came_back(
    action: str, status: str, severity: Severity
) -> None:
    assert bounce_of(report(action, status)) == Bounce((GONE,), severity, status, OURS)


def test_the_address_that_we_had_written_to_counts_more_than_where_it_was_forwarded() -> None:
    found = bounce_of(report("failed", "5.1.1", "Original-Recipient: rfc822; alias@desk-friend.test\r\n"))
    assert found.recipients == ("alias@desk-friend.test",)


NOTICES = ["qq", "163", "aliyun", "exmail", "qmail", "exim", "sendmail", "postfix", "gmail", "exchange-in-chinese"]


@pytest.mark.parametrize("system", NOTICES)
def test_a_notice_without_a_report_is_known_with_its_recipient(system: str) -> None:
    found = bounce_of(octets(f"bounce-{system}"))
    assert found.recipients == (GONE,)
    assert found.severity is Severity.HARD


@pytest.mark.parametrize("system", ["163", "aliyun", "qmail"])
def test_the_mail_that_came_back_is_found_in_every_wrapping(system: str) -> None:
    assert bounce_of(octets(f"bounce-{system}")).original_message_id == OURS


def test_a_warning_of_delay_is_no_failure() -> None:
    raw = (
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.test\r\nSubject: Warning: could not send message\r\n\r\n"
        f"Warning: message still undelivered. Will keep trying for 5 days.\r\n\r\n<{GONE}>: 451 4.4.1 timed out"
    )
    assert bounce_of(raw.encode()).severity is Severity.DELAYED


def test_a_vacation_answer_that_a_relay_sent_as_daemon_is_no_bounce() -> None:
    raw = "From: MAILER-DAEMON@amazonses.com\r\nSubject: （自动回复）Re：工单已受理\r\n\r\n我在休假，无法发送邮件。"
    mail = read(raw.encode()).mail
    assert mail.bounce is None and mail.automatic is not None


@pytest.mark.parametrize(
    "subject",
    [
        "退信怎么处理？",
        "My parcel is undeliverable",
        "Delivery failed on Monday",
        "Mail delivery failed: what does it mean?",
    ],
)
def test_a_person_who_asks_about_deliveries_is_no_bounce(subject: str) -> None:
    raw = f"From: zhang@customer.test\r\nReturn-Path: <zhang@customer.test>\r\nSubject: {subject}\r\n\r\nPlease help."
    assert read(raw.encode()).mail.bounce is None
