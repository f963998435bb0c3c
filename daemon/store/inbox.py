"""The inbox: every mail that IMAP showed us, from its arrival to what became of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import accumulate

from sqlalchemy import Connection, Row, bindparam, func, or_, select, update

from daemon.ports import Fetched
from daemon.store import blobs
from daemon.store.database import insert_new
from daemon.store.schema import inbox
from parsers.references import message_id_of

ERROR_CHARS = 8_000


class InboxState(StrEnum):
    """The life of an inbox row: every row ends in one of the last three."""

    NEW = "new"
    DONE = "done"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A mail that waits for triage. `attempts` already counts the attempt being made."""

    id: int
    mailbox: str
    raw_sha256: str
    size: int
    whole: bool
    silent: bool
    arrived_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where UIDs mean something (RFC 9051 section 2.3.1.1): a folder of a mailbox, as long as its UIDVALIDITY lasts."""

    mailbox: str
    folder: str
    uidvalidity: int


def known_uids(c: Connection, place: Place, lowest: int) -> dict[int, bool]:
    """UIDs of this place in the ledger, from `lowest` on, and whether each came in silently."""
    here = (inbox.c.mailbox == place.mailbox) & (inbox.c.folder == place.folder)
    found = c.execute(
        select(inbox.c.uid, inbox.c.silent).where(here, inbox.c.uidvalidity == place.uidvalidity, inbox.c.uid >= lowest)
    )
    return {row.uid: row.silent for row in found}


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail as it is entered: what the server gave, its full size, and whether it is older than the desk."""

    mail: Fetched
    size: int
    silent: bool


def next_uid(c: Connection, mailbox: str) -> int:
    """A UID for a mail that no server numbered."""
    return (c.scalar(select(func.max(inbox.c.uid)).where(inbox.c.mailbox == mailbox)) or 0) + 1


def keep(c: Connection, place: Place, arrival: Arrival, now: datetime) -> bool:
    """Enter a mail and its bytes; False, and nothing entered, if its location is already in the ledger."""
    mail = arrival.mail
    values = {
        "mailbox": place.mailbox,
        "folder": place.folder,
        "uidvalidity": place.uidvalidity,
        "uid": mail.uid,
        "raw_sha256": blobs.put(c, mail.raw),
        "size": arrival.size,
        "whole": mail.whole,
        "silent": arrival.silent,
        "arrived_at": min(mail.arrived_at, now),
        "received_at": now,
        "message_id": message_id_of(mail.raw),
        "state": InboxState.NEW,
        "attempts": 0,
        "next_at": now,
    }
    return c.scalar(insert_new(c, inbox, inbox.c.id), values) is not None


def claim(c: Connection, now: datetime, most: int, octets: int, lease: timedelta) -> Sequence[InboxRow]:
    """Take the next mails in the order of their arrival and count the attempt: so many, and so many bytes, at most.

    A mail that was tried before comes alone, so that one whose content kills its reader takes nobody with it; so does
    one that is larger than `octets`.
    """
    free = or_(inbox.c.lease_until.is_(None), inbox.c.lease_until <= now)
    # Only a mail that failed has to wait: a fresh one must not, should the wall clock have been set back since it came.
    due = (inbox.c.state == InboxState.NEW) & or_(inbox.c.attempts == 0, inbox.c.next_at <= now) & free
    found = c.execute(select(inbox).where(due).order_by(inbox.c.id).limit(most).with_for_update(skip_locked=True)).all()
    fresh = [row for row in found if row.attempts == 0]
    sizes = accumulate(row.size for row in fresh)
    fitting = [row for row, upto in zip(fresh, sizes, strict=True) if upto <= octets]
    taken = found[:1] if found and found[0].attempts else fitting or fresh[:1]
    if taken:
        claimed = update(inbox).where(inbox.c.id.in_([row.id for row in taken]))
        c.execute(claimed.values(attempts=inbox.c.attempts + 1, lease_until=now + lease))
    return [_row(row) for row in taken]


