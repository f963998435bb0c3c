"""From a settings file to a desk that can work: everything is loaded, and every fault of every file is told at once."""

from __future__ import annotations

from pathlib import Path

from daemon.compose.message import Sender
from daemon.compose.wording import Wording, load_wording
from daemon.desk import Desk
from daemon.faults import Fault, Faults
from daemon.keys import reply_key
from daemon.policies import load_people, load_policy
from daemon.resources import resource
from daemon.settings import Settings, load_settings
from rules.people import People
from rules.policy import Policy

DEFAULT_SETTINGS = Path("/etc/postdesk/postdesk.yaml")


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
