"""What a clock changes on its ticket when its moment has come: status, priority, tags, assignee, clocks, a note."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from rules.calendar import local_date
from rules.clocks import heard, settled, started
from rules.model import Change, Entry, Happening, InternalNote, Remark, Status, Ticket
from rules.people import Engineer
from rules.practice import Practice
from rules.promises import Effect
from rules.vocabulary import in_language

_MEANS: Mapping[Status, Happening] = {
    Status.OPEN: Happening.REOPENED,
    Status.RESOLVED: Happening.RESOLVED,
    Status.CLOSED: Happening.CLOSED,
}
"""What it means to the other clocks when a ticket is put into this status."""


@dataclass(slots=True)
class Draft:
    """A ticket in the making, and what its journal gains."""

    ticket: Ticket
    entries: list[Entry] = field(default_factory=list)

    def became(self, after: Ticket, name: str, because: str) -> None:
        """Let the ticket be this one, which differs in the field of this name, if at all, and say so."""
        old, new = _shown(getattr(self.ticket, name)), _shown(getattr(after, name))
        if old != new:
            self.ticket = after
            self.entries.append(Change(name, old, new, because))

    def happened(self, what: Happening, practice: Practice) -> None:
        """Let the clocks take note of what has been done just now."""
        self.ticket = heard(self.ticket, practice, what, practice.now)
        self.entries.append(Remark("happened", what.value))


def apply(draft: Draft, effect: Effect, clock: str, practice: Practice) -> None:
    """Carry out an effect of the clock of this name."""
    ticket, policy = draft.ticket, practice.policy
    if effect.note is not None:
        draft.entries.append(InternalNote(clock, in_language(effect.note, policy.languages[0])))
    if effect.raise_by:
        raised = policy.priority_raised(ticket.priority, effect.raise_by, ticket.category)
        draft.became(replace(ticket, priority=raised), "priority", clock)
    tags = tuple(dict.fromkeys((*ticket.tags, *effect.tags)))
    draft.became(replace(draft.ticket, tags=tags), "tags", clock)
    if effect.assign is not None:
        fitting = (each for each in practice.people.engineers if practice.people.fits(each, effect.assign))
        _assign(draft, fitting, effect.assign.words, clock, practice)
    if effect.assign_higher:
        _assign(draft, _above(draft.ticket, practice), "a higher grade", clock, practice)
    if effect.status is not None and effect.status is not ticket.status:
        _put(draft, effect.status, clock, practice)
    if effect.start:
        draft.ticket = started(draft.ticket, effect.start, practice, practice.now)
        draft.entries += [Remark("clock-started", name) for name in effect.start]


def _put(draft: Draft, status: Status, clock: str, practice: Practice) -> None:
    closed_at = practice.now if status is Status.CLOSED else None
    after = settled(replace(draft.ticket, status=status, closed_at=closed_at), practice, practice.now)
    draft.became(after, "status", clock)
    if status in _MEANS:
        draft.happened(_MEANS[status], practice)


def _assign(draft: Draft, fitting: Iterator[Engineer], asked: str, clock: str, practice: Practice) -> None:
    """Give the ticket to the first who fits and is there; to the lead, with a remark, when that is nobody."""
    taker = next((each for each in fitting if not _away(each, practice)), None)
    address = taker.address if taker is not None else practice.people.lead
    if taker is None:
        draft.entries.append(Remark("nobody-there", f"{asked}: the lead takes it"))
    if address != draft.ticket.assignee:
        draft.became(replace(draft.ticket, assignee=address), "assignee", clock)
        draft.happened(Happening.ASSIGNED, practice)


def _above(ticket: Ticket, practice: Practice) -> Iterator[Engineer]:
    """The engineers of a higher grade than the assignee, the nearest grade first; grades are declared from below."""
    grades = [grade.id for grade in practice.policy.grades]
    engineer = practice.people.engineer(ticket.assignee) if ticket.assignee else None
    own = grades.index(engineer.grade) if engineer is not None and engineer.grade in grades else -1
    return (each for grade in grades[own + 1 :] for each in practice.people.engineers if each.grade == grade)


def _away(engineer: Engineer, practice: Practice) -> bool:
    return engineer.absence(local_date(practice.now, practice.zone)) is not None


def _shown(value: object) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value or "")
