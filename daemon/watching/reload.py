"""Taking in what an administrator changed while the desk works: whole, or not at all, and then it is said why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from daemon.configuration import Files, load_beside, load_files, sender_of
from daemon.desk import Desk
from daemon.faults import Faults
from daemon.log import Action, log
from daemon.office import Office
from daemon.settings import Settings
from daemon.store import signs
from daemon.store.database import Connection, StoreUnavailable
from daemon.store.signs import Sign
from daemon.watching.changes import Changes
from daemon.watching.refusal import Refusal, tell

LIVE = frozenset({"policy", "people", "templates", "desk", "notices", "health", "heartbeat"})
"""Settings that are asked for at each use. Of all others something was built when the desk opened."""


@dataclass(frozen=True, slots=True)
class _Fresh:
    """Files without fault, and the names of the settings that wait for a new start."""

    files: Files
    waiting: str


@dataclass(slots=True)
class Reload:
    """The files of a working desk, and what must still be written down of the last time they were taken in."""

    office: Office
    config: Path
    changes: Changes
    _unsaid: Callable[[Connection], None] | None = None

    def wanted(self) -> bool:
        """Whether files were changed and have come to rest."""
        return self.changes.settled()

    def take_in(self) -> None:
        """Work by the files as they are now, if they are without fault.

        Settings are one whole too: if one of them needs a new start, all of them wait for it, and policy, people and
        templates are read from where the settings in force have them.
        """
        seen = self.changes.look()
        read = self._read()
        if self.changes.look() != seen:
            return  # Half of it may be older than the other half: it is read again once it rests.
        self.changes.taken(seen)
        if isinstance(read, _Fresh):
            self._accept(read)
        else:
            self._refuse(read)
        self.say()

    def say(self) -> None:
        """Write down what is still to be said; a database that cannot be written to now is asked again."""
        if self._unsaid is None:
            return
        try:
            with self.office.store.write() as c:
                self._unsaid(c)
            self._unsaid = None
        except StoreUnavailable as fault:
            log(Action.STAGE_FAILED, stage="reload", error=type(fault).__name__)

    def _read(self) -> _Fresh | Sequence[str]:
        """What the files say, or all their faults."""
        old = self.office.desk.settings
        try:
            files = load_files(self.config)
            waiting = _waiting(files.settings, old)
            return _Fresh(load_beside(old) if waiting else files, waiting)
        except Faults as found:
            return [str(fault) for fault in found.faults]
        except Exception as error:  # noqa: BLE001 - Whatever a file does to its reader, the desk works on.
            return [f"{self.config}:1:1: cannot be read: {type(error).__name__}"]

    def _refuse(self, faults: Sequence[str]) -> None:
        desk, at = self.office.desk, self.office.clock.now()
        log(Action.RELOAD_REFUSED, count=len(faults), place=faults[0].partition(": ")[0])
        self._unsaid = lambda c: tell(c, Refusal.of(faults), desk, at)

    def _accept(self, fresh: _Fresh) -> None:
        files = fresh.files
        desk = self.office.desk = replace(
            self.office.desk,
            settings=files.settings,
            policy=files.policy,
            people=files.people,
            wording=files.wording,
            sender=sender_of(files.settings),
        )
        log(Action.RELOADED, rule=desk.policy.digest[:12])
        if fresh.waiting:
            log(Action.RESTART_NEEDED, code=fresh.waiting)
        at = self.office.clock.now()
        self._unsaid = lambda c: _note(c, desk, fresh.waiting, at)


def _note(c: Connection, desk: Desk, waiting: str, at: datetime) -> None:
    signs.renew(c, Sign.POLICY, at, desk.policy.digest)
    signs.renew(c, Sign.VERSION, at, desk.version)
    signs.take_back(c, Sign.RELOAD_REFUSED)
    if waiting:
        signs.renew(c, Sign.RESTART_NEEDED, at, waiting)
    else:
        signs.take_back(c, Sign.RESTART_NEEDED)


def _waiting(fresh: Settings, old: Settings) -> str:
    """The settings that changed and need a new start."""
    fixed = (key for key in Settings.model_fields if key not in LIVE)
    return ", ".join(key for key in fixed if getattr(fresh, key) != getattr(old, key))