def quarantine_spent(c: Connection, now: datetime, most_attempts: int) -> Sequence[int]:
    """Set aside mails whose last allowed attempt ended with the death of whoever made it; the numbers of their rows.

    Nobody lived to note a failure, so only the count, which is committed before an attempt, knows of them.
    """
    free = or_(inbox.c.lease_until.is_(None), inbox.c.lease_until <= now)
    spent = (inbox.c.state == InboxState.NEW) & (inbox.c.attempts >= most_attempts) & free
    error = func.coalesce(inbox.c.error, "whoever read this mail died, every time")
    values = {"state": InboxState.QUARANTINED, "error": error, "lease_until": None}
    return c.scalars(update(inbox).where(spent).values(values).returning(inbox.c.id)).all()


def release(c: Connection, ids: Collection[int] | None = None) -> None:
    """End leases without an outcome: those of `ids`, or all when their holder is known to be dead."""
    whose = inbox.c.lease_until.is_not(None) if ids is None else inbox.c.id.in_(ids)
    c.execute(update(inbox).where(whose, inbox.c.state == InboxState.NEW).values(lease_until=None))


def unclaim(c: Connection, ids: Collection[int]) -> None:
    """Give back mails whose attempt ended through no fault of theirs: it does not count.

    One that failed on its own before that, and was put back, has lost its lease and keeps its count.
    """
    mine = inbox.c.id.in_(ids) & (inbox.c.state == InboxState.NEW) & inbox.c.lease_until.is_not(None)
    c.execute(update(inbox).where(mine).values(attempts=inbox.c.attempts - 1, lease_until=None))


@dataclass(frozen=True, slots=True)
class Owner:
    """The row that already became an event, and its ticket."""

    id: int
    ticket_number: str | None
    arrived_at: datetime


# Statements of the road that every mail takes are built once: building them anew costs more than running them.
_OWNER = select(inbox.c.id, inbox.c.ticket_number, inbox.c.arrived_at).where(
    inbox.c.mailbox == bindparam("of_mailbox"), inbox.c.fingerprint == bindparam("of_fingerprint")
)
_SEEN = (
    select(inbox.c.id)
    .where(inbox.c.message_id == bindparam("of_message_id"), inbox.c.state == InboxState.DONE.value)
    .limit(1)
)
_MINE = (
    (inbox.c.id == bindparam("of_id"))
    & (inbox.c.state == InboxState.NEW.value)
    & (inbox.c.attempts == bindparam("of_attempts"))
)
_FINISH = update(inbox).where(_MINE)


def owner_of(c: Connection, mailbox: str, fingerprint: str) -> Owner | None:
    """The row of this mailbox with this content, if one was settled."""
    row = c.execute(_OWNER, {"of_mailbox": mailbox, "of_fingerprint": fingerprint}).one_or_none()
    return None if row is None else Owner(row.id, row.ticket_number, row.arrived_at)


def seen_message_id(c: Connection, message_id: str) -> bool:
    """Whether a mail with this Message-ID was settled before."""
    return c.scalar(_SEEN, {"of_message_id": message_id}) is not None


