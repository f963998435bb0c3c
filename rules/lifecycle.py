"""Which happenings move a ticket to which status: a table, in which what is absent changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from rules.clocks import heard
from rules.model import Change, Entry, Happening, Remark, Status, Ticket
from rules.practice import Practice

TRANSITIONS: Mapping[tuple[Status, Happening], Status] = {
    (Status.NEW, Happening.PUBLIC_REPLY): Status.OPEN,
    (Status.NEW, Happening.PROMISED): Status.OPEN,
    (Status.NEW, Happening.ASKED): Status.WAITING,
    (Status.NEW, Happening.RESOLVED): Status.RESOLVED,
    (Status.NEW, Happening.CLOSED): Status.CLOSED,
    (Status.OPEN, Happening.PROMISED): Status.OPEN,
    (Status.OPEN, Happening.ASKED): Status.WAITING,
    (Status.OPEN, Happening.RESOLVED): Status.RESOLVED,
    (Status.OPEN, Happening.CLOSED): Status.CLOSED,
    (Status.WAITING, Happening.CUSTOMER_REPLY): Status.OPEN,
    (Status.WAITING, Happening.PROMISED): Status.WAITING,
    (Status.WAITING, Happening.ASKED): Status.WAITING,
    (Status.WAITING, Happening.RESOLVED): Status.RESOLVED,
    (Status.WAITING, Happening.REOPENED): Status.OPEN,
    (Status.WAITING, Happening.CLOSED): Status.CLOSED,
    (Status.RESOLVED, Happening.CUSTOMER_REPLY): Status.OPEN,
    (Status.RESOLVED, Happening.REOPENED): Status.OPEN,
    (Status.RESOLVED, Happening.CONFIRMED): Status.CLOSED,
    (Status.RESOLVED, Happening.CLOSED): Status.CLOSED,
    (Status.CLOSED, Happening.CUSTOMER_REPLY): Status.OPEN,
    (Status.CLOSED, Happening.REOPENED): Status.OPEN,
}
"""The status after a happening; a pair may lead to where it began, which says that it makes sense there."""


def moved(ticket: Ticket, happening: Happening, at: datetime) -> tuple[Ticket, tuple[Change, ...]]:
    """The ticket after a happening, and the journal's word of it if its status changed."""
    status = TRANSITIONS.get((ticket.status, happening), ticket.status)
    if status is ticket.status:
        return ticket, ()
    closed_at = at if status is Status.CLOSED else None
    change = Change("status", ticket.status.value, status.value, happening.value)
    return replace(ticket, status=status, closed_at=closed_at), (change,)


def happened(ticket: Ticket, what: Happening, practice: Practice, at: datetime) -> tuple[Ticket, tuple[Entry, ...]]:
    """The ticket after its status and its clocks took note of a happening, and the journal's word of it.

    Clocks that begin when a ticket is closed hear of that however it came to be closed: by confirmation too.
    """
    after, changes = moved(ticket, what, at)
    if what is Happening.REOPENED:
        after, taken_back = _taken_back(after, practice)
        changes += taken_back
    meant = (what, Happening.CLOSED) if changes and after.status is Status.CLOSED else (what,)
    for each in dict.fromkeys(meant):
        after = heard(after, practice, each, at)
    return after, (*changes, *(Remark("happened", each.value) for each in dict.fromkeys(meant)))


def _taken_back(ticket: Ticket, practice: Practice) -> tuple[Ticket, tuple[Change, ...]]:
    """The ticket without the tags of clocks that its return ends: what is worked on again is not archived (B50)."""
    running = {state.name for state in ticket.clocks}
    ended = (each for each in practice.policy.clocks if each.name in running and Happening.REOPENED in each.met_by)
    past = {tag for clock in ended for tag in clock.at_due.tags}
    tags = tuple(tag for tag in ticket.tags if tag not in past)
    if tags == ticket.tags:
        return ticket, ()
    change = Change("tags", ", ".join(ticket.tags), ", ".join(tags), Happening.REOPENED.value)
    return replace(ticket, tags=tags), (change,)


def fits(ticket: Ticket, happening: Happening) -> bool:
    """Whether this can happen where the ticket stands; what moves no ticket can happen anywhere."""
    return happening not in _MOVING or (ticket.status, happening) in TRANSITIONS


_MOVING = frozenset(happening for _, happening in TRANSITIONS)
