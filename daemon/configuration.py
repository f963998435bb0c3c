"""From a settings file to a desk that can work: everything is loaded, and every fault of every file is told at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from daemon.compose.message import Sender
from daemon.compose.wording import Wording, load_wording
from daemon.desk import Desk
from daemon.faults import Fault, Faults
from daemon.keys import reply_key
from daemon.policies import load_people, load_policy, templates_wanted
from daemon.resources import resource
from daemon.settings import Settings, load_settings, load_whereabouts
from rules.people import People
from rules.policy import Policy

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Files:
    """What the files of a desk say."""

    settings: Settings
    policy: Policy
    people: People
    wording: Wording


def load_files(path: Path) -> Files:
    """The settings in a file and what they name. Raises `Faults` with all that is wrong in any of the files."""
    faults: list[Fault] = []
    settings = _tried(lambda: load_settings(path), faults)
    named = settings or _tried(lambda: load_whereabouts(path), [])
    if named is None:
        raise Faults(faults)
    policy = _tried(lambda: load_policy(named.policy), faults)
    people = _tried(lambda: load_people(named.people, policy), faults)
    wording = _tried(lambda: _wording(named.templates, settings), faults)
    if settings is None or policy is None or people is None or wording is None:
        raise Faults(faults)
    if any(rule.then.template is not None for rule in policy.rules):
        faults += templates_wanted(named.policy, wording.chosen_of("acknowledgement"))
    if faults:
        raise Faults(faults)
    return Files(settings, policy, people, wording)


def load_beside(settings: Settings) -> Files:
    """The files that settings in force name, as they are now. Raises `Faults`."""
    policy = load_policy(settings.policy)
    people = load_people(settings.people, policy)
    return Files(settings, policy, people, _wording(settings.templates, settings))


def load_desk(path: Path) -> Desk:
    """The desk of a settings file, its key made if there is none. Raises `Faults`, `SecretUnreadable`, `OSError`."""
    files = load_files(path)
    settings = files.settings
    settings.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Desk(settings, files.policy, files.people, files.wording, sender_of(settings), reply_key(settings))


def _tried(load: Callable[[], T], faults: list[Fault]) -> T | None:
    try:
        return load()
    except Faults as found:
        faults.extend(found.faults)
        return None


def _wording(own: Path | None, settings: Settings | None) -> Wording:
    """The words of the desk; with faulty settings only to see their own faults, so in any zone."""
    zone, language = (settings.desk.timezone, settings.desk.language) if settings else ("UTC", "en")
    return load_wording(resource("templates"), own, zone, language)


def sender_of(settings: Settings) -> Sender:
    """Who we are in the mails of these settings."""
    desk = settings.desk
    return Sender(desk.id, desk.address, desk.name if isinstance(desk.name, dict) else dict(desk.name))
