"""The mails in the store as they came, for whoever asks what would become of them under other rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from daemon.desk import Desk
from daemon.gather import recognised
from daemon.rereading import reread
from daemon.store import blobs, tickets
from daemon.store.database import Connection, Store
from daemon.store.decided import Decided, decided_since, origin_of
from daemon.workers import NotRead, Workers
from parsers.mail import Mail
from rules.backtest import Case
from rules.model import MailArrived, Match, Outcome, Trust


@dataclass(frozen=True, slots=True)
class Replayed:
    """A mail that was decided about; `case` is None where it cannot be read any more."""

    row: Decided
    case: Case | None


def replayed(store: Store, workers: Workers, desk: Desk, since: datetime) -> Iterator[Replayed]:
    """The mails taken in after `since`, oldest first; one batch of them is held at a time."""
    for each in reread(workers, _raws(store, since), desk.settings.triage):
        if isinstance(each.found, NotRead):
            yield Replayed(each.of, None)
        else:
            with store.read() as c:
                yield Replayed(each.of, _case(c, each.of, recognised(each.found.mail, desk), desk))


def _raws(store: Store, since: datetime) -> Iterator[tuple[Decided, bytes]]:
    for row in decided_since(store, since):
        with store.read() as c:
            raw = blobs.get(c, row.raw_sha256)
        yield row, raw


def _case(c: Connection, row: Decided, mail: Mail, desk: Desk) -> Case:
    """The event that this mail was, with the ticket that it belonged to beside it."""
    opened = row.outcome == Outcome.OPENED
    match, trust = origin_of(c, row)
    event = MailArrived(
        mail=mail,
        mailbox=row.mailbox,
        arrived_at=row.arrived_at,
        next_number=row.ticket_number if opened and row.ticket_number else f"mail {row.id}",
        language=desk.language_for(mail),
        match=Match(match) if match else None,
        trust=Trust[trust.upper()] if trust else Trust.STRANGER,
        oversize=None if row.whole else row.size,
        before_us=row.silent,
    )
    if opened or row.ticket_number is None:
        return Case(event, opened=row.ticket_number)
    ticket = tickets.load(c, row.ticket_number)
    return Case(event, joined=ticket) if match is None else Case(event, thread=ticket)
