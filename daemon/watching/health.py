"""How the desk is: a judgement over its vital signs, each fault in words with what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from daemon.oauth.standing import Standing
from daemon.store.inbox import InboxState
from daemon.store.signs import Given, Sign
from daemon.store.vitals import Counts
from daemon.watching.refusal import Refusal
from daemon.watching.settings import Health, Heartbeat
from rules.vocabulary import duration_text


class Trouble(StrEnum):
    """What can be wrong."""

    DATABASE = "database"
    SCHEMA = "schema"
    NOT_RUNNING = "not-running"
    STAGE_STUCK = "stage-stuck"
    MAILBOX_SILENT = "mailbox-silent"
    OAUTH_REFRESH_FAILED = "oauth-refresh-failed"
    MAIL_WAITING = "mail-waiting"
    QUARANTINE = "quarantine"
    OUTBOX_WAITING = "outbox-waiting"
    DELIVERIES_FAILED = "deliveries-failed"
    HEARTBEAT_LATE = "heartbeat-late"
    RELOAD_REFUSED = "reload-refused"
    RESTART_NEEDED = "restart-needed"
    POLICY_CHANGED = "policy-changed"
    DAYS_UNKNOWN = "days-unknown"
    DISK_FULL = "disk-full"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: what is wrong, and what its keeper does about it."""

    trouble: Trouble
    words: str
    remedy: str


@dataclass(frozen=True, slots=True)
class OnDisk:
    """The policy as its files are now: its digest, or how many faults they have, and what its calendars do not know."""

    digest: str
    faults: int
    unknown_days: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Vitals:
    """Everything that a judgement needs. `polls` has every mailbox of the settings; None where it never answered.

    `disk_free` is in bytes, None for a database elsewhere. `policy` is None where nobody looked at its files. `stuck`
    are stages that stand still, as only the daemon itself can know.
    """

    at: datetime
    polls: Mapping[str, datetime | None]
    counts: Counts
    signs: Mapping[Sign, Given]
    disk_free: int | None = None
    policy: OnDisk | None = None
    stuck: Sequence[str] = ()
    tokens: Sequence[Standing] = ()


def judged(vitals: Vitals, health: Health, heartbeat: Heartbeat) -> tuple[Finding, ...]:
    """All that is wrong, what hurts most first."""
    return (
        *_presence(vitals),
        *_stages(vitals, health),
        *_mailboxes(vitals, health),
        *_tokens(vitals),
        *_incoming(vitals, health),
        *_outgoing(vitals, health),
        *_heartbeat(vitals, health, heartbeat),
        *_policy(vitals),
        *_disk(vitals, health),
    )


def _presence(vitals: Vitals) -> Iterator[Finding]:
    stopped = vitals.signs.get(Sign.STOPPED)
    polled_since = [at for at in vitals.polls.values() if stopped and at and at > stopped.at]
    if stopped is not None and not polled_since:
        words = f"no daemon works on this desk: it was stopped {_ago(vitals, stopped.at)} ago"
        yield Finding(Trouble.NOT_RUNNING, words, "start it: systemctl start postdesk")


def _stages(vitals: Vitals, health: Health) -> Iterator[Finding]:
    for stage in vitals.stuck:
        words = f"the stage {stage} has stood still for more than {duration_text(health.stuck_after)}"
        yield Finding(Trouble.STAGE_STUCK, words, "systemd's watchdog starts it anew; else restart postdesk")


def _mailboxes(vitals: Vitals, health: Health) -> Iterator[Finding]:
    remedy = "see the log for its last error (journalctl -u postdesk): login, certificate, or a server that is away"
    started = vitals.signs.get(Sign.STARTED)
    for name, at in vitals.polls.items():
        if at is None and (started is None or vitals.at - started.at > health.poll_silent):
            yield Finding(Trouble.MAILBOX_SILENT, f"the mailbox {name} has never answered", remedy)
        elif at is not None and vitals.at - at > health.poll_silent:
            words = f"the mailbox {name} answered last {_ago(vitals, at)} ago"
            yield Finding(Trouble.MAILBOX_SILENT, words, remedy)


def _tokens(vitals: Vitals) -> Iterator[Finding]:
    remedy = "`postdesk oauth login` again, or see docs/oauth.md for what the code means"
    for each in vitals.tokens:
        if each.failure:
            when = f", {_ago(vitals, each.failed_at)} ago" if each.failed_at else ""
            words = f"{each.account} gets no access token: {each.failure}{when}"
            yield Finding(Trouble.OAUTH_REFRESH_FAILED, words, remedy)


