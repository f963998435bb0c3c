"""One settings file: what it may say, what it means, and how its faults are told."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel

from daemon.faults import Faults
from daemon.secrets import Secret, SecretUnreadable
from daemon.settings import Settings, load_settings
from daemon.settings_values import size
from daemon.yaml_files import read
from parsers.mail import Limits
from rules.vocabulary import duration, duration_text

EXAMPLE = Path(__file__).parents[2] / "config" / "postdesk.example.yaml"

SMALLEST = """\
desk: {address: support@example.com}
mailboxes:
  - {name: support, host: imap.example.com, tls: ssl, username: support@example.com, password: {credential: imap}}
smtp: {host: smtp.example.com, tls: ssl}
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "postdesk.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def faults_of(folder: Path, text: str) -> list[str]:
    file = write(folder, text)
    with pytest.raises(Faults) as raised:
        load_settings(file)
    return [str(fault).removeprefix(f"{file}:") for fault in raised.value.faults]


def test_the_example_file_says_every_default(tmp_path: Path) -> None:
    (tmp_path / "postdesk.example.yaml").write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    example = load_settings(tmp_path / "postdesk.example.yaml")
    smallest = load_settings(write(tmp_path, SMALLEST + "state_dir: /var/lib/postdesk\n"))
    assert example == smallest


def keys_of(model: type[BaseModel], content: dict[str, object], at: str = "") -> list[str]:
    missing = []
    for key, field in model.model_fields.items():
        if key not in content:
            missing.append(at + key)
        elif isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            below = content[key]
            if isinstance(below, dict) and field.annotation is not Secret:
                missing += keys_of(field.annotation, below, f"{at}{key}.")
    return missing


def test_the_example_file_has_every_key() -> None:
    content = read(EXAMPLE).content
    assert keys_of(Settings, content) == []
    mailbox = Settings.model_fields["mailboxes"].annotation.__args__[0]  # type: ignore[union-attr]  # it is annotated
    assert keys_of(mailbox, content["mailboxes"][0]) == []


def test_every_fault_of_a_file_is_told_at_once_with_the_nearest_word(tmp_path: Path) -> None:
    faults = faults_of(
        tmp_path,
        """\
desk: {address: nope, timezone: Asia/Shanhai, naem: x, plus_addressing: no, language: 12}
mailboxes:
  - name: A b
    host: mail.example.com
    tls: plain
    username: u
    password: hunter2
    poll: 60
  - {name: b, host: localhost, tls: plain, username: u, password: {fil: x}, idel: true}
smtp: {host: x, tls: sll, username: a}
limits: {mail: 25 apples}
deliver: {backoff: []}
databse: x
log: {level: inof}
database: postgresql://a:b@c/d
""",
    )
    assert [fault for fault in faults if "hunter2" in fault] == []
    assert faults == [
        "1:17: 'nope' is no mail address: write one like support@example.com",
        "1:33: unknown time zone 'Asia/Shanhai' (did you mean 'Asia/Shanghai'?)",
        "1:47: unknown key 'naem' (did you mean 'name'?)",
        "1:73: write true or false, not 'no'",
        "1:87: text is wanted here: put 12 into quotes",
        "3:11: 'A b' does not have the form ^[a-z0-9-]{1,64}$",
        "5:10: 'plain' would send the password in clear: only a server on loopback may have it; write ssl or starttls",
        "7:15: a secret does not belong into this file: write {file: /path/of/a/file/with/mode/0600}, {env: NAME} or "
        "{credential: NAME} (systemd LoadCredential)",
        "8:11: 60 is no duration: write a number and a unit, like 30s, 15m, 2h or 3d",
        "9:68: unknown key 'fil' (did you mean 'file'?)",
        "9:77: unknown key 'idel' (did you mean 'idle'?)",
        "10:1: username and password belong together: give both or neither",
        "10:22: 'sll' is none of ssl, starttls, plain (did you mean 'ssl'?)",
        "11:16: '25 apples' is no size: write bytes or a number and KiB, MiB or GiB, like 25MiB",
        "12:20: give at least one",
        "13:1: unknown key 'databse' (did you mean 'database'?)",
        "14:14: 'inof' is none of debug, info, warning, error (did you mean 'info'?)",
        "15:11: a password does not belong into this file: name it in database_password",
    ]


