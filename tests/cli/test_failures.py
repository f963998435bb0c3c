"""Every expected failure is one clear answer and an exit status, and never a traceback."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import CHECKOUT, House
from tests.letters import letter

COMMANDS = [("check",), ("once",), ("run",), ("list",), ("show", "TS-20261120-001"), ("migrate",)]


def _fails(house: House, *words: str, status: int, says: str) -> str:
    """The one answer on standard error."""
    done = house.postdesk(*words, check=False)
    assert "Traceback" not in done.stderr + done.stdout, done.stderr
    assert (done.returncode, done.stdout) == (status, ""), done
    assert re.search(says, done.stderr), done.stderr
    return done.stderr


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_a_settings_file_that_is_not_there_is_named(small_house: House, words: tuple[str, ...]) -> None:
    small_house.config.unlink()
    _fails(small_house, *words, status=2, says=r"postdesk\.yaml.* does not exist")


@pytest.mark.parametrize("words", [("list",), ("list", "--mail", "--json"), ("show", "TS-1")], ids=" ".join)
def test_who_looks_before_the_first_start_is_told_so_and_leaves_nothing_behind(
    small_house: House, words: tuple[str, ...]
) -> None:
    _fails(small_house, *words, status=2, says="postdesk migrate")
    assert {path.name for path in small_house.folder.iterdir()} == {"postdesk.yaml", "people.yaml"}


@pytest.mark.parametrize("words", [("once",), ("list",), ("migrate",)], ids=" ".join)
def test_a_file_that_is_no_database_is_left_as_it_is(small_house: House, words: tuple[str, ...]) -> None:
    database = small_house.folder / "postdesk.db"
    database.write_bytes(b"This is no database at all. " * 99)
    _fails(small_house, *words, status=75, says="database cannot be used: file is not a database")
    assert database.read_bytes().startswith(b"This is no database")


@pytest.mark.parametrize("words", [("once",), ("list",)], ids=" ".join)
def test_a_database_server_that_does_not_answer_is_named(small_house: House, words: tuple[str, ...]) -> None:
    small_house.settings["database"] = "postgresql+psycopg://postdesk@127.0.0.1:1/postdesk"
    small_house.write()
    _fails(small_house, *words, status=75, says="the database cannot be used")


@pytest.mark.parametrize(
    "url", ["postgres://postdesk@localhost/postdesk", "mysql://localhost/x", "nonsense://", "sqlite://:x:"]
)
def test_a_database_address_that_cannot_be_one_is_a_fault_of_the_settings(small_house: House, url: str) -> None:
    small_house.settings["database"] = url
    small_house.write()
    _fails(small_house, "check", status=2, says=r"postdesk\.yaml:\d+:\d+: .* is no database")


def test_a_state_directory_that_is_a_file_is_named(small_house: House) -> None:
    (small_house.folder / "occupied").write_text("x")
    small_house.settings["state_dir"] = str(small_house.folder / "occupied")
    del small_house.settings["database"]
    small_house.write()
    _fails(small_house, "once", status=1, says="occupied")


def test_a_reader_that_has_seen_enough_is_no_error(small_house: House) -> None:
    small_house.post(*(letter(f"c{n}@customer.test", text="word " * 9_000) for n in range(30)))
    small_house.once()
    command = [sys.executable, "-m", "daemon", "list", "--json", "--config", str(small_house.config)]
    listing = subprocess.Popen(
        command, env=small_house.environment, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert listing.stdout is not None and listing.stderr is not None
    listing.stdout.close()
    assert listing.stderr.read() == b""
    listing.stderr.close()
    assert listing.wait(30) == 1


def test_an_unknown_ticket_has_a_status_of_its_own(small_house: House) -> None:
    small_house.postdesk("migrate")
    _fails(small_house, "show", "TS-20261120-999", status=3, says="there is no ticket TS-20261120-999")


def test_an_unknown_command_and_an_unknown_option_are_usage(small_house: House) -> None:
    done = small_house.postdesk("lst", check=False)
    assert (done.returncode, "No such command" in done.stderr) == (2, True)
    _fails(small_house, "list", "--colour", status=2, says="No such option")


def test_a_second_daemon_on_the_same_database_goes_away_and_the_first_does_not_notice(house: House) -> None:
    house.postdesk("migrate")
    first = house.start()
    try:
        house.post(letter())
        assert house.sink.has(2)
        _fails(house, "once", status=75, says="another postdesk")
        _fails(house, "run", status=75, says="another postdesk")
        assert first.poll() is None
        house.post(letter("bob@customer.test"))
        assert house.sink.has(4)
    finally:
        first.terminate()
        assert first.wait(20) == 0


def test_checking_creates_nothing_that_the_daemon_would_then_not_own(small_house: House, tmp_path: Path) -> None:
    small_house.settings["state_dir"] = str(tmp_path / "later")
    del small_house.settings["database"]
    small_house.write()
    small_house.postdesk("check")
    assert not (tmp_path / "later").exists()
