"""What machines write back: an absence notice (RFC 3834), a delivery report (RFC 3464), a read receipt (RFC 8098)."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256

from daemon.demo.clients import CHINA
from daemon.demo.letters import Letter
from daemon.demo.post import EOL, Person, Posted, base64_lines, encoded_words
from parsers.mail import Mail


def absence(letter: Letter, author: Person, to: Mail, desk: str, at: datetime) -> Posted:
    """An out-of-office reply as Exchange in Chinese words it."""
    subject = f"自动答复: {to.subject}"
    extra = "Auto-Submitted: auto-replied\r\nX-Auto-Response-Suppress: All\r\n"
    body = f"Content-Type: text/plain; charset=utf-8{EOL}Content-Transfer-Encoding: base64{EOL}{EOL}"
    return _posted(author, to, desk, subject, at, f"{extra}{body}{base64_lines(letter.text.encode())}{EOL}")


def receipt(letter: Letter, author: Person, to: Mail, desk: str, at: datetime) -> Posted:
    """A read receipt that nobody asked for."""
    report = [
        "Reporting-UA: mail.example; MailCalendar 3.1",
        f"Final-Recipient: rfc822;{author.address}",
        f"Original-Message-ID: <{to.message_id}>",
        "Disposition: manual-action/MDN-sent-automatically; displayed",
    ]
    body = _report("disposition-notification", letter.text, report, "")
    return _posted(author, to, desk, f"Read: {to.subject}", at, body)


def bounce(author: Person, lost: Mail, raw: bytes, desk: str, at: datetime) -> Posted:
    """What a mail server says that found no room in a mailbox."""
    text = (
        f"抱歉，您的邮件没有送达。\nYour message could not be delivered.\n\n    {author.address}\n"
        "    552 5.2.2 对方邮箱已满 / mailbox full\n"
    )
    report = [
        f"Reporting-MTA: dns; mx.{author.domain}",
        "",
        f"Final-Recipient: rfc822; {author.address}",
        "Action: failed",
        "Status: 5.2.2",
        "Diagnostic-Code: smtp; 552 5.2.2 mailbox full",
    ]
    head = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0].decode("ascii", "replace").replace("\n", EOL)
    body = f"Auto-Submitted: auto-replied{EOL}{_report('delivery-status', text, report, head)}"
    daemon = Person("邮件系统 Mail Delivery System", f"MAILER-DAEMON@{author.domain}")
    return _posted(daemon, lost, desk, "退信：Undelivered Mail Returned to Sender", at, body)


def _posted(author: Person, to: Mail, desk: str, subject: str, at: datetime, rest: str) -> Posted:
    message_id = f"{sha256(f'{author}{subject}'.encode()).hexdigest()[:20]}.auto@{author.domain}"
    head = [
        f"From: {encoded_words(author.name)} <{author.address}>",
        f"To: {desk}",
        f"Subject: {encoded_words(subject)}",
        f"Date: {format_datetime(at.astimezone(CHINA))}",
        f"Message-ID: <{message_id}>",
        f"In-Reply-To: <{to.message_id}>",
        f"References: <{to.message_id}>",
        "MIME-Version: 1.0",
    ]
    return Posted(message_id, subject, f"{EOL.join(head)}{EOL}{rest}".encode())


def _report(kind: str, text: str, report: list[str], returned: str) -> str:
    parts = [
        f"Content-Type: text/plain; charset=utf-8{EOL}Content-Transfer-Encoding: base64{EOL}{EOL}"
        + base64_lines(text.encode()),
        f"Content-Type: message/{kind}{EOL}{EOL}{EOL.join(report)}",
        *([f"Content-Type: text/rfc822-headers{EOL}{EOL}{returned}"] if returned else []),
    ]
    inside = "".join(f"--report_of_the_demo{EOL}{part}{EOL}" for part in parts)
    return (
        f'Content-Type: multipart/report; report-type={kind};{EOL} boundary="report_of_the_demo"{EOL}{EOL}'
        f"{inside}--report_of_the_demo--{EOL}"
    )
