"""The daemon's own notes of itself: that it works, and under which policy, which it takes in anew when asked to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from daemon.configuration import load_desk
from daemon.faults import Faults
from daemon.log import Action, log
from daemon.office import Office
from daemon.secrets import SecretUnreadable
from daemon.settings import Settings
from daemon.store import signs
from daemon.store.database import StoreUnavailable
from daemon.store.signs import Sign

_RELOADABLE = {"policy", "people", "templates"}


@contextmanager
def present(office: Office) -> Iterator[None]:
    """Note that a daemon works on this desk, and in the end that none does."""
    with office.store.write() as c:
        signs.give(c, Sign.STARTED, office.clock.now())
        signs.give(c, Sign.POLICY, office.clock.now(), office.desk.policy.digest)
        signs.give(c, Sign.VERSION, office.clock.now(), office.desk.version)
        signs.take_back(c, Sign.STOPPED)
        signs.take_back(c, Sign.RELOAD_REFUSED)
    yield
    with office.store.write() as c:
        signs.give(c, Sign.STOPPED, office.clock.now())


def reload(office: Office, config: Path) -> None:
    """Take in policy, people and templates as they are now: whole, or not at all, and then the old ones stay in force.

    Other settings need a new start; if any has changed, the log says so.
    """
    try:
        fresh = load_desk(config)
    except (Faults, SecretUnreadable, OSError) as fault:
        faults = len(fault.faults) if isinstance(fault, Faults) else 1
        log(Action.RELOAD_REFUSED, error=type(fault).__name__, count=faults)
        _note(office, Sign.RELOAD_REFUSED, str(faults))
        return
    if _lasting(fresh.settings) != _lasting(office.desk.settings):
        log(Action.RESTART_NEEDED)
    office.desk = replace(office.desk, policy=fresh.policy, people=fresh.people, wording=fresh.wording)
    log(Action.RELOADED, rule=fresh.policy.digest[:12])
    _note(office, Sign.POLICY, fresh.policy.digest)


def _lasting(settings: Settings) -> dict[str, object]:
    return settings.model_dump(exclude=_RELOADABLE)


def _note(office: Office, which: Sign, detail: str) -> None:
    """A database that cannot be written to now must not keep the desk from its new policy."""
    try:
        with office.store.write() as c:
            signs.give(c, which, office.clock.now(), detail)
            if which is Sign.POLICY:
                signs.give(c, Sign.VERSION, office.clock.now(), office.desk.version)
                signs.take_back(c, Sign.RELOAD_REFUSED)
    except StoreUnavailable as fault:
        log(Action.STAGE_FAILED, stage="reload", error=type(fault).__name__)
