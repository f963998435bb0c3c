"""Accounts: no secret crosses an unprotected link, and a wrong password locks nobody out (T-TL-01 to 04, T-TL-06)."""

from __future__ import annotations

import json
import re

import pytest

from daemon.office import Unreachable
from daemon.ports import LoginRefused, MailboxDown
from tests.conftest import StartDovecot, StartScripted, StartSink
from tests.house import House
from tests.letters import letter
from tests.servers.certificates import Certificate, Certificates
from tests.servers.process import eventually
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.servers.smtp import Offer, Security
from tests.stages.scenes import assert_still_at_work

BAD = ["expired", "wrong_name", "self_signed"]


def _bad(certificates: Certificates, name: str) -> Certificate:
    certificate: Certificate = getattr(certificates, name)
    return certificate


@pytest.mark.parametrize("name", BAD)
def test_a_mailbox_behind_a_bad_certificate_hears_no_password(
    small_house: House, start_dovecot: StartDovecot, certificates: Certificates, name: str
) -> None:
    server = start_dovecot(_bad(certificates, name))
    box = {"host": server.host, "tls": "ssl", "port": server.imaps_port, "ca_file": str(certificates.ca_file)}
    small_house.settings["mailboxes"][0] |= box
    small_house.write()
    with small_house.shift() as shift, pytest.raises(MailboxDown, match="certificate"):
        shift.turn()
    assert "Login" not in server.log()


@pytest.mark.parametrize("name", BAD)
def test_a_relay_behind_a_bad_certificate_hears_no_password(
    small_house: House, start_sink: StartSink, certificates: Certificates, name: str
) -> None:
    relay = start_sink(Offer(Security.STARTTLS, _bad(certificates, name), {"desk": "secret"}))
    small_house.settings["smtp"] |= _protected(relay.host, relay.port, certificates)
    small_house.write()
    small_house.post(letter())
    with small_house.shift() as shift, pytest.raises(Unreachable, match="tls-certificate"):
        shift.turn()
    assert not [command for command in relay.commands if command.line.upper().startswith(("AUTH", "MAIL"))]
    assert {row.state for row in small_house.rows("SELECT state FROM outbox")} <= {"ready", "deferred"}


def _protected(host: str, port: int, certificates: Certificates) -> dict[str, object]:
    return {
        "host": host,
        "port": port,
        "tls": "starttls",
        "username": "desk",
        "password": {"env": "DESK_TEST_PASSWORD"},
        "ca_file": str(certificates.ca_file),
    }


def test_servers_without_starttls_hear_no_password(
    small_house: House, start_dovecot: StartDovecot, start_sink: StartSink, certificates: Certificates
) -> None:
    server, relay = start_dovecot(None), start_sink(Offer(accounts={"desk": "secret"}))
    small_house.settings["mailboxes"][0] |= {"tls": "starttls", "port": server.imap_port}
    small_house.write()
    done = small_house.postdesk("once", check=False)
    assert done.returncode == 75
    assert "Login" not in server.log()
    small_house.settings["mailboxes"][0] |= {"tls": "plain", "port": small_house.dovecot.imap_port}
    small_house.settings["smtp"] |= _protected("127.0.0.1", relay.port, certificates)
    small_house.write()
    small_house.post(letter())
    with small_house.shift() as shift, pytest.raises(Unreachable, match="tls-required"):
        shift.turn()
    assert not re.search(rb"AUTH|MAIL", relay.in_clear)


def test_what_is_slipped_in_behind_starttls_is_not_believed(
    small_house: House, start_scripted: StartScripted, certificates: Certificates
) -> None:
    answers = {
        "EHLO": b"250-scripted.example\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n",
        "STARTTLS": b"220 go on\r\n250-scripted.example\r\n250 AUTH PLAIN\r\n235 2.7.0 welcome\r\n",
    }
    relay = start_scripted(ScriptedSmtp(answers, certificates.good))
    small_house.settings["smtp"] |= _protected(relay.host, relay.port, certificates)
    small_house.write()
    small_house.post(letter())
    with small_house.shift() as shift, pytest.raises((Unreachable, LoginRefused)):
        shift.turn()
    assert not [command for command in relay.commands if not command.secured and "AUTH" in command.line.upper()]
    assert not relay.mails, "without a login that the protected server offered nothing leaves"


def test_both_links_work_under_tls(small_house: House, start_sink: StartSink, certificates: Certificates) -> None:
    relay = start_sink(Offer(Security.STARTTLS, certificates.good, {"desk": "secret"}))
    small_house.settings["smtp"] |= _protected(relay.host, relay.port, certificates)
    box = {"host": small_house.dovecot.host, "tls": "ssl", "port": small_house.dovecot.imaps_port}
    small_house.settings["mailboxes"][0] |= box | {"ca_file": str(certificates.ca_file)}
    small_house.write()
    small_house.post(letter())
    with small_house.shift() as shift:
        shift.turn()
    assert len(relay.to("ann@customer.test")) == 1
    assert b"secret" not in relay.in_clear


@pytest.mark.parametrize("part", ["mailboxes", "smtp"])
def test_settings_without_a_word_on_tls_are_refused(small_house: House, part: str) -> None:
    account = small_house.settings["mailboxes"][0] if part == "mailboxes" else small_house.settings["smtp"]
    del account["tls"]
    small_house.write()
    done = small_house.postdesk("check" if part == "smtp" else "run", check=False)
    assert done.returncode == 2
    assert re.search(r"postdesk\.yaml:\d+:\d+: .*tls", done.stderr)


def test_a_wrong_password_for_the_mailbox_is_told_and_tried_ten_times_an_hour_at_the_most(small_house: House) -> None:
    wrong = {"DESK_TEST_PASSWORD": "wrong"}
    once = small_house.postdesk("once", check=False, **wrong)
    assert once.returncode == 1
    assert "support" in once.stderr and "username and password" in once.stderr
    assert "Traceback" not in once.stderr
    daemon = small_house.start(**wrong)
    log = small_house.folder / "daemon.log"
    try:
        assert eventually(lambda: "login-refused" in log.read_text("utf-8"))
    finally:
        daemon.terminate()
        assert daemon.wait(20) == 0
    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    refused = [line for line in lines if line["event"] == "login-refused"]
    assert [line["seconds"] for line in refused] == [360.0]
    with small_house.shift() as shift:
        assert_still_at_work(small_house, shift)
