"""The folder that the desk of the demo lives in: settings, people and a password, as an administrator writes them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from daemon.demo.cast import DESK, ENGINEERS, LEAD, NAMES
from daemon.demo.world import HOST, Ports
from rules.policy import Policy

PASSWORD = "nothing-secret-here"  # noqa: S105  # It opens mailboxes that live in memory for half a minute.


@dataclass(frozen=True, slots=True)
class Premises:
    """The files of the demo."""

    folder: Path

    @property
    def config(self) -> Path:
        """The settings of the daemon."""
        return self.folder / "postdesk.yaml"

    @property
    def log(self) -> Path:
        """What the daemon said."""
        return self.folder / "daemon.log"

    @property
    def sent(self) -> Path:
        """Every mail that left."""
        return self.folder / "sent"

    @property
    def received(self) -> Path:
        """Every mail that came."""
        return self.folder / "received"

    @property
    def page(self) -> Path:
        """All mails on one page."""
        return self.folder / "mails.html"

    def furnish(self, policy: Policy, pack: str, ports: Ports) -> None:
        """Write what the daemon reads."""
        for folder in (self.folder, self.sent, self.received):
            folder.mkdir(parents=True, exist_ok=True)
        secret = self.folder / "imap.password"
        secret.touch(mode=0o600)
        secret.write_text(f"{PASSWORD}\n", encoding="utf-8")
        self._write("postdesk.yaml", _settings(pack, ports))
        self._write("people.yaml", _people(policy))

    def _write(self, name: str, content: dict[str, Any]) -> None:
        with (self.folder / name).open("w", encoding="utf-8") as file:
            yaml.safe_dump(content, file, allow_unicode=True, sort_keys=False)


def _settings(pack: str, ports: Ports) -> dict[str, Any]:
    box = {
        "name": "support",
        "host": HOST,
        "port": ports.imap,
        "tls": "plain",
        "username": DESK.address,
        "password": {"file": "imap.password"},
        "poll": "1s",
    }
    return {
        "desk": {"address": DESK.address, "name": dict(NAMES), "plus_addressing": True},
        "mailboxes": [box],
        "smtp": {"host": HOST, "port": ports.relay, "tls": "plain"},
        "state_dir": "state",
        "policy": pack,
        "triage": {"interval": "1s"},
        "sweep": {"interval": "1s"},
        # The clock of the demo runs 600 times as fast, and a lease must outlast an attempt by that clock.
        "deliver": {"interval": "1s", "lease": "1d"},
        # A whole working day of notices reaches three engineers within half a minute.
        "notices": {"per_address_10min": 50, "per_address_day": 500},
    }


def _people(policy: Policy) -> dict[str, Any]:
    """The engineers; the second one takes every other category of the pack, whichever it has, the first the rest."""
    nothing: list[str] = []
    shares = (nothing, [category.id for category in policy.categories][1::2], nothing)
    engineers = [
        {"address": each.person.address, "name": each.person.name, "language": each.language}
        | ({"categories": share} if share else {})
        for each, share in zip(ENGINEERS, shares, strict=True)
    ]
    return {"engineers": engineers, "lead": LEAD.address}
