"""Where tokens come from: asked for once, kept, refreshed by expiry, and what follows when none comes (T-TL-05)."""

from __future__ import annotations

import json
import logging
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from daemon.oauth.settings import OAuth
from daemon.oauth.source import TokenSource, pause
from daemon.oauth.tokens import TokenFile
from daemon.ports import NoToken
from tests.house import HandClock
from tests.oauth.conftest import Written
from tests.servers.tokens import TokenServer

USER = "desk@desk.example"


def source_of(written: dict[str, object], folder: Path, clock: HandClock) -> TokenSource:
    return TokenSource("support", USER, OAuth.model_validate(written), folder, clock)


def kept(folder: Path) -> Path:
    (file,) = (folder / "oauth").glob("*.json")
    return file


def test_a_token_is_asked_for_once_and_used_until_it_runs_out(
    tokens: TokenServer, written: Written, tmp_path: Path
) -> None:
    clock = HandClock()
    source = source_of(written(), tmp_path, clock)
    first = source.read()
    clock.pass_time(minutes=54)
    assert [source.read() for _ in range(20)] == [first] * 20
    assert len(tokens.asked) == 1
    clock.pass_time(minutes=2)
    assert source.read() != first
    assert [form["refresh_token"] for form in tokens.asked] == ["refresh-1", "refresh-2"]


def test_the_tokens_lie_in_a_file_that_only_its_owner_reads(written: Written, tmp_path: Path) -> None:
    source_of(written(), tmp_path, HandClock()).read()
    assert kept(tmp_path).stat().st_mode & 0o777 == 0o600
    assert kept(tmp_path).parent.stat().st_mode & 0o777 == 0o700


def test_a_restarted_desk_uses_the_token_that_it_has(tokens: TokenServer, written: Written, tmp_path: Path) -> None:
    clock = HandClock()
    first = source_of(written(), tmp_path, clock).read()
    assert source_of(written(), tmp_path, clock).read() == first
    assert len(tokens.asked) == 1


