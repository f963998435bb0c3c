"""The second stage: read each new mail, find its ticket, ask `decide`, and record the answer.

The attempt is counted and committed before a mail's content is touched, so that one which kills its reader, or us, is
known when we come back; after the allowed number of attempts it goes to quarantine and the others go on.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import islice
from typing import Protocol

from daemon.desk import Desk
from daemon.failpoint import failpoint
from daemon.gather import event_of, recognised, series_of
from daemon.log import Action, log
from daemon.ports import Clock
from daemon.record import record
from daemon.store import blobs, inbox, tickets
from daemon.store.database import Connection, Store, StoreUnavailable
from daemon.store.inbox import InboxRow, Settlement
from daemon.store.outbox import OutboxState
from daemon.store.tickets import Origin
from daemon.watching.heartbeat import come_back
from daemon.workers import NoReaders, NotRead
from parsers.mail import Mail, Parsed
from rules.calendar import local_date
from rules.decide import decide
from rules.model import Decision, MailArrived, Outcome

SLACK = timedelta(minutes=1)
"""How long a claim outlives the reading of its mails, for the database to be slow in."""

SETTLED_TOGETHER = 10
"""Mails settled by one commit, while the next ones are still being read."""


class Reader(Protocol):
    """Where mails are read: worker processes in the daemon."""

    def read(self, raws: Sequence[bytes]) -> Iterable[Parsed | NotRead]:
        """Every mail, or why it could not be read, in the order given, as soon as it is known. Raises `NoReaders`."""


def triage(store: Store, reader: Reader, desk: Desk, clock: Clock) -> int:
    """Take one batch; the number of mails in it."""
    settings = desk.settings.triage
    with store.write() as c:
        spent = inbox.quarantine_spent(c, clock.now(), settings.attempts)
        rows = inbox.claim(c, clock.now(), settings.batch, settings.batch_bytes, 2 * settings.deadline + SLACK)
    for row_id in spent:
        log(Action.MAIL_QUARANTINED, inbox=row_id, attempts=settings.attempts)
    if not rows:
        return 0
    try:
        _settle_all(store, reader, rows, desk, clock)
    except (*StoreUnavailable, NoReaders):
        with store.write() as c:
            inbox.unclaim(c, [row.id for row in rows])
        raise
    except BaseException:
        with store.write() as c:
            inbox.release(c, [row.id for row in rows])
        raise
    return len(rows)


def _settle_all(store: Store, reader: Reader, rows: Sequence[InboxRow], desk: Desk, clock: Clock) -> None:
    with store.read() as c:
        contents = blobs.get_all(c, [row.raw_sha256 for row in rows])
    raws = [contents[row.raw_sha256] for row in rows]
    for raw in raws:
        failpoint("pr.1", raw)
    answers = iter(reader.read(raws))
    for start in range(0, len(rows), SETTLED_TOGETHER):
        # The answers are waited for before the transaction begins: a slow mail holds up no other writer.
        group = rows[start : start + SETTLED_TOGETHER]
        _settle_group(store, group, list(islice(answers, len(group))), desk, clock)


def _settle_group(
    store: Store, rows: Sequence[InboxRow], answers: Sequence[Parsed | NotRead], desk: Desk, clock: Clock
) -> None:
    with store.write() as c:
        for row, answer in zip(rows, answers, strict=True):
            _settle_alone(c, row, answer, desk, clock)
        failpoint("pr.2")
    failpoint("pr.3")


def _settle_alone(c: Connection, row: InboxRow, answer: Parsed | NotRead, desk: Desk, clock: Clock) -> None:
    """Settle one mail of the batch in its savepoint: whatever goes wrong with it is undone and noted on it alone."""
    if isinstance(answer, NotRead):
        _failed(c, row, answer.why, "NotRead", desk, clock)
        return
    try:
        with c.begin_nested():
            _settle(c, row, answer, desk, clock)
    except StoreUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 - Mail content must never stop the desk; the fault is kept with the mail.
        _failed(c, row, traceback.format_exc(), type(error).__name__, desk, clock)


def _failed(c: Connection, row: InboxRow, why: str, name: str, desk: Desk, clock: Clock) -> None:
    if row.attempts >= desk.settings.triage.attempts:
        inbox.quarantine(c, row, why)
        log(Action.MAIL_QUARANTINED, inbox=row.id, attempts=row.attempts, error=name)
    else:
        inbox.fail(c, row, why, clock.now() + desk.settings.triage.retry_after)
        log(Action.MAIL_FAILED, inbox=row.id, attempts=row.attempts, error=name)


def _settle(c: Connection, row: InboxRow, parsed: Parsed, desk: Desk, clock: Clock) -> None:
    mail = recognised(parsed.mail, desk)
    owner = inbox.owner_of(c, row.mailbox, mail.fingerprint)
    if owner is not None:
        inbox.settle_duplicate(c, row, owner.id, owner.ticket_number)
        log(Action.MAIL_DUPLICATE, inbox=row.id, ticket=owner.ticket_number)
        return
    event = event_of(c, row, mail, desk, clock.now())
    aside = _skipped(row, desk) or come_back(c, mail, desk, clock.now())
    decision = aside or decide(event, desk.practice(clock.now()))
    blobs.put_all(c, parsed.contents.values())
    if decision.outcome is Outcome.OPENED:
        _use_number(c, event, desk)
    origin = Origin(clock.now(), desk.policy.digest, row.id, event.match, event.trust.name.lower())
    record(c, decision, desk, origin, OutboxState.WITHHELD if row.silent else OutboxState.READY)
    inbox.settle(c, row, _settlement(mail, decision, desk.policy.digest if aside is None else None))
    log(Action.MAIL_SETTLED, inbox=row.id, ticket=_number(decision), outcome=decision.outcome.value)


def _skipped(row: InboxRow, desk: Desk) -> Decision | None:
    """Mail from before the desk is set aside unread where the mailbox is set to skip it."""
    manner = next((each.first_contact for each in desk.settings.mailboxes if each.name == row.mailbox), None)
    if not row.silent or manner != "skip":
        return None
    return Decision(None, Outcome.SET_ASIDE, "older than our first contact with this mailbox")


def _use_number(c: Connection, event: MailArrived, desk: Desk) -> None:
    day = local_date(event.arrived_at, desk.settings.desk.timezone)
    tickets.use_serial(c, series_of(event, desk.policy).prefix, day)


def _settlement(mail: Mail, decision: Decision, policy: str | None) -> Settlement:
    return Settlement(
        fingerprint=mail.fingerprint,
        message_id=mail.message_id,
        outcome=decision.outcome.value,
        because=decision.because,
        ticket_number=_number(decision),
        policy=policy,
        rules=decision.found.fired if decision.found is not None else (),
    )


def _number(decision: Decision) -> str | None:
    return decision.ticket.number if decision.ticket else None
