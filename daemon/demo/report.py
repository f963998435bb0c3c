"""What became of everything, read from the desk's own store when the play is over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from daemon.store import blobs, inbox, outbox, tickets
from daemon.store.database import Connection, Store
from daemon.store.inbox import InboxState
from daemon.store.outbox import OutboxState
from parsers.mail import Mail
from parsers.reading import read
from rules.model import Outcome, Remark, Status, Ticket

_MOST = 10_000


@dataclass(frozen=True, slots=True)
class TicketLine:
    """A ticket as it stands, and the reasons that its journal gives for what it was taken to be."""

    ticket: Ticket
    next_due_at: datetime | None
    reasons: Sequence[str]


@dataclass(frozen=True, slots=True)
class MailOut:
    """A mail that the desk decided to send, and how far it got."""

    at: datetime
    to: str
    kind: str
    ticket: str
    state: str
    attempts: int
    mail: Mail
    raw: bytes
    message_id: str


@dataclass(frozen=True, slots=True)
class MailIn:
    """A mail that came, and what was decided.

    `why_silent` says why nothing went back to whoever sent it, `remark` what else is out of the ordinary about it.
    """

    at: datetime
    ticket: str | None
    outcome: str
    because: str
    why_silent: str | None
    remark: str | None
    mail: Mail
    raw: bytes

    @property
    def sender(self) -> str:
        """Whom it claims to be from."""
        return self.mail.sender.address if self.mail.sender else self.mail.sender_shown


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that can be told about a finished play; tickets and mails oldest first."""

    tickets: Sequence[TicketLine]
    outgoing: Sequence[MailOut]
    incoming: Sequence[MailIn]

    @property
    def sent(self) -> Sequence[MailOut]:
        """The mails that left."""
        return [mail for mail in self.outgoing if mail.state == OutboxState.SENT]


def report(store: Store) -> Report:
    """Read it all."""
    with store.read() as c:
        found = list(tickets.listing(c, tuple(Status), _MOST))[::-1]
        journals = {ticket.number: [each for _, each in tickets.read_journal(c, ticket.number)] for ticket, _ in found}
        lines = [TicketLine(ticket, due_at, _reasons(journals[ticket.number])) for ticket, due_at in found]
        outgoing = sorted(_outgoing(c, journals), key=lambda mail: mail.at)
        return Report(lines, outgoing, list(_incoming(c, journals)))


def unfinished(store: Store, came: int) -> str | None:
    """What the desk still has to do about `came` mails, or None when it is done with all of them."""
    with store.read() as c:
        rows = inbox.listing(c, _MOST)
        waiting = came - sum(row.state != InboxState.NEW for row in rows)
        numbers = [ticket.number for ticket, _ in tickets.listing(c, tuple(Status), _MOST)]
        states = [row.state for number in numbers for row in outbox.of_ticket(c, number)]
    unsent = sum(state not in _FINAL for state in states)
    return f"{waiting} mails not decided about, {unsent} mails not sent" if waiting or unsent else None


_FINAL = frozenset({OutboxState.SENT, OutboxState.FAILED, OutboxState.CANCELLED, OutboxState.WITHHELD})


def _outgoing(c: Connection, numbers: Mapping[str, object]) -> Iterator[MailOut]:
    for number in numbers:
        for row in map(_columns, outbox.of_ticket(c, number)):
            raw = blobs.get(c, row["raw_sha256"])
            yield MailOut(
                at=row["sent_at"] or row["created_at"],
                to=row["recipient"],
                kind=row["kind"],
                ticket=number,
                state=row["state"],
                attempts=row["attempts"],
                mail=read(raw).mail,
                raw=raw,
                message_id=row["message_id"],
            )


def _incoming(c: Connection, journals: Mapping[str, Sequence[object]]) -> Iterator[MailIn]:
    for row in map(_columns, reversed(inbox.listing(c, _MOST))):
        raw = blobs.get(c, row["raw_sha256"])
        mail = read(raw).mail
        journal = journals.get(row["ticket_number"], ()) if row["outcome"] == Outcome.OPENED else ()
        yield MailIn(
            at=row["arrived_at"],
            ticket=row["ticket_number"],
            outcome=row["outcome"] or row["state"],
            because=row["because"] or "",
            why_silent=_why_silent(row, mail, journal),
            remark=_remark(row, mail, journal),
            mail=mail,
            raw=raw,
        )


def _why_silent(row: Mapping[str, Any], mail: Mail, journal: Sequence[object]) -> str | None:
    if row["silent"]:
        return "it lay there before the desk first looked; what would have left is withheld"
    if row["state"] == InboxState.DUPLICATE:
        return f"the same mail came before, for {row['ticket_number']}"
    if row["state"] == InboxState.QUARANTINED:
        return "it could not be read and lies in quarantine"
    if row["outcome"] == Outcome.SET_ASIDE:
        return str(row["because"])
    if row["outcome"] == Outcome.OPENED:
        return _detail("not acknowledged", journal)
    if mail.automatic is not None:
        return f"{mail.automatic.origin.value} ({mail.automatic.marker}), noted in {row['ticket_number']}"
    return None


def _remark(row: Mapping[str, Any], mail: Mail, journal: Sequence[object]) -> str | None:
    claimed = _detail("claims", journal)
    if claimed:
        return f"names {claimed} without taking part in it: a ticket of its own, and not a word of the other"
    if row["because"] in _DISBELIEVED:
        return f"{row['because']}: nothing was carried out or passed on"
    return f"broken, and read all the same: {', '.join(mail.defects)}" if mail.defects else None


_DISBELIEVED = frozenset({"engineer not verified", "order refused"})


def _detail(what: str, journal: Sequence[object]) -> str | None:
    return next((each.detail for each in journal if isinstance(each, Remark) and each.what == what), None)


def _reasons(entries: Sequence[object]) -> Sequence[str]:
    return tuple(each.detail for each in entries if isinstance(each, Remark) and each.what == "reason")


def _columns(row: Any) -> Mapping[str, Any]:  # A row of the database library has no type that could be named here.
    mapping: Mapping[str, Any] = row._mapping
    return mapping


def save(told: Report, sent: Path, received: Path) -> None:
    """Write each mail as `.eml`: those that left as `NN-kind-to.eml`, those that came as `NN-from.eml`."""
    width = _width(told)
    for number, mail in enumerate(told.sent, 1):
        (sent / f"{number:0{width}}-{mail.kind}-{mail.to}.eml").write_bytes(mail.raw)
    for name, came in _received(told):
        (received / name).write_bytes(came.raw)


def opened_by(told: Report, ticket: str) -> str:
    """The file name of the mail that opened a ticket."""
    return next(name for name, came in _received(told) if (came.ticket, came.outcome) == (ticket, Outcome.OPENED))


def _received(told: Report) -> Iterator[tuple[str, MailIn]]:
    for number, came in enumerate(told.incoming, 1):
        yield f"{number:0{_width(told)}}-{_file_name(came.sender)}.eml", came


def _width(told: Report) -> int:
    return len(str(max(len(told.sent), len(told.incoming))))


def _file_name(text: str) -> str:
    kept = "".join(each if each.isalnum() or each in "@.-" else "-" for each in text)
    return kept[:60].strip("-") or "nobody"
