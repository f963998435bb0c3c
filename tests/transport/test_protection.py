"""A password is heard only by the relay it is meant for, and trouble with it never costs a message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from daemon.ports import RELAY_FAULTS, Delivery, Result
from daemon.tls import Tls
from daemon.transport.session import Relay
from daemon.transport.smtp import SmtpTransport
from tests.conftest import StartScripted, StartSink
from tests.servers.certificates import Certificates
from tests.servers.scripted_smtp import PLAIN, ScriptedSmtp
from tests.servers.smtp import Offer, Security, Sink
from tests.transport.relays import ANN, BOB, impatient, letter, mine, relay, said, send, work


def lines(sink: Sink) -> Sequence[str]:
    return [command.line for command in sink.commands]


def with_login(box: Relay, tls: Tls, ca_file: Path) -> Relay:
    return replace(box, tls=tls, username="desk", ca_file=ca_file)


OFFERED = {Tls.SSL: Security.IMPLICIT, Tls.STARTTLS: Security.STARTTLS}
ACCOUNTS = {"desk": "open sesame"}


@pytest.mark.parametrize("tls", OFFERED)
def test_a_password_goes_only_over_a_protected_link(
    start_sink: StartSink, certificates: Certificates, tls: Tls
) -> None:
    sink = start_sink(Offer(OFFERED[tls], certificates.good, ACCOUNTS))
    box = with_login(relay(sink.port), tls, certificates.ca_file)
    assert [each.result for each in send(box, letter(), letter(BOB))] == [Result.SENT] * 2
    assert [command.secured for command in sink.commands if command.line.startswith("AUTH")] == [True]
    assert b"AUTH" not in sink.in_clear


@pytest.mark.parametrize("tls", OFFERED)
@pytest.mark.parametrize(
    ("name", "reason"), [("expired", "expired"), ("wrong_name", "mismatch"), ("self_signed", "self-signed")]
)
def test_a_bad_certificate_defers_and_hears_no_password(
    start_sink: StartSink, certificates: Certificates, name: str, reason: str, tls: Tls
) -> None:
    sink = start_sink(Offer(OFFERED[tls], getattr(certificates, name), ACCOUNTS))
    (delivery,) = send(with_login(relay(sink.port), tls, certificates.ca_file), letter())
    assert said(delivery) == (Result.DEFERRED, "tls-certificate")
    assert reason in delivery.text.lower()
    assert not [line for line in lines(sink) if line.startswith(("AUTH", "MAIL"))]


OFFER_STARTTLS = b"250-scripted.example\r\n250-AUTH PLAIN LOGIN\r\n250 STARTTLS\r\n"


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"EHLO": b"250-scripted.example\r\n250 AUTH PLAIN LOGIN\r\n"}, "tls-required"),
        ({"EHLO": OFFER_STARTTLS, "STARTTLS": b"454 4.7.0 not now\r\n"}, "tls-refused"),
        ({"EHLO": OFFER_STARTTLS, "STARTTLS": b"220 go on\r\nthis is no TLS\r\n"}, "tls-failed"),
    ],
)
def test_without_starttls_nothing_is_said(
    start_scripted: StartScripted, certificates: Certificates, answers: dict[str, bytes], code: str
) -> None:
    server = start_scripted(ScriptedSmtp(answers))
    box = impatient(with_login(relay(server.port), Tls.STARTTLS, certificates.ca_file))
    (delivery,) = send(box, letter())
    assert said(delivery) == (Result.DEFERRED, code)
    assert not [command.line for command in server.commands if command.line.startswith(("AUTH", "MAIL"))]


def test_what_is_slipped_in_behind_the_answer_to_starttls_is_not_believed(
    start_scripted: StartScripted, certificates: Certificates
) -> None:
    forged = b"220 go on\r\n250-scripted.example\r\n250 AUTH LOGIN\r\n235 welcome\r\n250 OK\r\n"
    secured = {**PLAIN, "EHLO": b"250-scripted.example\r\n250 AUTH PLAIN\r\n"}
    server = start_scripted(ScriptedSmtp({"EHLO": OFFER_STARTTLS, "STARTTLS": forged}, certificates.good, secured))
    assert send(with_login(relay(server.port), Tls.STARTTLS, certificates.ca_file), letter())[0].result is Result.SENT
    assert [(command.secured, command.line.split()[0]) for command in server.commands] == [
        (False, "EHLO"),
        (False, "STARTTLS"),
        (True, "EHLO"),
        (True, "AUTH"),
        (True, "MAIL"),
        (True, "RCPT"),
        (True, "DATA"),
        (True, "QUIT"),
    ]
    assert next(command.line for command in server.commands if "AUTH" in command.line).startswith("AUTH PLAIN ")


def test_a_wrong_password_defers_and_is_tried_once(start_sink: StartSink) -> None:
    sink = start_sink(Offer(accounts={"desk": "changed"}))
    (delivery,) = send(replace(relay(sink.port), username="desk"), letter())
    assert said(delivery) == (Result.DEFERRED, "auth-refused")
    assert len([line for line in lines(sink) if line.startswith("AUTH")]) == 1


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"EHLO": b"250-scripted.example\r\n250 AUTH GSSAPI\r\n"}, "auth-unsupported"),
        ({}, "auth-unsupported"),
        ({"EHLO": b"250-s\r\n250 AUTH LOGIN PLAIN\r\n", "AUTH": b"454 4.7.0 later\r\n"}, "auth-deferred"),
        ({"EHLO": b"250-s\r\n250 AUTH PLAIN\r\n", "MAIL": b"530 5.7.0 log in first\r\n"}, "auth-required"),
    ],
)
def test_no_trouble_with_the_login_costs_a_message(
    start_scripted: StartScripted, answers: dict[str, bytes], code: str
) -> None:
    server = start_scripted(ScriptedSmtp(answers))
    (delivery,) = send(replace(relay(server.port), username="desk"), letter())
    assert said(delivery) == (Result.DEFERRED, code)
    assert code.startswith(RELAY_FAULTS)


def test_the_password_is_read_at_each_login_and_may_be_missing(start_sink: StartSink, tmp_path: Path) -> None:
    sink, secret = start_sink(Offer(accounts=ACCOUNTS)), tmp_path / "secret"
    box = replace(relay(sink.port), username="desk", read_password=secret.read_text, uses_limit=1)

    async def talk(transport: SmtpTransport) -> Sequence[Delivery]:
        outcomes = []
        for written in (None, "wrong", "open sesame"):
            if written:
                secret.write_text(written)
            outcomes.append(await transport.send(letter(), mine))
        return outcomes

    assert [each.code for each in work(box, talk)] == ["auth-no-password", "auth-refused", "250 2.0.0"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"host": "mail.example.com", "username": "desk"}, "plain"),
        ({"connections": 0}, "at least one"),
        ({"timeout": 0}, "above 0"),
        ({"local_hostname": "desk\r\nMAIL"}, "host name"),
    ],
)
def test_a_relay_that_makes_no_sense_is_refused_before_anything_is_opened(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        replace(relay(25), **changes)


def test_a_relay_without_login_may_be_reached_in_clear() -> None:
    assert replace(relay(25), host="smarthost.internal").username is None


def test_addresses_and_passwords_stay_out_of_the_log(start_sink: StartSink, caplog: pytest.LogCaptureFixture) -> None:
    sink = start_sink(Offer(accounts=ACCOUNTS))
    with caplog.at_level("DEBUG"):
        send(replace(relay(sink.port), username="desk"), letter())
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("mail.")]
    assert not [line for line in ours if ANN in line or "sesame" in line or "b3BlbiBzZXNhbWU" in line]
