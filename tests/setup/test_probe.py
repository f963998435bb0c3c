"""Trying out servers that are right or wrong in one way each: what is said, and what to do about it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from daemon.setup.findings import Finding
from daemon.setup.probe import probed
from tests.conftest import StartDovecot, StartSink
from tests.house import House
from tests.servers.certificates import Certificates
from tests.servers.process import eventually, free_port
from tests.servers.scripted_imap import ScriptedImap
from tests.servers.smtp import Offer, Security


def wrongs(house: House) -> dict[tuple[str, str], Finding]:
    """What went wrong, by server and step."""
    house.write()
    return {(each.server, each.step): each for each in probed(house.desk().settings) if each.trouble is not None}


def only(house: House, server: str, step: str) -> tuple[str, str]:
    """The one trouble there is, and what to do about it."""
    found = wrongs(house)
    assert list(found) == [(server, step)]
    wrong = found[server, step]
    return str(wrong.trouble), wrong.advice


def box(house: House) -> dict[str, Any]:
    mailbox: dict[str, Any] = house.settings["mailboxes"][0]
    return mailbox


def test_where_all_is_well_each_step_says_so(small_house: House) -> None:
    done = small_house.postdesk("probe", "--json")
    found = [(each["server"], each["step"], each["trouble"]) for each in json.loads(done.stdout)]
    steps = ["name", "connection", "protection", "log-in", "capabilities"]
    assert found == [("support", each, None) for each in [*steps, "folder"]] + [("smtp", each, None) for each in steps]


def test_a_wrong_password_is_told_with_what_providers_want_instead(small_house: House) -> None:
    done = small_house.postdesk("probe", DESK_TEST_PASSWORD="wrong", check=False)
    assert done.returncode == 1
    assert "support, log-in: Wrong user name or password" in done.stdout
    assert "授权码" in done.stdout


def test_a_wrong_port_is_told_with_the_usual_ones(small_house: House) -> None:
    box(small_house)["port"] = free_port()
    trouble, words = only(small_house, "support", "connection")
    assert trouble == "port-closed"
    assert "port 993 with tls: ssl, or 143 with starttls" in words


def test_an_unknown_host_is_told(small_house: House) -> None:
    small_house.settings["smtp"] |= {"host": "smtp.nowhere.invalid", "tls": "ssl"}
    trouble, words = only(small_house, "smtp", "name")
    assert trouble == "unknown-host"
    assert "smtp.nowhere.invalid" in words


def test_ports_that_were_exchanged_are_told(small_house: House) -> None:
    box(small_house)["port"] = small_house.sink.port
    trouble, words = only(small_house, "support", "protection")
    assert trouble == "wrong-protocol"
    assert "Another kind of server answers there than IMAP" in words


def test_a_self_signed_certificate_is_told_with_ca_file(
    small_house: House, start_dovecot: StartDovecot, certificates: Certificates
) -> None:
    server = start_dovecot(certificates.self_signed)
    for tls, port in (("ssl", server.imaps_port), ("starttls", server.imap_port)):
        box(small_house).update(port=port, tls=tls)
        trouble, words = only(small_house, "support", "protection")
        assert trouble == "certificate-unknown"
        assert "ca_file" in words


@pytest.mark.parametrize(("name", "trouble"), [("expired", "certificate-expired"), ("wrong_name", "certificate-name")])
def test_a_certificate_that_is_wrong_otherwise_is_told(
    small_house: House, start_sink: StartSink, certificates: Certificates, name: str, trouble: str
) -> None:
    sink = start_sink(Offer(Security.IMPLICIT, getattr(certificates, name)))
    ca_file = str(certificates.ca_file)
    small_house.settings["smtp"] |= {"host": "localhost", "port": sink.port, "tls": "ssl", "ca_file": ca_file}
    assert only(small_house, "smtp", "protection")[0] == trouble


def test_a_good_certificate_is_accepted_in_both_modes(
    small_house: House, start_sink: StartSink, certificates: Certificates
) -> None:
    ca_file = str(certificates.ca_file)
    box(small_house).update(port=small_house.dovecot.imaps_port, tls="ssl", ca_file=ca_file)
    sink = start_sink(Offer(Security.STARTTLS, certificates.good))
    small_house.settings["smtp"] |= {"host": "localhost", "port": sink.port, "tls": "starttls", "ca_file": ca_file}
    assert wrongs(small_house) == {}


def test_tls_on_a_port_that_begins_in_clear_is_told_with_starttls(small_house: House) -> None:
    box(small_house)["tls"] = "ssl"
    trouble, words = only(small_house, "support", "protection")
    assert trouble == "tls-wanted-plain-spoken"
    assert "tls: starttls" in words


def test_starttls_on_a_port_that_begins_with_tls_is_told_with_ssl(
    small_house: House, certificates: Certificates
) -> None:
    box(small_house).update(tls="starttls", port=small_house.dovecot.imaps_port, ca_file=str(certificates.ca_file))
    trouble, words = only(small_house, "support", "protection")
    assert trouble == "tls-spoken-plain-wanted"
    assert "tls: ssl" in words


def test_plain_where_the_server_wants_tls_is_told(small_house: House, start_dovecot: StartDovecot) -> None:
    server = start_dovecot(None)
    server.stop()
    # Dovecot takes a link for safe whose two ends have one address, so it listens on another one.
    changes = {"listen = 127.0.0.1\n": "listen = 127.0.0.1, 127.0.0.2\n", "plaintext_auth = no": "plaintext_auth = yes"}
    lines = server._configuration.read_text("utf-8")
    for line, instead in changes.items():
        assert line in lines
        lines = lines.replace(line, instead, 1)
    server._configuration.write_text(lines, "utf-8")
    server.start()
    box(small_house).update(host="127.0.0.2", port=server.imap_port)
    trouble, words = only(small_house, "support", "log-in")
    assert trouble == "password-in-clear"
    assert "port 993 with tls: ssl" in words


def test_a_relay_without_starttls_is_told(small_house: House) -> None:
    small_house.settings["smtp"]["tls"] = "starttls"
    trouble, words = only(small_house, "smtp", "protection")
    assert trouble == "no-starttls"
    assert "port 465 with tls: ssl" in words


def test_a_relay_that_refuses_the_password_is_told(small_house: House, start_sink: StartSink) -> None:
    sink = start_sink(Offer(accounts={"desk": "open sesame"}))
    password = {"env": "DESK_TEST_PASSWORD"}
    small_house.settings["smtp"] |= {"port": sink.port, "username": "desk", "password": password}
    assert only(small_house, "smtp", "log-in")[0] == "log-in-refused"


def test_a_relay_that_knows_no_log_in_is_told(small_house: House) -> None:
    small_house.settings["smtp"] |= {"username": "desk", "password": {"env": "DESK_TEST_PASSWORD"}}
    trouble, words = only(small_house, "smtp", "log-in")
    assert trouble == "log-in-not-offered"
    assert "no username" in words


def test_a_missing_folder_is_told_with_those_that_exist(small_house: House) -> None:
    small_house.post(b"Subject: x\r\n\r\nx\r\n", folder="Support")
    box(small_house)["folder"] = "Suport"
    found = wrongs(small_house)["support", "folder"]
    assert found.trouble == "folder-missing"
    assert "Support" in found.seen


@pytest.mark.parametrize(
    ("said", "trouble", "words"),
    [
        (
            "[ALERT] Application-specific password required: https://support.google.com/x (Failure)",
            "app-password-needed",
            "app password",
        ),
        (
            "Login Fail. Please enter your authorization code to login.",
            "app-password-needed",
            "授权码",
        ),
        ("[ALERT] Your account is not enabled for IMAP use.", "switched-off-at-provider", "IMAP is switched off"),
        ("LOGIN Login error or password error", "log-in-refused", "授权码"),
        (
            "Login fail. Account is abnormal, service is not open, password is incorrect, login frequency limited",
            "log-in-refused",
            "授权码",
        ),
        ("[AUTHENTICATIONFAILED] Too many login attempts", "too-many-log-ins", "wait a quarter of an hour"),
    ],
)
def test_the_words_of_providers_are_understood(small_house: House, said: str, trouble: str, words: str) -> None:
    server = ScriptedImap({"LOGIN": [f"%tag NO {said}\r\n".encode()]})
    server.start()
    try:
        box(small_house)["port"] = server.port
        box(small_house)["username"] = "desk"
        found, told = only(small_house, "support", "log-in")
    finally:
        server.stop()
    assert (found, words in told) == (trouble, True)


def test_an_unsafe_login_of_163_shows_at_the_folder(small_house: House) -> None:
    said = b"%tag NO SELECT Unsafe Login. Please contact kefu@188.com for help\r\n"
    server = ScriptedImap({"SELECT": [said], "EXAMINE": [said]})
    server.start()
    try:
        box(small_house)["port"] = server.port
        box(small_house)["username"] = "desk"
        assert only(small_house, "support", "folder")[0] == "unsafe-login"
    finally:
        server.stop()


def test_an_unreadable_secret_is_told(small_house: House) -> None:
    box(small_house)["password"] = {"env": "NOT_SET_ANYWHERE"}
    assert only(small_house, "support", "log-in")[0] == "secret-unreadable"


def test_a_mail_to_oneself_goes_out_comes_back_and_becomes_no_ticket(small_house: House) -> None:
    process = small_house.start("probe", "--round-trip", "--patience", "30", "--json")
    try:
        assert eventually(lambda: len(small_house.sink.to("support@desk.test")) == 1)
        (mail,) = small_house.sink.to("support@desk.test")
        small_house.post(mail.raw)
        assert process.wait(30) == 0
    finally:
        process.kill()
    assert '"step": "round trip"' in (small_house.folder / "daemon.log").read_text()
    assert small_house.dovecot.count(small_house.user, "Processed") == 1
    # A desk that meets it before the probe does makes no ticket of it either, and answers nobody.
    small_house.post(mail.raw)
    small_house.once()
    assert (list(small_house.numbers()), len(small_house.sink.accepted)) == ([], 1)


def test_a_mail_to_oneself_that_does_not_come_back_is_told(small_house: House) -> None:
    done = small_house.postdesk("probe", "--round-trip", "--patience", "1", check=False)
    assert done.returncode == 1
    assert "did not come back in time" in done.stdout
