"""Setting a desk up: what is written passes the check, nothing is overwritten, no password is on a command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from daemon.commands.init import command
from daemon.configuration import load_desk
from daemon.policies import shipped_packs
from daemon.resources import resource
from daemon.settings import load_settings
from daemon.setup.filling import filled, scalar
from daemon.setup.providers import guessed, provider_of_host, providers
from daemon.yaml_files import read
from tests.house import House
from tests.servers.process import free_port

ENGINEER = ("--engineer", "Li Lei <li@example.com>")
SECRET = "hunter2-授权码"


def password_file(folder: Path) -> Path:
    file = folder / "code.txt"
    file.write_text(SECRET + "\n", "utf-8")
    return file


def init(tmp_path: Path, *words: str, answers: str | None = None) -> Result:
    given = [str(tmp_path / "desk"), *words, "--no-probe"]
    return CliRunner().invoke(command, given, input=answers, standalone_mode=False)


def silently(tmp_path: Path, *words: str) -> Result:
    return init(tmp_path, "--yes", "--password-file", str(password_file(tmp_path)), *ENGINEER, *words)


@pytest.mark.parametrize("provider", [each.id for each in providers() if not each.oauth])
def test_for_every_provider_the_files_pass_the_check(tmp_path: Path, provider: str) -> None:
    assert silently(tmp_path, "--address", "support@163.com", "--provider", provider).exception is None
    desk = load_desk(tmp_path / "desk" / "postdesk.yaml")
    assert [secret.read() for _, secret in desk.settings.secrets()] == [SECRET, SECRET]
    assert provider_of_host(desk.settings.smtp.host) is not None


@pytest.mark.parametrize("pack", sorted(path.parent.name for path in shipped_packs().glob("*/policy.yaml")))
def test_every_pack_is_copied_and_its_roles_are_held(tmp_path: Path, pack: str) -> None:
    silently(tmp_path, "--address", "support@qq.com", "--pack", pack)
    desk = tmp_path / "desk"
    assert load_settings(desk / "postdesk.yaml").policy == str(desk / "policies" / pack)
    roles = read(desk / "policies" / pack / "policy.yaml").content.get("roles", [])
    assert read(desk / "people.yaml").content["roles"] == {role["id"]: ["li@example.com"] for role in roles}


def test_the_answers_stand_in_the_settings_and_the_comments_stay(tmp_path: Path) -> None:
    silently(
        tmp_path, "--address", "support@126.com", "--language", "en", "--timezone", "Europe/London", "--name", "帮助 台"
    )
    settings = load_settings(tmp_path / "desk" / "postdesk.yaml")
    box = settings.mailboxes[0]
    assert (settings.desk.address, settings.desk.language, settings.desk.timezone) == (
        "support@126.com",
        "en",
        "Europe/London",
    )
    assert (box.host, box.port, box.tls, box.username) == ("imap.126.com", 993, "ssl", "support@126.com")
    assert (settings.smtp.host, settings.smtp.port, settings.smtp.null_reverse_path) == ("smtp.126.com", 465, False)
    assert set(settings.desk.name.values()) == {"帮助 台"} if isinstance(settings.desk.name, dict) else False
    written = (tmp_path / "desk" / "postdesk.yaml").read_text("utf-8")
    example = resource("config/postdesk.example.yaml").read_text("utf-8")
    assert written.count("#") >= example.count("#") - 4


def test_the_password_lies_in_a_file_of_its_owner_and_nowhere_else(tmp_path: Path) -> None:
    result = silently(tmp_path, "--address", "support@qq.com")
    desk = tmp_path / "desk"
    assert (desk / "mail.password").stat().st_mode & 0o777 == 0o600
    password = load_settings(desk / "postdesk.yaml").mailboxes[0].password
    assert password is not None
    assert password.read() == SECRET
    others = [path.read_text("utf-8") for path in desk.rglob("*") if path.is_file() and path.name != "mail.password"]
    assert [text for text in [*others, result.output] if SECRET in text] == []


def test_no_option_takes_a_password() -> None:
    named = [option for each in command.params for option in each.opts if "password" in option]
    assert sorted(named) == ["--password-env", "--password-file"]


def test_nothing_is_ever_overwritten(tmp_path: Path) -> None:
    silently(tmp_path, "--address", "support@qq.com")
    desk = tmp_path / "desk"
    before = {path: path.read_bytes() for path in desk.rglob("*") if path.is_file()}
    again = silently(tmp_path, "--address", "other@163.com", "--pack", "service-standard")
    assert "is there already; nothing was written" in str(again.exception)
    assert {path: path.read_bytes() for path in desk.rglob("*") if path.is_file()} == before


def test_an_answer_that_is_wrong_leaves_nothing_behind(tmp_path: Path) -> None:
    result = silently(tmp_path, "--address", "support@qq.com", "--timezone", "Asia/Shanhai")
    assert "did you mean 'Asia/Shanghai'?" in str(result.exception)
    assert list((tmp_path / "desk").iterdir()) == []


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        ((), "--address"),
        (("--address", "support@qq.com"), "--password-file"),
        (("--address", "support@qq.com", "--password-env", "NOT_SET_ANYWHERE"), "NOT_SET_ANYWHERE is not set"),
        (("--address", "a@contoso.com", "--provider", "microsoft365", *ENGINEER), "--client-id"),
    ],
)
def test_what_is_missing_is_named_by_its_option(tmp_path: Path, words: tuple[str, ...], missing: str) -> None:
    assert missing in str(init(tmp_path, "--yes", *words).exception)
    assert not (tmp_path / "desk" / "postdesk.yaml").exists()


def test_a_person_is_asked_and_the_password_is_not_shown(tmp_path: Path) -> None:
    answers = ["support@foxmail.com", "", SECRET, "", "", "", "韩梅梅 <han@example.com>, li@example.com", "", ""]
    result = init(tmp_path, answers="\n".join(answers) + "\n")
    settings = load_settings(tmp_path / "desk" / "postdesk.yaml")
    assert settings.mailboxes[0].host == "imap.qq.com"
    assert "16 letters" in result.output
    assert SECRET not in result.output
    people = read(tmp_path / "desk" / "people.yaml").content
    assert [each["address"] for each in people["engineers"]] == ["han@example.com", "li@example.com"]


def test_microsoft_365_gets_oauth_instead_of_a_password(tmp_path: Path) -> None:
    words = ("--address", "support@contoso.com", "--provider", "microsoft365", "--client-id", "0b1c", "--tenant", "t-1")
    result = init(tmp_path, "--yes", *ENGINEER, *words)
    settings = load_settings(tmp_path / "desk" / "postdesk.yaml")
    for server in (settings.mailboxes[0], settings.smtp):
        assert server.password is None
        assert server.oauth is not None
        assert server.oauth.endpoints.token_url == "https://login.microsoftonline.com/t-1/oauth2/v2.0/token"
    assert not (tmp_path / "desk" / "mail.password").exists()
    assert "postdesk oauth login support" in result.output


def test_real_servers_are_tried_out_and_the_exit_status_tells(small_house: House, tmp_path: Path) -> None:
    servers = ("--imap-host", "localhost", "--imap-tls", "plain", "--smtp-host", "localhost", "--smtp-tls", "plain")
    ports = ("--imap-port", str(small_house.dovecot.imap_port), "--smtp-port", str(small_house.sink.port))
    person = ("--address", "support@desk.test", "--username", small_house.user, "--no-smtp-login", *ENGINEER)
    common = ("--yes", "--json", "--password-env", "DESK_TEST_PASSWORD", *servers, *person)
    done = small_house.postdesk("init", str(tmp_path / "good"), *common, *ports)
    found = json.loads(done.stdout)
    assert [each["trouble"] for each in found["findings"]] == [None] * 11
    closed = (*ports[:2], "--smtp-port", str(free_port()))
    done = small_house.postdesk("init", str(tmp_path / "bad"), *common, *closed, check=False)
    assert done.returncode == 1
    assert [each["trouble"] for each in json.loads(done.stdout)["findings"]][-1] == "port-closed"
    assert (tmp_path / "bad" / "postdesk.yaml").exists()


def test_a_provider_is_known_by_the_address_and_by_its_servers() -> None:
    known = {"a@qq.com": "qq", "a@vip.qq.com": "qq", "a@126.com": "163", "a@GMAIL.com": "gmail", "a@me.com": "icloud"}
    assert {address: found.id for address in known if (found := guessed(address))} == known
    assert guessed("a@example.com") is None
    assert [found.id for host in ("imap.126.com", "smtp.qq.com") if (found := provider_of_host(host))] == ["163", "qq"]


def test_filling_in_keeps_every_value_what_it_is(tmp_path: Path) -> None:
    values = [
        "yes",
        "null",
        "a: b",
        "12",
        "# no comment",
        "技术支持",
        'say "x"',
        "",
        "1e3",
        "-",
        "support@example.com",
        "~",
    ]
    for value in values:
        file = tmp_path / "x.yaml"
        file.write_text(filled("desk:\n  name: x   # A comment.\n", {("desk", "name"): value}), "utf-8")
        assert read(file).content == {"desk": {"name": value}}, scalar(value)
        assert "# A comment." in file.read_text("utf-8")
    with pytest.raises(KeyError):
        filled("desk:\n  name: x\n", {("desk", "nam"): "x"})
