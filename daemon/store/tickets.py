"""Tickets, their journal, their numbers and the Message-IDs that lead to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from daemon.store import workload
from daemon.store.database import insert_new
from daemon.store.schedules import Schedule
from daemon.store.schema import counter, journal, message_id, ticket
from rules.facts import Fact
from rules.model import Change, ClockState, Entry, Happening, InternalNote, PublicMessage, Remark, Status, Ticket


class StaleTicket(Exception):
    """The ticket was changed by somebody else since it was read."""


# Statements of the road that every mail takes are built once: building them anew costs more than running them.
_LOAD = select(ticket).where(ticket.c.number == bindparam("of_number"))
_ENTER = insert(ticket)
_NOTE = insert(journal)


def load(c: Connection, number: str) -> Ticket | None:
    """The ticket with this number."""
    row = c.execute(_LOAD, {"of_number": number}).one_or_none()
    return None if row is None else _ticket(row)


def open_new(c: Connection, value: Ticket, schedule: Schedule) -> None:
    """Enter a new ticket."""
    c.execute(_ENTER, values_of(value) | _values(schedule))
    workload.given(c, value)


_READ_ONE = (ticket.c.number == bindparam("of_number")) & (ticket.c.revision == bindparam("of_revision"))
_HELD = select(ticket.c.assignee, ticket.c.status).where(_READ_ONE)
_CHANGE = update(ticket).where(_READ_ONE)


def change(c: Connection, value: Ticket, schedule: Schedule) -> None:
    """Write a ticket back; `StaleTicket` if its revision is no longer the one that was read."""
    which = {"of_number": value.number, "of_revision": value.revision}
    values = values_of(value) | _values(schedule) | {"revision": value.revision + 1}
    # Where an UPDATE names the key, SQLite walks through every table that points to it, whether the key changes or not.
    del values["number"]
    held = c.execute(_HELD, which).one_or_none()
    if held is None or c.execute(_CHANGE, values | which).rowcount != 1:
        raise StaleTicket(value.number)
    workload.changed(c, held.assignee if Status(held.status).is_open else None, value)


def due(c: Connection, now: datetime, most: int) -> Sequence[str]:
    """Numbers of tickets whose moment has come, longest overdue first."""
    come = select(ticket.c.number).where(ticket.c.next_due_at <= now)
    return c.scalars(come.order_by(ticket.c.next_due_at, ticket.c.number).limit(most)).all()


def coming(c: Connection, until: datetime, most: int) -> Sequence[Ticket]:
    """Tickets whose moment comes up to an instant, the soonest first."""
    soon = select(ticket).where(ticket.c.next_due_at <= until)
    return [_ticket(row) for row in c.execute(soon.order_by(ticket.c.next_due_at, ticket.c.number).limit(most))]


def next_moment(c: Connection) -> datetime | None:
    """When the next ticket comes due, or came due that still waits."""
    waiting = select(ticket.c.next_due_at).where(ticket.c.next_due_at.is_not(None))
    return c.scalars(waiting.order_by(ticket.c.next_due_at).limit(1)).one_or_none()


def listing(c: Connection, statuses: Sequence[str], most: int) -> Sequence[tuple[Ticket, datetime | None]]:
    """Tickets in these statuses with their next due moment, newest first."""
    chosen = select(ticket).where(ticket.c.status.in_(statuses))
    rows = c.execute(chosen.order_by(ticket.c.opened_at.desc(), ticket.c.number.desc()).limit(most)).all()
    return [(_ticket(row), row.next_due_at) for row in rows]


def opened_since(c: Connection, since: datetime, most: int) -> Sequence[Ticket]:
    """The latest tickets opened after `since`, so many at most."""
    recent = select(ticket).where(ticket.c.opened_at >= since).order_by(ticket.c.opened_at.desc()).limit(most)
    return [_ticket(row) for row in c.execute(recent)]


# Tickets of one matter ------------------------------------------------------------------------------------------------

_OPEN = tuple(status.value for status in Status if status.is_open)
_JOINED = (
    select(ticket)
    .where((ticket.c.correlation == bindparam("key")) & ticket.c.status.in_(_OPEN))
    .order_by(ticket.c.opened_at.desc())
    .limit(1)
)


def open_with_key(c: Connection, key: str) -> Ticket | None:
    """The latest open ticket that has this correlation key."""
    row = c.execute(_JOINED, {"key": key}).one_or_none()
    return None if row is None else _ticket(row)


def of_problem(c: Connection, problem: str, since: datetime, most: int) -> int:
    """How many tickets of this problem were opened from `since` on, counted to `most`."""
    like = (ticket.c.problem == problem) & (ticket.c.opened_at >= since)
    return len(c.scalars(select(ticket.c.number).where(like).limit(most)).all())


# Numbers -------------------------------------------------------------------------------------------------------------


_OF_DAY = (counter.c.series == bindparam("of_series")) & (counter.c.day == bindparam("of_day"))
_LAST = select(counter.c.last).where(_OF_DAY).with_for_update()
_SPEND = update(counter).where(_OF_DAY).values(last=counter.c.last + 1)


def next_serial(c: Connection, series: str, day: date) -> int:
    """The number after the last one used; holding its row keeps other writers from taking it too."""
    which = {"of_series": series, "of_day": day}
    last: int | None = c.scalar(_LAST, which)
    if last is None:
        c.execute(insert_new(c, counter), {"series": series, "day": day, "last": 0})
        last = c.execute(_LAST, which).scalar_one()
    return last + 1


def use_serial(c: Connection, series: str, day: date) -> None:
    """Spend the next number: it is never given again, whatever becomes of its ticket."""
    c.execute(_SPEND, {"of_series": series, "of_day": day})


# Message-IDs ---------------------------------------------------------------------------------------------------------


def learn_message_ids(c: Connection, number: str, ids: Iterable[str]) -> None:
    """Remember that mails with these identifiers belong to this ticket."""
    rows = [{"message_id": each, "ticket_number": number} for each in dict.fromkeys(ids)]
    if rows:
        c.execute(insert_new(c, message_id), rows)


_LEADING_TO = (
    select(message_id)
    .where(message_id.c.message_id.in_(bindparam("ids", expanding=True)))
    .order_by(message_id.c.ticket_number.desc())
)


def numbers_by_message_id(c: Connection, ids: Sequence[str]) -> Sequence[str]:
    """Numbers of tickets that one of these identifiers leads to, in the order of the identifiers, then newest first."""
    if not ids:
        return ()
    found = c.execute(_LEADING_TO, {"ids": list(ids)}).all()
    place = {each: position for position, each in reversed(list(enumerate(ids)))}
    return tuple(dict.fromkeys(row.ticket_number for row in sorted(found, key=lambda row: place[row.message_id])))


# The journal ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Queued:
    """A journal line of the shell's own: this notice was queued for this recipient."""

    notice: str
    recipient: str
    key: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where entries come from: the mail, how it found its ticket, how far it is believed, and the policy in force."""

    at: datetime
    policy: str
    inbox_id: int | None = None
    match: str | None = None
    trust: str | None = None


_KINDS: dict[str, type[PublicMessage | InternalNote | Change | Remark | Fact | Queued]] = {
    "public": PublicMessage,
    "internal": InternalNote,
    "change": Change,
    "remark": Remark,
    "fact": Fact,
    "queued": Queued,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def write_journal(c: Connection, number: str, entries: Sequence[Entry | Queued], origin: Origin) -> None:
    """Add entries to a ticket's journal, in their order."""
    if entries:
        about = {"ticket_number": number} | _values(origin)
        c.execute(_NOTE, [about | {"kind": _NAMES[type(entry)], "body": _values(entry)} for entry in entries])