def test_two_mailboxes_of_one_name_are_a_fault_at_the_second(tmp_path: Path) -> None:
    box = "  - {name: support, host: localhost, tls: ssl, username: u, password: {env: P}}\n"
    faults = faults_of(tmp_path, SMALLEST.replace("smtp:", box + "smtp:"))
    assert faults == ["4:12: two mailboxes are called 'support'"]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1", "LOCALHOST"])
def test_a_server_on_loopback_may_be_plain(tmp_path: Path, host: str) -> None:
    text = SMALLEST.replace("host: imap.example.com, tls: ssl", f"host: '{host}', tls: plain")
    assert load_settings(write(tmp_path, text)).mailboxes[0].port == 143


@pytest.mark.parametrize("host", ["localhost.example.com", "127.0.0.1.example.com", "10.0.0.1", "example.com"])
def test_a_server_elsewhere_may_not_be_plain(tmp_path: Path, host: str) -> None:
    text = SMALLEST.replace("host: smtp.example.com, tls: ssl", f"host: {host}, tls: plain")
    assert "would send the password in clear" in faults_of(tmp_path, text)[0]


@pytest.mark.parametrize(("tls", "port"), [("ssl", 465), ("starttls", 587)])
def test_the_port_follows_from_the_tls_mode(tmp_path: Path, tls: str, port: int) -> None:
    text = SMALLEST.replace("host: smtp.example.com, tls: ssl", f"host: smtp.example.com, tls: {tls}")
    assert load_settings(write(tmp_path, text)).smtp.port == port


def test_relative_paths_start_at_the_folder_of_the_file(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, SMALLEST + "state_dir: state\ntemplates: mine\npolicy: ./pack\n"))
    assert settings.state_dir == tmp_path / "state"
    assert settings.people == tmp_path / "people.yaml"
    assert settings.templates == tmp_path / "mine"
    assert Path(settings.policy) == tmp_path / "pack"
    assert settings.database_url == f"sqlite:///{tmp_path}/state/postdesk.db"


def test_names_and_ids_have_their_defaults(tmp_path: Path) -> None:
    desk = load_settings(write(tmp_path, SMALLEST)).desk
    assert (desk.id, desk.name_in("zh-TW"), desk.name_in("en-GB"), desk.name_in("fr")) == (
        "example.com",
        "技术支持",
        "Technical Support",
        "技术支持",
    )


def test_the_parser_is_given_its_limits(tmp_path: Path) -> None:
    assert load_settings(write(tmp_path, SMALLEST)).limits.reading == Limits()
    text = SMALLEST + "limits: {header: 1KiB, text: 7}\n"
    assert load_settings(write(tmp_path, text)).limits.reading == Limits(header_bytes=1024, text_chars=7)


@pytest.mark.parametrize(
    ("text", "seconds"), [("30s", 30), ("15m", 900), ("2h", 7_200), ("3d", 259_200), ("1h30m", 5_400), ("0s", 0)]
)
def test_a_duration_is_read_and_written_back(text: str, seconds: int) -> None:
    assert duration(text) == timedelta(seconds=seconds)
    assert duration_text(duration(text)) == text


@pytest.mark.parametrize("text", ["", "5", 5, "5 m", "m", "5w", "-5m", "1.5h", "５m", None, True])
def test_anything_else_is_no_duration(text: object) -> None:
    with pytest.raises(ValueError, match="is no duration"):
        duration(text)