def _incoming(vitals: Vitals, health: Health) -> Iterator[Finding]:
    oldest = vitals.counts.oldest_mail_at
    if oldest is not None and vitals.at - oldest > health.mail_waiting:
        waiting = vitals.counts.inbox.get(InboxState.NEW, 0)
        words = f"{waiting} mails have not been decided about, the oldest for {_ago(vitals, oldest)}"
        yield Finding(Trouble.MAIL_WAITING, words, "see what stops triage: journalctl -u postdesk")
    quarantined = vitals.counts.inbox.get(InboxState.QUARANTINED, 0)
    if quarantined:
        words = f"{quarantined} mails are in quarantine: they could not be read or decided about"
        yield Finding(Trouble.QUARANTINE, words, "postdesk quarantine list; then requeue, export or discard each")


def _outgoing(vitals: Vitals, health: Health) -> Iterator[Finding]:
    oldest = vitals.counts.oldest_outgoing_at
    if oldest is not None and vitals.at - oldest > health.outbox_waiting:
        words = f"mails wait to be sent, the oldest for {_ago(vitals, oldest)}"
        yield Finding(Trouble.OUTBOX_WAITING, words, "postdesk outbox list shows what the mail server answers")
    failed = vitals.counts.failed_lately
    if failed > health.failures_allowed:
        words = f"{failed} mails could not be delivered within the last {duration_text(health.lately)}"
        remedy = "postdesk outbox list --state failed shows why; retry or cancel each"
        yield Finding(Trouble.DELIVERIES_FAILED, words, remedy)


def _heartbeat(vitals: Vitals, health: Health, heartbeat: Heartbeat) -> Iterator[Finding]:
    sent, back = vitals.signs.get(Sign.HEARTBEAT_SENT), vitals.signs.get(Sign.HEARTBEAT_BACK)
    if heartbeat.every is None or sent is None:
        return
    unanswered = back is None or back.at < sent.at
    missed = unanswered and vitals.at - datetime.fromisoformat(sent.detail) > health.heartbeat_late
    if missed or (back is not None and float(back.detail) > health.heartbeat_late.total_seconds()):
        last = f"the last came back {_ago(vitals, back.at)} ago after {back.detail} s" if back else "none has come back"
        words = f"mail of the desk to itself is late: {last}"
        remedy = "follow one: postdesk outbox list, the mail server's log, the mailbox and its spam folder"
        yield Finding(Trouble.HEARTBEAT_LATE, words, remedy)


def _policy(vitals: Vitals) -> Iterator[Finding]:
    refused, in_force = vitals.signs.get(Sign.RELOAD_REFUSED), vitals.signs.get(Sign.POLICY)
    if refused is not None:
        refusal = Refusal.parse(refused.detail)
        words = (
            f"changed files were refused {_ago(vitals, refused.at)} ago and the last good ones work on; "
            f"of {refusal.count} faults the first: {''.join(refusal.faults[:1])}"
        )
        yield Finding(Trouble.RELOAD_REFUSED, words, "mend the files: postdesk check names every fault")
    elif vitals.policy is not None and vitals.policy.faults:
        words = f"the policy's files have {vitals.policy.faults} faults: the desk could not start with them"
        yield Finding(Trouble.POLICY_CHANGED, words, "postdesk check names them")
    elif vitals.policy is not None and in_force is not None and vitals.policy.digest != in_force.detail:
        words = "the policy's files have changed since the policy in force was loaded"
        yield Finding(Trouble.POLICY_CHANGED, words, "postdesk check; a desk that runs takes them in by itself")
    waiting = vitals.signs.get(Sign.RESTART_NEEDED)
    if waiting is not None:
        words = f"changed settings wait for a new start since {_ago(vitals, waiting.at)}: {waiting.detail}"
        yield Finding(Trouble.RESTART_NEEDED, words, "systemctl restart postdesk")
    for each in vitals.policy.unknown_days if vitals.policy is not None else ():
        words = f"the make-up working days of {each} are not known: clocks would count wrong days"
        yield Finding(
            Trouble.DAYS_UNKNOWN, words, "install a later 'holidays' package, or list them: see postdesk check"
        )


def _disk(vitals: Vitals, health: Health) -> Iterator[Finding]:
    if vitals.disk_free is not None and vitals.disk_free < health.disk_free:
        words = f"{vitals.disk_free // 2**20} MiB are free where the desk keeps its state"
        yield Finding(Trouble.DISK_FULL, words, "make room: mails wait on the server until they can be kept")


def _ago(vitals: Vitals, at: datetime) -> str:
    """The age in two units at most: nobody reads seconds of a day."""
    seconds = max(0, int((vitals.at - at).total_seconds()))
    unit = 1 if seconds < 3_600 else 60 if seconds < 86_400 else 3_600
    return duration_text(timedelta(seconds=seconds // unit * unit))