def test_threads_that_need_a_token_at_once_ask_once(tokens: TokenServer, written: Written, tmp_path: Path) -> None:
    clock, oauth, got = HandClock(), written(), list[str]()
    threads = [threading.Thread(target=lambda: got.append(source_of(oauth, tmp_path, clock).read())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert (len(got), len(set(got)), len(tokens.asked)) == (8, 1, 1)


def test_client_credentials_need_no_refresh_token(tokens: TokenServer, written: Written, tmp_path: Path) -> None:
    secret = tmp_path / "app.secret"
    secret.touch(mode=0o600)
    secret.write_text("app-secret")
    oauth = written(grant="client_credentials", client_secret={"file": str(secret)}, scope="mail", refresh_token=None)
    assert source_of(oauth, tmp_path, HandClock()).read().count(".") == 2
    assert tokens.asked == [
        {"grant_type": "client_credentials", "scope": "mail", "client_id": "postdesk", "client_secret": "app-secret"}
    ]


def test_a_refused_refresh_is_told_by_its_code_and_asked_again_only_after_a_pause(
    tokens: TokenServer, written: Written, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = HandClock()
    source = source_of(written(), tmp_path, clock)
    tokens.refusal = (400, {"error": "invalid_grant", "error_description": "AADSTS70008: expired"})
    with caplog.at_level(logging.INFO, "postdesk"):
        for _ in range(5):
            with pytest.raises(NoToken, match="support: no access token: invalid_grant"):
                source.read()
    assert len(tokens.asked) == 1
    assert [record.getMessage() for record in caplog.records] == ["oauth-refresh-failed"]
    standing = TokenFile(kept(tmp_path)).read()
    assert (standing.failure, standing.failures, standing.failed_at) == ("invalid_grant", 1, clock.now())
    clock.pass_time(seconds=61)
    with pytest.raises(NoToken):
        source.read()
    assert len(tokens.asked) == 2
    tokens.refusal = None
    clock.pass_time(minutes=3)
    assert source.read()
    assert (len(tokens.asked), TokenFile(kept(tmp_path)).read().failure) == (3, "")


def test_the_pause_doubles_up_to_half_an_hour() -> None:
    assert [pause(failures) // timedelta(minutes=1) for failures in (1, 2, 3, 4, 5, 6, 1000)] == [
        1,
        2,
        4,
        8,
        16,
        30,
        30,
    ]


def test_a_token_server_that_is_away_is_another_fault_than_one_that_refuses(
    tokens: TokenServer, written: Written, tmp_path: Path
) -> None:
    tokens.stop()
    with pytest.raises(NoToken, match="token-server-unreachable"):
        source_of(written(), tmp_path, HandClock()).read()


def test_a_token_server_with_a_strange_certificate_gets_no_refresh_token(
    tokens: TokenServer, written: Written, tmp_path: Path
) -> None:
    with pytest.raises(NoToken, match="token-server-unreachable"):
        source_of(written(ca_file=None), tmp_path, HandClock()).read()
    assert tokens.asked == []


def test_a_new_refresh_token_in_the_settings_replaces_the_one_that_was_kept(
    tokens: TokenServer, written: Written, tmp_path: Path
) -> None:
    clock = HandClock()
    source_of(written(), tmp_path, clock).read()
    tokens.refresh_token = "refresh-7"
    oauth = written()
    (tmp_path / "refresh.token").write_text("refresh-7")
    clock.pass_time(hours=1)
    assert source_of(oauth, tmp_path, clock).read()
    assert tokens.asked[-1]["refresh_token"] == "refresh-7"


def test_a_token_that_a_server_refused_is_not_shown_twice(
    tokens: TokenServer, written: Written, tmp_path: Path
) -> None:
    clock = HandClock()
    source = source_of(written(), tmp_path, clock)
    first = source.read()
    assert not source.refused(first)
    second = source.read()
    clock.pass_time(minutes=10)
    assert source.refused(second)
    assert len({first, second, source.read()}) == 3
    assert len(tokens.asked) == 3


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("print('secret-words of two')", "token-command-unreadable"),
        ("import sys; print('secret-words'); sys.exit(3)", "token-command-failed"),
        ("import time; time.sleep(30)", "token-command-timeout"),
    ],
)
def test_a_command_that_prints_no_token_is_told_without_its_words(
    tmp_path: Path, program: str, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    oauth: dict[str, object] = {"token_command": [sys.executable, "-c", program], "timeout": "1s"}
    with caplog.at_level(logging.DEBUG), pytest.raises(NoToken, match=code) as raised:
        source_of(oauth, tmp_path, HandClock()).read()
    fields = [getattr(record, "fields", {}) for record in caplog.records]
    assert "secret-words" not in str(raised.value) + str(fields) + caplog.text + kept(tmp_path).read_text()


def test_a_command_gives_the_token_no_shell_reads_it_and_it_is_used_for_a_while(tmp_path: Path) -> None:
    clock, count = HandClock(), tmp_path / "count"
    program = "import sys; open(sys.argv[1], 'a').write('x'); print('token' + sys.argv[2])"
    oauth: dict[str, object] = {"token_command": [sys.executable, "-c", program, str(count), "$HOME;id"]}
    source = source_of(oauth, tmp_path, clock)
    assert [source.read(), source.read()] == ["token$HOME;id"] * 2
    assert count.read_text() == "x"
    clock.pass_time(minutes=6)
    source.read()
    assert count.read_text() == "xx"


def test_a_damaged_token_file_is_like_none(written: Written, tmp_path: Path) -> None:
    clock = HandClock()
    source = source_of(written(), tmp_path, clock)
    source.read()
    for text in ("", "{", "[]", json.dumps({"access": "x", "strange": 1}), json.dumps({"expires_at": "never"})):
        kept(tmp_path).write_text(text)
        assert TokenFile(kept(tmp_path)).read().access == ""


def test_a_token_file_that_cannot_be_read_is_told_as_such(written: Written, tmp_path: Path) -> None:
    source = source_of(written(), tmp_path, HandClock())
    source.read()
    file = kept(tmp_path)
    file.unlink()
    file.mkdir()
    with pytest.raises(NoToken, match="token-file"):
        source.read()
    assert not source.refused("any")
