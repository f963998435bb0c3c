"""What a clock can tell: the facts of its notices, for customers and for the desk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from rules.clocks import Due, courses, deadline
from rules.model import Audience, Happening, Status, Ticket
from rules.notices import KINDS
from rules.orders import causing, spelled
from rules.practice import Practice
from rules.promises import Clock
from rules.timetable import DUE, Course, updates
from rules.vocabulary import in_language

DELAY = "eta_overrun"
"""The notice which tells the customer that a promised time will not be kept."""


def told(kind: str, ticket: Ticket, due: Due, language: str, practice: Practice) -> Mapping[str, object]:
    """The facts of a notice of this kind, in a language where they are words."""
    facts = _customers if KINDS[kind].audience is Audience.CUSTOMER else _desk
    known = facts(ticket, due, language, practice)
    return {name: known[name] for name in KINDS[kind].facts}


def _customers(ticket: Ticket, due: Due, language: str, practice: Practice) -> Mapping[str, object]:
    """All that a clock can tell customers: nothing that stood in a mail of theirs, whose sender may be forged."""
    policy = practice.policy
    note = due.passed[-1].effect.note
    return {
        "assignee_name": _assignee(ticket, practice),
        "next_update_by": _soonest(ticket, practice, [each for each in policy.clocks if updates(each)]),
        "expected_by": _expected_by(ticket, practice),
        "promised_at": ticket.promised_at,
        "promised_why": ticket.promised_why,
        "solved": ticket.status is Status.RESOLVED or due.clock.start is Happening.RESOLVED,
        "closes_at": _soonest(ticket, practice, [each for each in policy.clocks if _closes(each)]),
        "note": in_language(note, language) if note is not None else "",
        "ratings": [in_language(each.name, language) for each in sorted(policy.ratings, key=lambda each: -each.score)],
    }


def _desk(ticket: Ticket, due: Due, language: str, practice: Practice) -> Mapping[str, object]:
    """All that a clock can tell the desk: what was promised, until when, and what keeps it."""
    title = in_language(due.clock.title, language)
    keeping = {*due.clock.met_by, *due.clock.reset_by}
    if not ticket.participants and Happening.PUBLIC_REPLY in keeping:
        keeping = keeping - {Happening.PUBLIC_REPLY} | {Happening.NOTED}
    return {
        "subject": ticket.subject,
        "requester": ticket.requester,
        "assignee_name": _assignee(ticket, practice),
        "promise": title,
        "cause": title,
        "due_at": _due_at(ticket, due, practice),
        "level": max(due.level, DUE),
        "orders": spelled(causing(keeping), language),
        "by_reply": Happening.PUBLIC_REPLY in keeping,
        "promised_at": ticket.promised_at,
        "promised_why": ticket.promised_why,
        "author_name": "",
        "text": "",
    }


def _expected_by(ticket: Ticket, practice: Practice) -> datetime | None:
    """The promised time, while it is ahead and the customer has not been told that it will not be kept (A39)."""
    if ticket.promised_at is None or ticket.promised_at <= practice.now:
        return None
    return None if any(map(_told_of_delay, courses(ticket, practice))) else ticket.promised_at


def _told_of_delay(running: Course) -> bool:
    clock = running.clock
    declared = [*clock.on_warning, *(act for level in clock.levels for act in level.notices)]
    ahead = [act for moment in running.ahead() for act in moment.notices]
    told = running.state.level is not None and not any(act.notice == DELAY for act in ahead)
    return told and any(act.notice == DELAY for act in declared)


def _assignee(ticket: Ticket, practice: Practice) -> str:
    engineer = practice.people.engineer(ticket.assignee) if ticket.assignee else None
    return engineer.name if engineer is not None else ""


def _due_at(ticket: Ticket, due: Due, practice: Practice) -> datetime | None:
    """When the promise itself is or was due, whichever of its levels speaks."""
    state = next(state for state in ticket.clocks if state.name == due.name)
    return deadline(ticket, practice, due.name) if due.level < DUE else state.breached_at or due.at


def _closes(clock: Clock) -> bool:
    return clock.at_due.status is Status.CLOSED


def _soonest(ticket: Ticket, practice: Practice, clocks: list[Clock]) -> datetime | None:
    """When the first of these clocks is due; None if none of them runs."""
    moments = (deadline(ticket, practice, clock.name) for clock in clocks)
    return min((moment for moment in moments if moment is not None), default=None)
