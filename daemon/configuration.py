"""From a settings file to a desk that can work: everything is loaded, and every fault of every file is told at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from daemon.compose.message import Sender
from daemon.compose.wording import Wording, load_wording
from daemon.desk import Desk
from daemon.faults import Fault, Faults
from daemon.keys import reply_key
from daemon.policies import load_people, load_policy
from daemon.resources import resource
from daemon.settings import Settings, load_settings

T = TypeVar("T")


def load_desk(path: Path) -> Desk:
    """The desk of a settings file. Raises `Faults` with all that is wrong in any of its files, `SecretUnreadable`."""
    settings = load_settings(path)
    faults: list[Fault] = []
    policy = _tried(lambda: load_policy(settings.policy), faults)
    people = _tried(lambda: load_people(settings.people, policy), faults)
    wording = _tried(lambda: _wording(settings), faults)
    if policy is None or people is None or wording is None:
        raise Faults(faults)
    settings.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Desk(settings, policy, people, wording, _sender(settings), reply_key(settings))


def _tried(load: Callable[[], T], faults: list[Fault]) -> T | None:
    try:
        return load()
    except Faults as found:
        faults.extend(found.faults)
        return None


def _wording(settings: Settings) -> Wording:
    desk = settings.desk
    return load_wording(resource("templates"), settings.templates, desk.timezone, desk.language)


def _sender(settings: Settings) -> Sender:
    desk = settings.desk
    return Sender(desk.id, desk.address, desk.name if isinstance(desk.name, dict) else dict(desk.name))