def test_sizes_count_in_powers_of_two() -> None:
    assert [size(text) for text in ("25MiB", "256 KiB", "1GiB", 12, "12", "12B")] == [
        26_214_400,
        262_144,
        2**30,
        12,
        12,
        12,
    ]


@pytest.mark.parametrize("text", ["25MB", "-1", "1.5MiB", True, None, ""])
def test_anything_else_is_no_size(text: object) -> None:
    with pytest.raises(ValueError, match="is no size"):
        size(text)


# Secrets -------------------------------------------------------------------------------------------------------------


def secret_of(folder: Path, written: str) -> Secret:
    secret = load_settings(write(folder, SMALLEST.replace("{credential: imap}", written))).mailboxes[0].password
    assert secret is not None
    return secret


def test_a_secret_file_lies_beside_the_settings_and_loses_one_line_end(tmp_path: Path) -> None:
    file = tmp_path / "imap.password"
    file.write_text(" pass word \n\n", encoding="utf-8")
    file.chmod(0o600)
    assert secret_of(tmp_path, "{file: imap.password}").read() == " pass word \n"


def test_a_secret_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "imap.password"
    file.write_text("hunter2\n", encoding="utf-8")
    file.chmod(0o640)
    with pytest.raises(SecretUnreadable, match=r"can be read by others \(mode 0640\): chmod 600 it") as raised:
        secret_of(tmp_path, "{file: imap.password}").read()
    assert "hunter2" not in str(raised.value)


def test_a_missing_or_empty_secret_is_named_by_its_source(tmp_path: Path) -> None:
    (tmp_path / "empty").touch(mode=0o600)
    with pytest.raises(SecretUnreadable, match=r"file .*gone cannot be read: No such file"):
        secret_of(tmp_path, "{file: gone}").read()
    with pytest.raises(SecretUnreadable, match=r"file .*empty is empty"):
        secret_of(tmp_path, "{file: empty}").read()
    with pytest.raises(SecretUnreadable, match="environment variable POSTDESK_TEST_UNSET is not set"):
        secret_of(tmp_path, "{env: POSTDESK_TEST_UNSET}").read()


def test_a_secret_may_come_from_the_environment(tmp_path: Path) -> None:
    name = next(name for name, value in os.environ.items() if value and not value.endswith("\n"))
    assert secret_of(tmp_path, f"{{env: '{name}'}}").read() == os.environ[name]


@pytest.mark.parametrize("written", ["hunter2", "12345678", "{file: a, env: B}", "{}", "[a]"])
def test_a_secret_is_exactly_one_source_and_is_never_repeated_in_a_fault(tmp_path: Path, written: str) -> None:
    faults = faults_of(tmp_path, SMALLEST.replace("{credential: imap}", written))
    assert len(faults) == 1
    assert "hunter2" not in faults[0]
    assert "12345678" not in faults[0]


def test_the_database_password_is_put_into_the_url_and_quoted(tmp_path: Path) -> None:
    file = tmp_path / "db.password"
    file.write_text("p@ss/word\n", encoding="utf-8")
    file.chmod(0o600)
    text = (
        SMALLEST
        + "database: postgresql+psycopg://desk@db:5432/desk?sslmode=require\ndatabase_password: {file: db.password}\n"
    )
    settings = load_settings(write(tmp_path, text))
    assert settings.database_url == "postgresql+psycopg://desk:p%40ss%2Fword@db:5432/desk?sslmode=require"
    assert [key for key, _ in settings.secrets()] == ["mailboxes.support.password", "database_password"]


def test_settings_never_show_a_secret(tmp_path: Path) -> None:
    file = tmp_path / "imap.password"
    file.write_text("hunter2\n", encoding="utf-8")
    file.chmod(0o600)
    settings = load_settings(write(tmp_path, SMALLEST.replace("{credential: imap}", "{file: imap.password}")))
    assert [secret.read() for _, secret in settings.secrets()] == ["hunter2"]
    assert "hunter2" not in repr(settings)
