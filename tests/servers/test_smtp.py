"""The SMTP sink keeps what it accepts and fails as it is told to."""

from __future__ import annotations

import smtplib
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import StartSink
from tests.servers.certificates import Certificates
from tests.servers.smtp import Offer, Security, Sink, recorded
from tests.servers.smtp_script import Break, Stage

MAIL = b"From: desk@desk.example\r\nSubject: hello\r\n\r\n.dots\r\n"
ANN, BOB = "ann@customer.example", "bob@customer.example"


def connect(sink: Sink, timeout: float = 5) -> smtplib.SMTP:
    return smtplib.SMTP("127.0.0.1", sink.port, local_hostname="desk.example", timeout=timeout)


def test_an_accepted_mail_is_kept_with_its_envelope(sink: Sink) -> None:
    with connect(sink) as link:
        link.sendmail("", [ANN, BOB], MAIL)
        link.sendmail("desk@desk.example", [BOB], MAIL)
    first, second = sink.accepted
    assert (first.order, first.connection, first.reverse_path, first.recipients) == (1, 1, "", (ANN, BOB))
    assert (second.order, second.connection, second.reverse_path) == (2, 1, "desk@desk.example")
    assert first.raw == MAIL
    assert sink.to(ANN) == [first]
    words = [command.line.lower().split(" size=")[0] for command in sink.commands]
    assert words[:3] == ["ehlo desk.example", "mail from:<>", f"rcpt to:<{ANN}>"]


def test_each_recipient_meets_its_own_fault(sink: Sink) -> None:
    sink.at(Stage.RECIPIENT, "450 4.2.0 come back", to=ANN, times=1)
    sink.at(Stage.RECIPIENT, "550 5.1.1 unknown", to=BOB)
    with connect(sink) as link:
        for _ in range(2):
            with pytest.raises(smtplib.SMTPRecipientsRefused, match="550"):
                link.sendmail("", [BOB], MAIL)
        with pytest.raises(smtplib.SMTPRecipientsRefused, match="450"):
            link.sendmail("", [ANN], MAIL)
        link.sendmail("", [ANN], MAIL)
    assert [mail.recipients for mail in sink.accepted] == [(ANN,)]


@pytest.mark.parametrize(("stage", "kept"), [(Stage.TAKEN, 1), (Stage.DOT, 0), (Stage.DATA, 0), (Stage.MAIL, 0)])
def test_a_dropped_connection_leaves_the_mail_taken_or_not_as_the_stage_says(
    sink: Sink, stage: Stage, kept: int
) -> None:
    sink.at(stage, Break.DROP, times=1)
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)), connect(sink) as link:
        link.sendmail("", [ANN], MAIL)
    assert len(sink.accepted) == kept
    with connect(sink) as link:
        link.sendmail("", [ANN], MAIL)
    assert len(sink.accepted) == kept + 1


def test_a_hanging_server_says_nothing_after_the_final_dot(sink: Sink) -> None:
    sink.at(Stage.TAKEN, Break.HANG)
    link = connect(sink, timeout=0.5)
    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        link.sendmail("", [ANN], MAIL)
    assert len(sink.accepted) == 1


@pytest.mark.parametrize("reply", ["451 4.3.0 later", "554 5.7.1 spam"])
def test_a_reply_after_the_data_refuses_the_mail(sink: Sink, reply: str) -> None:
    sink.at(Stage.DOT, reply)
    with connect(sink) as link, pytest.raises(smtplib.SMTPDataError, match=reply[:3]):
        link.sendmail("", [ANN], MAIL)
    assert not sink.accepted


def test_a_banner_may_turn_a_client_away(sink: Sink) -> None:
    sink.at(Stage.BANNER, "421 4.3.2 closing", times=1)
    with pytest.raises(smtplib.SMTPConnectError, match="421"):
        connect(sink)
    connect(sink).quit()
    assert len(sink.opened_at) == 2


def test_credentials_given_in_clear_are_on_record(start_sink: StartSink) -> None:
    sink = start_sink(Offer(accounts={"desk": "open sesame"}))
    with connect(sink) as link:
        with pytest.raises(smtplib.SMTPSenderRefused, match="530"):
            link.sendmail("", [ANN], MAIL)
        with pytest.raises(smtplib.SMTPAuthenticationError):
            link.login("desk", "wrong")
        link.login("desk", "open sesame")
        link.sendmail("", [ANN], MAIL)
    assert len(sink.accepted) == 1
    assert b"AUTH PLAIN" in sink.in_clear
    assert not any(command.secured for command in sink.commands)


def test_starttls_hides_everything_after_it(start_sink: StartSink, certificates: Certificates) -> None:
    sink = start_sink(Offer(Security.STARTTLS, certificates.good, accounts={"desk": "open sesame"}))
    with smtplib.SMTP(sink.host, sink.port, local_hostname="desk.example", timeout=5) as link:
        link.starttls(context=ssl.create_default_context(cafile=certificates.ca_file))
        link.login("desk", "open sesame")
        link.sendmail("", [ANN], MAIL)
    assert len(sink.accepted) == 1
    assert b"AUTH" not in sink.in_clear.upper()
    assert [command.secured for command in sink.commands if command.line.upper().startswith("AUTH")] == [True]


def test_implicit_tls_hides_everything(start_sink: StartSink, certificates: Certificates) -> None:
    sink = start_sink(Offer(Security.IMPLICIT, certificates.good, accounts={"desk": "open sesame"}))
    context = ssl.create_default_context(cafile=certificates.ca_file)
    with smtplib.SMTP_SSL(sink.host, sink.port, local_hostname="desk.example", timeout=5, context=context) as link:
        link.login("desk", "open sesame")
        link.sendmail("", [ANN], MAIL)
    assert (len(sink.accepted), sink.in_clear) == (1, b"")


def test_a_stopped_sink_comes_back_on_its_port(sink: Sink) -> None:
    link = connect(sink)
    sink.stop()
    with pytest.raises(smtplib.SMTPServerDisconnected):
        link.noop()
    with pytest.raises(ConnectionRefusedError):
        connect(sink)
    sink.start()
    connect(sink).quit()


def test_smtputf8_is_offered_only_when_told(start_sink: StartSink) -> None:
    for offered in (True, False):
        with connect(start_sink(Offer(smtputf8=offered))) as link:
            link.ehlo()
            assert link.has_extn("smtputf8") is offered


def test_as_a_program_it_records_before_it_says_yes(tmp_path: Path) -> None:
    record = tmp_path / "accepted.jsonl"
    argv = [sys.executable, "-m", "tests.servers.smtp", "--record", str(record)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            with smtplib.SMTP("127.0.0.1", port, local_hostname="desk.example", timeout=5) as link:
                link.sendmail("", [ANN], MAIL)
                assert [(mail.recipients, mail.raw) for mail in recorded(record)] == [((ANN,), MAIL)]
        finally:
            process.kill()
