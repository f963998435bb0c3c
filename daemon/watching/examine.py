"""Taking the desk's vital signs: from the store, the disk and the policy's files, beside a daemon or without one."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from daemon.faults import Faults
from daemon.oauth.standing import standings
from daemon.policies import load_policy
from daemon.settings import Settings
from daemon.store import mailboxes, signs, vitals
from daemon.store.database import Store, StoreError
from daemon.store.migrate import SchemaTooNew, standing
from daemon.watching.health import Finding, OnDisk, Trouble, Vitals, judged
from rules.calendar import local_date
from rules.hours import unknown_years


@dataclass(frozen=True, slots=True)
class Examination:
    """What is wrong, and the signs that say so; no signs where the database does not give them."""

    findings: tuple[Finding, ...]
    vitals: Vitals | None = None

    def told(self) -> Mapping[str, object]:
        """For programs."""
        return {
            "healthy": not self.findings,
            "faults": [asdict(each) for each in self.findings],
            "signs": asdict(self.vitals) if self.vitals else None,
        }


def examine(
    store: Store, settings: Settings, now: datetime, policy: OnDisk | None = None, stuck: Sequence[str] = ()
) -> Examination:
    """How the desk of these settings is. Never raises for a database that cannot be used: that is an answer."""
    try:
        finding = _schema(store)
        if finding is not None:
            return Examination((finding,))
        taken = _taken(store, settings, now, policy, stuck)
    except StoreError as unavailable:
        remedy = "see whether it runs, and whether its disk has room; the desk goes on by itself once it is back"
        return Examination((Finding(Trouble.DATABASE, f"the database cannot be used: {unavailable.orig}", remedy),))
    return Examination(judged(taken, settings.health, settings.heartbeat), taken)


def policy_on_disk(settings: Settings, now: datetime) -> OnDisk:
    """The policy as its files are now, with what its calendars should know of the days around now."""
    try:
        policy = load_policy(settings.policy)
        today = local_date(now, settings.desk.timezone)
        unknown = [f"{year} ({each.id})" for each in policy.calendars for year in unknown_years(each, today)]
        return OnDisk(policy.digest, 0, tuple(unknown))
    except Faults as found:
        return OnDisk("", len(found.faults))


def _schema(store: Store) -> Finding | None:
    if store.file is not None and not store.file.exists():
        return Finding(
            Trouble.NOT_RUNNING, f"there is no database {store.file}", "no daemon ever worked here: start it"
        )
    try:
        missing = standing(store).missing
    except SchemaTooNew as found:
        return Finding(Trouble.SCHEMA, str(found), "install the later Postdesk again, or restore a backup")
    if missing:
        words = f"the database lacks the steps {', '.join(missing)} of this version's schema"
        return Finding(Trouble.SCHEMA, words, "postdesk migrate, or start the daemon, which does it for SQLite")
    return None


def _taken(store: Store, settings: Settings, now: datetime, policy: OnDisk | None, stuck: Sequence[str]) -> Vitals:
    with store.read() as c:
        polls = mailboxes.last_polls(c)
        return Vitals(
            at=now,
            polls={each.name: polls.get(each.name) for each in settings.mailboxes},
            counts=vitals.counts(c, now - settings.health.lately),
            signs=signs.given(c),
            disk_free=_free(store.file),
            policy=policy,
            stuck=stuck,
            tokens=standings(settings),
        )


def _free(file: Path | None) -> int | None:
    return shutil.disk_usage(file.parent).free if file is not None else None
