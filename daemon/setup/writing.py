"""Writing the files of a new desk: all of them or none, and never over something that is there."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from daemon.policies import copy_pack, load_people, load_policy
from daemon.resources import resource
from daemon.settings import Settings, load_settings
from daemon.setup.answers import Answers
from daemon.setup.filling import filled

SETTINGS, PEOPLE, SECRET = "postdesk.yaml", "people.yaml", "mail.password"


def policy_place(pack: str) -> str:
    """Where the copy of a pack lies, from the settings file; the folder's name stays, because it is the policy's id."""
    return f"policies/{Path(pack).name}"


class AlreadyThere(Exception):
    """Something that would be written exists; its message names it."""


def write(folder: Path, answers: Answers, pack: str, password: str | None) -> Settings:
    """Write a desk into a folder and read it back, as the daemon will. Raises `AlreadyThere`, `OSError`, `Faults`."""
    names = [SETTINGS, PEOPLE, answers.policy, *([SECRET] if password is not None else [])]
    for name in names:
        if (folder / name).exists():
            raise AlreadyThere(f"{folder / name} is there already; nothing was written")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        _write_all(folder, answers, pack, password)
        settings = load_settings(folder / SETTINGS)
        load_people(settings.people, load_policy(settings.policy))
        return settings
    except BaseException:
        for name in names:
            _remove(folder / name)
        with suppress(OSError):
            (folder / answers.policy).parent.rmdir()
        raise


def _write_all(folder: Path, answers: Answers, pack: str, password: str | None) -> None:
    copy_pack(pack, folder / answers.policy)
    roles = [role.id for role in load_policy(str(folder / answers.policy)).roles]
    example = resource("config/postdesk.example.yaml").read_text("utf-8")
    _new(folder / PEOPLE, answers.people(roles), 0o644)
    if password is not None:
        _new(folder / SECRET, password + "\n", 0o600)
    _new(folder / SETTINGS, filled(example, answers.settings()), 0o644)


def _new(path: Path, text: str, mode: int) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        file.write(text)


def _remove(path: Path) -> None:
    """Take back what was just written here; it was not there before."""
    with suppress(FileNotFoundError):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
