"""The scripted SMTP server says what it is told, also what no decent server says."""

from __future__ import annotations

import smtplib
import ssl

import pytest

from tests.conftest import StartScripted
from tests.servers.certificates import Certificates
from tests.servers.scripted_smtp import PLAIN, ScriptedSmtp

MAIL = b"Subject: hello\r\n\r\n.dots\r\n"
ANN = "ann@customer.example"


def connect(server: ScriptedSmtp) -> smtplib.SMTP:
    return smtplib.SMTP(server.host, server.port, local_hostname="desk.example", timeout=5)


def test_it_takes_a_mail_as_it_came(start_scripted: StartScripted) -> None:
    server = start_scripted(ScriptedSmtp({}))
    with connect(server) as link:
        link.sendmail("", [ANN], MAIL)
    assert list(server.mails) == [MAIL.replace(b"\r\n.", b"\r\n..")]
    assert [command.line.split()[0].upper() for command in server.commands] == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]


def test_bytes_can_be_slipped_in_behind_the_answer_to_starttls(
    start_scripted: StartScripted, certificates: Certificates
) -> None:
    """The trap itself: smtplib reads on in its old buffer, and an unsafe client takes the bytes for an answer."""
    answers = {
        "EHLO": b"250-scripted.example\r\n250 STARTTLS\r\n",
        "STARTTLS": b"220 go on\r\n250-scripted.example\r\n250 AUTH PLAIN\r\n",
    }
    server = start_scripted(ScriptedSmtp(answers, certificates.good))
    link = connect(server)
    link.ehlo()
    link.putcmd("STARTTLS")
    assert link.getreply() == (220, b"go on")
    assert link.getreply() == (250, b"scripted.example\nAUTH PLAIN")
    link.close()


def test_it_speaks_tls_after_starttls_with_other_answers(
    start_scripted: StartScripted, certificates: Certificates
) -> None:
    answers = {"EHLO": b"250-scripted.example\r\n250 STARTTLS\r\n", "STARTTLS": b"220 go on\r\n"}
    secured = {**PLAIN, "MAIL": b"421 4.3.2 closing\r\n"}
    server = start_scripted(ScriptedSmtp(answers, certificates.good, secured))
    with connect(server) as link:
        link.starttls(context=ssl.create_default_context(cafile=certificates.ca_file))
        with pytest.raises(smtplib.SMTPSenderRefused, match="421"):
            link.sendmail("", [ANN], MAIL)
    assert [(command.secured, command.line[:4].upper()) for command in server.commands][:4] == [
        (False, "EHLO"),
        (False, "STAR"),
        (True, "EHLO"),
        (True, "MAIL"),
    ]
