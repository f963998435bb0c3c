"""What happens when a moment comes that a ticket was waiting for: what its clocks change, and whom they tell.

However many moments have passed since anybody looked, each is written into the journal, its effects come about, and
each person gets one mail: that of the highest level.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rules import notify
from rules.clocks import Due, deadline, due, settled, spoken
from rules.effects import Draft, apply
from rules.model import Change, Decision, Notice, Outcome, Remark, Ticket
from rules.notices import KINDS
from rules.practice import Practice
from rules.roles import Reader, readers
from rules.vocabulary import in_language


def time_came(ticket: Ticket, practice: Practice) -> Decision:
    """The decision about a ticket whose moment has come."""
    ticket = settled(ticket, practice, practice.now)
    dues = due(ticket, practice)
    draft = Draft(spoken(ticket, dues, practice))
    for each in dues:
        for moment in each.passed:
            draft.entries.append(Remark("clock-due", f"{each.name} {moment.level} {moment.at.isoformat()}"))
            apply(draft, moment.effect, each.name, practice)
    told = _one_each([*_said(draft, dues, practice), *_handed_over(draft, practice)])
    return Decision(draft.ticket, Outcome.APPENDED, "time-came", tuple(draft.entries), told)


def _said(draft: Draft, dues: Sequence[Due], practice: Practice) -> Iterator[Notice]:
    """What the clocks make the desk say, what matters most first: what ends something, then the highest level."""
    for each in sorted(dues, key=lambda each: (each.passed[-1].effect.status is None, -each.level)):
        for act in each.passed[-1].notices:
            told, unfilled = readers(act.to, draft.ticket, practice)
            draft.entries += [Remark("nobody-holds", f"{role}: the lead is told") for role in unfilled]
            for reader in told:
                yield _notice(act.notice, draft.ticket, each, reader, practice)


def _notice(kind: str, ticket: Ticket, due: Due, reader: Reader, practice: Practice) -> Notice:
    known = _facts(ticket, due, reader.language, practice)
    facts = {name: known[name] for name in KINDS[kind].facts}
    return notify.notice(kind, ticket, reader, due.slot, facts, practice)


def _facts(ticket: Ticket, due: Due, language: str, practice: Practice) -> Mapping[str, object]:
    """Everything that a clock can tell (`FACTS_OF_CLOCKS`), in a language where it is words."""
    engineer = practice.people.engineer(ticket.assignee) if ticket.assignee else None
    note = due.passed[-1].effect.note
    return {
        "subject": ticket.subject,
        "requester": ticket.requester,
        "assignee_name": engineer.name if engineer else None,
        "promise": in_language(due.clock.title, language),
        "due_at": _due_at(ticket, due, practice),
        "level": due.level,
        "next_update_by": deadline(ticket, practice, due.name),
        "promised_at": ticket.promised_at,
        "promised_why": ticket.promised_why,
        "note": in_language(note, language) if note is not None else None,
    }


def _due_at(ticket: Ticket, due: Due, practice: Practice) -> object:
    """When the promise itself is or was due, whichever of its levels speaks."""
    state = next(state for state in ticket.clocks if state.name == due.name)
    return deadline(ticket, practice, due.name) if due.level < 0 else state.breached_at or due.at


def _handed_over(draft: Draft, practice: Practice) -> Iterator[Notice]:
    """To whoever has the ticket now, if a clock gave it to them."""
    for entry in draft.entries:
        if isinstance(entry, Change) and entry.field == "assignee":
            slot = f"{entry.because}.{practice.now:%Y%m%dT%H%M%S}"
            facts = {"subject": draft.ticket.subject, "requester": draft.ticket.requester}
            reader = Reader(entry.new, practice.language_of(entry.new))
            yield notify.notice("assigned", draft.ticket, reader, slot, facts, practice)


def _one_each(notices: Sequence[Notice]) -> tuple[Notice, ...]:
    first: dict[str, Notice] = {}
    for notice in notices:
        first.setdefault(notice.recipient.casefold(), notice)
    return tuple(first.values())
