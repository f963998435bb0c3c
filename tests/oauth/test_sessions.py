"""Logging in with tokens at servers that check them: Dovecot by their signature and expiry, SMTP word by word."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.mailbox.imap import ImapMailbox
from daemon.oauth.settings import OAuth
from daemon.oauth.source import TokenSource
from daemon.opening import account_of, relay_of
from daemon.ports import LoginRefused, MailboxDown, NoToken, Result
from daemon.settings_servers import Mailbox, Smtp
from tests.conftest import StartScripted
from tests.house import HandClock, furnished
from tests.oauth.conftest import Written
from tests.servers.dovecot import Dovecot
from tests.servers.process import eventually
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.servers.smtp import Sink
from tests.servers.tokens import TokenServer
from tests.transport.relays import ANN, letter, send

USER = "desk@desk.example"


def mailbox_of(dovecot: Dovecot, oauth: dict[str, object], folder: Path, clock: HandClock) -> ImapMailbox:
    box = Mailbox.model_validate(
        {
            "name": "support",
            "host": "localhost",
            "port": dovecot.imap_port,
            "tls": "plain",
            "username": USER,
            "oauth": oauth,
        }
    )
    return ImapMailbox(account_of(box, folder, clock))


@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer"])
def test_dovecot_lets_in_whoever_shows_a_token_of_the_server(
    token_dovecot: Dovecot, written: Written, tmp_path: Path, mechanism: str
) -> None:
    mailbox = mailbox_of(token_dovecot, written(mechanism=mechanism), tmp_path, HandClock())
    assert mailbox.look()[1] == []
    mailbox.close()
    assert token_dovecot.logs(rf"Login: user=<{USER}>, method={mechanism.upper()}")


@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer"])
def test_a_token_for_somebody_else_is_refused_and_not_shown_again(
    token_dovecot: Dovecot, tokens: TokenServer, written: Written, tmp_path: Path, mechanism: str
) -> None:
    tokens.user = "other@desk.example"
    clock = HandClock()
    mailbox = mailbox_of(token_dovecot, written(mechanism=mechanism), tmp_path, clock)
    with pytest.raises(LoginRefused):
        mailbox.look()
    tokens.user = USER
    assert mailbox.look()[1] == []
    mailbox.close()
    assert len(tokens.asked) == 2


def test_a_server_that_offers_no_tokens_is_told_none(
    dovecot: Dovecot, tokens: TokenServer, written: Written, tmp_path: Path
) -> None:
    with pytest.raises(LoginRefused, match="does not offer XOAUTH2"):
        mailbox_of(dovecot, written(), tmp_path, HandClock()).look()


def test_a_token_that_runs_out_in_mid_session_costs_one_refresh(
    token_dovecot: Dovecot, tokens: TokenServer, written: Written, tmp_path: Path
) -> None:
    clock = HandClock()
    mailbox = mailbox_of(token_dovecot, written(), tmp_path, clock)
    mailbox.look()
    clock.pass_time(hours=2)
    # The session goes on; only the next one needs a new token.
    for _ in range(5):
        mailbox.look()
    assert len(tokens.asked) == 1
    for _ in range(3):
        token_dovecot.stop()
        token_dovecot.start()
        with pytest.raises(MailboxDown):
            mailbox.look()
        mailbox.look()
    mailbox.close()
    assert len(tokens.asked) == 2


def test_a_token_that_the_server_takes_for_expired_sooner_than_said_is_replaced_at_once(
    token_dovecot: Dovecot, tokens: TokenServer, written: Written, tmp_path: Path
) -> None:
    clock = HandClock()
    tokens.lifetime, tokens.said_lifetime = -1800.0, 3600.0
    TokenSource("support", USER, OAuth.model_validate(written()), tmp_path, clock).read()
    tokens.lifetime = 3600.0
    clock.pass_time(minutes=10)
    mailbox = mailbox_of(token_dovecot, written(), tmp_path, clock)
    with pytest.raises(MailboxDown) as raised:
        mailbox.look()
    assert not isinstance(raised.value, LoginRefused)
    assert mailbox.look()[1] == []
    mailbox.close()


def test_a_refresh_that_fails_stops_the_mailbox_and_it_recovers(
    token_dovecot: Dovecot, tokens: TokenServer, written: Written, tmp_path: Path
) -> None:
    clock = HandClock()
    mailbox = mailbox_of(token_dovecot, written(), tmp_path, clock)
    mailbox.look()
    clock.pass_time(hours=2)
    mailbox.close()
    tokens.refusal = (400, {"error": "invalid_grant"})
    for _ in range(3):
        with pytest.raises(NoToken, match="invalid_grant"):
            mailbox.look()
    assert len(tokens.asked) == 2
    tokens.refusal = None
    clock.pass_time(minutes=2)
    assert mailbox.look()[1] == []
    mailbox.close()


@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer"])
def test_the_relay_gets_the_token_in_the_words_of_its_mechanism(
    start_scripted: StartScripted, tokens: TokenServer, written: Written, tmp_path: Path, mechanism: str
) -> None:
    relay = start_scripted(ScriptedSmtp({"EHLO": b"250-scripted.example\r\n250 AUTH PLAIN XOAUTH2 OAUTHBEARER\r\n"}))
    smtp = {"host": "localhost", "port": relay.port, "tls": "plain", "username": USER}
    settings = Smtp.model_validate(smtp | {"oauth": written(mechanism=mechanism)})
    (done,) = send(relay_of(settings, tmp_path, HandClock()), letter(ANN))
    assert done.result is Result.SENT
    (said,) = [each.line for each in relay.commands if each.line.startswith("AUTH")]
    verb, name, answer = said.split(" ")
    assert (verb, name) == ("AUTH", mechanism.upper())
    token = TokenSource("smtp", USER, OAuth.model_validate(written()), tmp_path, HandClock()).read()
    wanted = {
        "xoauth2": f"user={USER}\x01auth=Bearer {token}\x01\x01",
        "oauthbearer": f"n,a={USER},\x01host=localhost\x01port={relay.port}\x01auth=Bearer {token}\x01\x01",
    }
    assert base64.b64decode(answer).decode() == wanted[mechanism]


def test_a_relay_that_refuses_the_token_tells_why_and_gets_a_new_one_next_time(
    start_scripted: StartScripted, tokens: TokenServer, written: Written, tmp_path: Path
) -> None:
    offer = b"250-scripted.example\r\n250 AUTH XOAUTH2\r\n"
    refusing = start_scripted(ScriptedSmtp({"EHLO": offer, "AUTH": b"334 eyJzdGF0dXMiOiI0MDAifQ==\r\n"}))
    smtp = {"host": "localhost", "port": refusing.port, "tls": "plain", "username": USER, "oauth": written()}
    relay = replace(relay_of(Smtp.model_validate(smtp), tmp_path, HandClock()), cooling=0)
    first, second = send(relay, letter(ANN), letter(ANN))
    assert {first.result, second.result} == {Result.DEFERRED}
    assert first.code == "auth-refused"
    assert len(tokens.asked) == 2


def test_mail_waits_when_no_token_can_be_had(
    start_scripted: StartScripted, tokens: TokenServer, written: Written, tmp_path: Path
) -> None:
    relay = start_scripted(ScriptedSmtp({"EHLO": b"250-scripted.example\r\n250 AUTH XOAUTH2\r\n"}))
    tokens.refusal = (400, {"error": "invalid_grant"})
    smtp = {"host": "localhost", "port": relay.port, "tls": "plain", "username": USER, "oauth": written()}
    (done,) = send(relay_of(Smtp.model_validate(smtp), tmp_path, HandClock()), letter(ANN))
    assert (done.result, done.code) == (Result.DEFERRED, "oauth-refresh-failed")
    assert [each.line for each in relay.commands if each.line.startswith("AUTH")] == []


def test_the_device_flow_brings_the_desk_its_first_token_and_it_runs(
    token_dovecot: Dovecot, sink: Sink, tokens: TokenServer, written: Written, tmp_path: Path
) -> None:
    house = furnished(tmp_path, token_dovecot, sink, f"sqlite:///{tmp_path / 'postdesk.db'}")
    tokens.user, tokens.agreed_after = house.user, 2
    del house.settings["mailboxes"][0]["password"]
    house.settings["mailboxes"][0]["oauth"] = written(refresh_token=None)
    house.write()
    before = house.postdesk("oauth", "status", "--json").stdout
    assert '"expires_at": null' in before
    done = house.postdesk("oauth", "login", "support")
    assert "Open https://login.example/device in a browser" in done.stdout
    assert "WDJB-MJHT" in done.stdout
    assert "support: has a token until" in done.stdout
    house.post(b"From: ann@customer.example\r\nSubject: hello\r\nMessage-ID: <1@c>\r\n\r\nIt is broken.\r\n")
    house.postdesk("once")
    assert len(house.numbers()) == 1
    (file,) = (tmp_path / "oauth").glob("*.json")
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_device_flow_that_is_declined_says_so(
    token_dovecot: Dovecot, sink: Sink, tokens: TokenServer, written: Written, tmp_path: Path
) -> None:
    house = furnished(tmp_path, token_dovecot, sink, f"sqlite:///{tmp_path / 'postdesk.db'}")
    del house.settings["mailboxes"][0]["password"]
    house.settings["mailboxes"][0]["oauth"] = written()
    house.write()
    tokens.refusal = (400, {"error": "access_denied", "error_description": "no"})
    done = house.postdesk("oauth", "login", "support", check=False)
    assert (done.returncode, "access_denied" in done.stderr) == (1, True)
    assert house.postdesk("oauth", "login", "sales", check=False).returncode == 3


def test_the_running_desk_says_that_no_token_came_and_goes_on_when_one_does(
    token_dovecot: Dovecot, sink: Sink, tokens: TokenServer, written: Written, tmp_path: Path
) -> None:
    house = furnished(tmp_path, token_dovecot, sink, f"sqlite:///{tmp_path / 'postdesk.db'}")
    tokens.user = house.user
    tokens.refusal = (400, {"error": "invalid_grant"})
    del house.settings["mailboxes"][0]["password"]
    house.settings["mailboxes"][0]["oauth"] = written()
    house.write()
    process = house.start()
    try:
        log = house.folder / "daemon.log"
        assert eventually(lambda: "oauth-refresh-failed" in log.read_text(), 20)
        assert '"code": "invalid_grant"' in log.read_text()
        ill = json.loads(house.postdesk("health", "--json", check=False).stdout)
        assert "oauth-refresh-failed" in [fault["trouble"] for fault in ill["faults"]]
        tokens.refusal = None
        # A person agrees anew, in another process; the desk takes the token at its next try.
        house.postdesk("oauth", "login", "support")
        assert eventually(lambda: token_dovecot.logs(f"Login: user=<{house.user}>, method=XOAUTH2", 0.1), 20)
        well = json.loads(house.postdesk("health", "--json", check=False).stdout)
        assert "oauth-refresh-failed" not in [fault["trouble"] for fault in well["faults"]]
        assert "refresh-" not in log.read_text().replace("oauth-refresh-failed", "")
    finally:
        process.terminate()
        process.wait(20)
