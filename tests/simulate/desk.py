"""The desk that is simulated: the shipped basic pack and templates, and limits small enough to be met."""

from __future__ import annotations

import hashlib
from functools import cache

from daemon.compose.message import Sender
from daemon.compose.wording import load_wording
from daemon.desk import Desk
from daemon.policies import load_policy
from daemon.resources import resource
from daemon.settings import Settings
from rules.tokens import ReplyKey
from tests.letters import DESK
from tests.simulate.people import PEOPLE


@cache
def desk() -> Desk:
    """The shipped basic pack and templates, with limits small enough to be met."""
    mailbox = {
        "name": "support",
        "host": "localhost",
        "tls": "plain",
        "username": "desk",
        "password": {"env": "NONE"},
        "batch_messages": 4,
        "batch_bytes": 60_000,
    }
    settings = Settings.model_validate(
        {
            "desk": {"address": DESK, "language": "en", "plus_addressing": True, "id": "desk.test"},
            "mailboxes": [mailbox],
            "smtp": {"host": "localhost", "tls": "plain"},
            "deliver": {"give_up_after": "1d", "batch": 6},
            "triage": {"batch": 5},
            "sweep": {"batch": 4},
            "limits": {"mail": "32KiB"},
            "state_dir": "/nonexistent",
        }
    )
    wording = load_wording(resource("templates"), None, settings.desk.timezone, settings.desk.language)
    sender = Sender(settings.desk.id, DESK, {"en": "Technical Support", "zh-CN": "技术支持"})
    return Desk(settings, load_policy("basic"), PEOPLE, wording, sender, ReplyKey((b"simulation",)))


def kept_as(raw: bytes) -> str:
    """The SHA-256 under which the store keeps a mail: of the whole, or of the header alone where it is too large."""
    header = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    return hashlib.sha256(raw if len(raw) <= desk().settings.limits.mail else header).hexdigest()
