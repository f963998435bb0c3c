"""A desk as loaded: the policy, people, wording, keys and limits under which the stages work, all of one version."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed

from daemon.compose.message import Sender
from daemon.compose.wording import Wording
from daemon.settings import Settings
from parsers.mail import Mail
from rules.people import People
from rules.policy import Policy
from rules.practice import Practice
from rules.tokens import ReplyKey

_LANGUAGES = {"zh": "zh-CN", "en": "en"}
"""Tags of BCP 47 for what the parser recognises."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a stage is told that neither a mail nor the store holds.

    A desk that is `observing` decides everything and sends nothing. `version` stands for all that the due moments of
    a ticket depend on.
    """

    settings: Settings
    policy: Policy
    people: People
    wording: Wording
    sender: Sender
    reply_key: ReplyKey
    observing: bool = False
    version: str = field(init=False)

    def __post_init__(self) -> None:
        parts = (self.policy.digest, self.people.model_dump_json(), self.settings.desk.timezone, _program())
        version = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
        object.__setattr__(self, "version", version)

    def practice(self, now: datetime) -> Practice:
        """How this desk works at an instant, for whoever decides."""
        return Practice(self.policy, self.people, self.settings.desk.timezone, now)

    @property
    def domain(self) -> str:
        """The domain of the desk's address, in which its Message-IDs live."""
        return self.settings.desk.address.rpartition("@")[2].lower()

    def language_for(self, mail: Mail) -> str:
        """The language in which to answer this mail: its own if we have words in it, else the desk's."""
        return self.wording.language_for(_LANGUAGES.get(mail.language, self.settings.desk.language))


def _program() -> str:
    """The releases that reckon, ours and that of the holidays; ours has none in a checkout that was never installed."""
    try:
        return f"{installed('holidays')} {installed('postdesk')}"
    except PackageNotFoundError:
        return ""