def known_message_ids(c: Connection, ids: Collection[str]) -> set[str]:
    """Those of these identifiers that a mail in the ledger has."""
    return set(c.scalars(select(inbox.c.message_id).where(inbox.c.message_id.in_(ids))))


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of a mail, as its row tells it: `rules` are those that held, under the policy with this digest.

    `policy` is None for a mail that was not put before `decide`.
    """

    fingerprint: str
    message_id: str | None
    outcome: str
    because: str
    ticket_number: str | None
    policy: str | None
    rules: tuple[str, ...]


class LostLease(Exception):
    """Somebody else settled this row meanwhile; what was decided about it must not be kept."""


@dataclass(frozen=True, slots=True)
class Fate:
    """Where a mail stands: its state, what it became, why, and its ticket."""

    state: InboxState
    outcome: str | None
    because: str | None
    ticket_number: str | None


def fate(c: Connection, mailbox: str, uid: int) -> Fate | None:
    """What became of the mail that came by this door under this UID."""
    told = select(inbox.c.state, inbox.c.outcome, inbox.c.because, inbox.c.ticket_number)
    row = c.execute(told.where(inbox.c.mailbox == mailbox, inbox.c.uid == uid)).one_or_none()
    return None if row is None else Fate(InboxState(row.state), row.outcome, row.because, row.ticket_number)


def settle(c: Connection, row: InboxRow, settlement: Settlement) -> None:
    """Mark the mail as done."""
    _finish(c, row, state=InboxState.DONE, **asdict(settlement))


def settle_duplicate(c: Connection, row: InboxRow, original: int, ticket_number: str | None) -> None:
    """Record that this mail had come before."""
    _finish(c, row, state=InboxState.DUPLICATE, duplicate_of=original, ticket_number=ticket_number)


def fail(c: Connection, row: InboxRow, error: str, retry_at: datetime) -> None:
    """Put the mail back with what went wrong."""
    values = {"error": error[-ERROR_CHARS:], "next_at": retry_at, "lease_until": None}
    c.execute(update(inbox).where(inbox.c.id == row.id, inbox.c.state == InboxState.NEW).values(values))


def quarantine(c: Connection, row: InboxRow, error: str) -> None:
    """Set the mail aside for a person, with its bytes and the last traceback."""
    _finish(c, row, state=InboxState.QUARANTINED, error=error[-ERROR_CHARS:])


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A mail in quarantine, with the report of its last attempt."""

    id: int
    mailbox: str
    arrived_at: datetime
    size: int
    raw_sha256: str
    error: str | None


def quarantined(c: Connection) -> Sequence[Quarantined]:
    """All mails in quarantine, oldest first."""
    told = select(inbox.c.id, inbox.c.mailbox, inbox.c.arrived_at, inbox.c.size, inbox.c.raw_sha256, inbox.c.error)
    rows = c.execute(told.where(inbox.c.state == InboxState.QUARANTINED).order_by(inbox.c.id))
    return [Quarantined(*row) for row in rows]


def requeue(c: Connection, number: int, now: datetime) -> None:
    """Let a quarantined mail begin anew."""
    values = {"state": InboxState.NEW, "attempts": 0, "next_at": now, "lease_until": None}
    c.execute(update(inbox).where(inbox.c.id == number, inbox.c.state == InboxState.QUARANTINED).values(values))


def discard(c: Connection, number: int, reason: str) -> None:
    """Settle a quarantined mail by hand; its bytes stay."""
    values = {"state": InboxState.DONE, "outcome": "set-aside", "because": f"discarded: {reason}"}
    c.execute(update(inbox).where(inbox.c.id == number, inbox.c.state == InboxState.QUARANTINED).values(values))


def _finish(c: Connection, row: InboxRow, **values: object) -> None:
    whose = {"of_id": row.id, "of_attempts": row.attempts}
    if c.execute(_FINISH, {**values, **whose, "lease_until": None}).rowcount != 1:
        raise LostLease(f"inbox row {row.id}")


def _row(row: Row[tuple[object, ...]]) -> InboxRow:
    return InboxRow(
        id=row.id,
        mailbox=row.mailbox,
        raw_sha256=row.raw_sha256,
        size=row.size,
        whole=row.whole,
        silent=row.silent,
        arrived_at=row.arrived_at,
        attempts=row.attempts + 1,
    )


def listing(c: Connection, most: int) -> Sequence[Row[tuple[object, ...]]]:
    """The latest mails and what became of them, newest first."""
    shown = [column for column in inbox.c if column.name != "error"]
    return c.execute(select(*shown).order_by(inbox.c.id.desc()).limit(most)).all()
