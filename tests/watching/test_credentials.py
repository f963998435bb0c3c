"""Secrets as a service manager hands them over, and where they must not be seen while the desk works."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house import House
from tests.letters import letter
from tests.servers.process import stop
from tests.watching.conftest import family
from tests.watching.manager import Manager


@pytest.fixture
def credentials(small_house: House) -> Path:
    """The folder in which the manager hands over the password of the mailbox, as systemd 254 and later set it up."""
    folder = small_house.folder / "credentials"
    folder.mkdir(mode=0o500)
    (folder / "imap").write_text(small_house.dovecot.password, "utf-8")
    (folder / "imap").chmod(0o440)
    small_house.settings["mailboxes"][0]["password"] = {"credential": "imap"}
    small_house.write()
    return folder


def words_of(processes: list[Path]) -> set[str]:
    """Every word of their command lines, and every value of their environments."""
    texts = ((each / name).read_text("utf-8", "replace") for each in processes for name in ("cmdline", "environ"))
    words = [word for text in texts for word in text.split("\0")]
    return {*words, *(word.partition("=")[2] for word in words)}


def test_a_credential_works_and_is_seen_in_no_command_line_and_no_environment(
    small_house: House, credentials: Path, manager: Manager
) -> None:
    bare = {"CREDENTIALS_DIRECTORY": str(credentials), "DESK_TEST_PASSWORD": "", **manager.environment()}
    small_house.post(letter())
    daemon = small_house.start("run", **bare)
    try:
        assert manager.hears("READY=1")
        assert small_house.sink.has(2)
        assert len(family(daemon)) >= 3, "the daemon, the server that forks its workers, and one of them"
        shown = words_of(family(daemon))
    finally:
        stop(daemon)
    assert str(small_house.config) in shown
    assert small_house.dovecot.password not in shown
    assert small_house.dovecot.password not in (small_house.folder / "daemon.log").read_text("utf-8")


def test_a_credential_that_everybody_may_read_is_refused(small_house: House, credentials: Path) -> None:
    (credentials / "imap").chmod(0o444)
    done = small_house.postdesk("check", check=False, CREDENTIALS_DIRECTORY=str(credentials))
    assert done.returncode == 2
    assert "can be read by others (mode 0444)" in done.stderr


def test_a_password_file_that_others_may_read_keeps_the_desk_from_starting(small_house: House) -> None:
    file = small_house.folder / "imap.password"
    file.write_text(small_house.dovecot.password, "utf-8")
    file.chmod(0o644)
    small_house.settings["mailboxes"][0]["password"] = {"file": "imap.password"}
    small_house.write()
    for words in (("check",), ("run",)):
        done = small_house.postdesk(*words, check=False)
        assert done.returncode == 2
        assert "imap.password can be read by others (mode 0644): chmod 600 it" in done.stderr
        assert small_house.dovecot.password not in done.stdout + done.stderr


def test_what_is_not_set_is_named(small_house: House, credentials: Path) -> None:
    done = small_house.postdesk("check", check=False)
    assert done.returncode == 2
    assert "LoadCredential" in done.stderr