def read_journal(c: Connection, number: str) -> Sequence[tuple[Origin, Entry | Queued]]:
    """The whole journal of a ticket, oldest first."""
    rows = c.execute(select(journal).where(journal.c.ticket_number == number).order_by(journal.c.id)).all()
    return [(Origin(row.at, row.policy, row.inbox_id, row.match, row.trust), _entry(row)) for row in rows]


def _entry(row: Row[tuple[object, ...]]) -> Entry | Queued:
    kind: Callable[..., Entry | Queued] = _KINDS[row.kind]
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in row.body.items()})


# Rows and values -----------------------------------------------------------------------------------------------------

_LISTS = ("participants", "tags", "references", "watchers", "skipped_clocks", "by_hand")
_PLAIN = tuple(each.name for each in fields(Ticket) if each.name not in {"status", "clocks", *_LISTS})


def _values(of: Entry | Queued | Origin | Schedule) -> dict[str, object]:
    """The fields by name. They hold plain values alone, so nothing below them need be copied."""
    return {name: getattr(of, name) for name in of.__dataclass_fields__}


def values_of(value: Ticket) -> dict[str, object]:
    """The columns of a ticket, except when it is next due."""
    plain: dict[str, object] = {name: getattr(value, name) for name in _PLAIN}
    lists = {name: list(getattr(value, name)) for name in _LISTS}
    return plain | lists | {"status": value.status.value, "clocks": [_clock_values(clock) for clock in value.clocks]}


def _ticket(row: Row[tuple[object, ...]]) -> Ticket:
    found = row._mapping
    values: dict[str, Any] = {name: found[name] for name in _PLAIN}
    values |= {name: tuple(found[name]) for name in _LISTS}
    return Ticket(**values, status=Status(row.status), clocks=tuple(_clock(each) for each in row.clocks))


def _clock_values(clock: ClockState) -> dict[str, object]:
    """A clock as JSON: instants as ISO 8601 writes them, lengths in seconds."""
    return {each.name: _json_value(getattr(clock, each.name)) for each in fields(ClockState)}


def _json_value(value: object) -> object:
    match value:
        case datetime():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case _:
            return value


def _clock(values: Mapping[str, Any]) -> ClockState:
    moments = {key: values[key] and datetime.fromisoformat(values[key]) for key in _CLOCK_MOMENTS}
    lengths = {key: timedelta(seconds=values[key]) for key in _CLOCK_LENGTHS}
    met_by = values["met_by"] and Happening(values["met_by"])
    return ClockState(**{**values, **moments, **lengths, "met_by": met_by})


_CLOCK_MOMENTS = ("since", "fired_until", "met_at", "breached_at", "counted_to")
_CLOCK_LENGTHS = ("consumed", "spoken_at")
