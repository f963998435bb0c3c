"""What happens when a moment comes that a ticket was waiting for: what its clocks change, and whom they tell.

However many moments have passed since anybody looked, each is written into the journal, its effects come about, and
each person gets one mail: what a promised time makes the desk say, else that of the highest level.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rules import notify
from rules.clocks import Due, due, settled, spoken
from rules.effects import Draft, apply
from rules.model import Change, Decision, Notice, Outcome, Remark, Ticket
from rules.notices import ABOUT_PROMISED_TIME
from rules.practice import Practice
from rules.promises import Act
from rules.roles import Reader, readers
from rules.told import told


def time_came(ticket: Ticket, practice: Practice) -> Decision:
    """The decision about a ticket whose moment has come."""
    ticket = settled(ticket, practice, practice.now)
    dues = due(ticket, practice)
    draft = Draft(spoken(ticket, dues, practice))
    for each in dues:
        for moment in each.passed:
            draft.entries.append(Remark("clock-due", f"{each.name} {moment.level} {moment.at.isoformat()}"))
            apply(draft, moment.effect, each.name, practice)
    notices = _one_each([*_said(draft, dues, practice), *_handed_over(draft, practice)])
    return Decision(draft.ticket, Outcome.APPENDED, "time-came", tuple(draft.entries), notices)


def _said(draft: Draft, dues: Sequence[Due], practice: Practice) -> Iterator[Notice]:
    """What the clocks make the desk say, what matters most first."""
    acts = [(each, act) for each in dues for act in each.passed[-1].notices]
    for each, act in sorted(acts, key=_weight):
        addressed, unfilled = readers(act.to, draft.ticket, practice)
        draft.entries += [Remark("nobody-holds", f"{role}: the lead is told") for role in unfilled]
        for reader in addressed:
            yield _notice(act.notice, draft.ticket, each, reader, practice)


def _weight(said: tuple[Due, Act]) -> tuple[bool, bool, int, bool]:
    """What ends something comes first, then what must be said before a promised time has passed and is said only once
    (A39), then the highest level, and of that what does not come again by itself."""
    each, act = said
    return each.passed[-1].effect.status is None, act.notice not in ABOUT_PROMISED_TIME, -each.level, each.clock.repeat


def _notice(kind: str, ticket: Ticket, due: Due, reader: Reader, practice: Practice) -> Notice:
    facts = told(kind, ticket, due, reader.language, practice)
    return notify.notice(kind, ticket, reader, due.slot, facts, practice)


def _handed_over(draft: Draft, practice: Practice) -> Iterator[Notice]:
    """To whoever has the ticket now, if a clock gave it to them."""
    for entry in draft.entries:
        if isinstance(entry, Change) and entry.field == "assignee":
            slot = f"{entry.because}.{practice.now:%Y%m%dT%H%M%S}"
            facts = {
                "subject": draft.ticket.subject,
                "requester": draft.ticket.requester,
                "author_name": "",
                "text": "",
            }
            reader = Reader(entry.new, practice.language_of(entry.new))
            yield notify.notice("assigned", draft.ticket, reader, slot, facts, practice)


def _one_each(notices: Sequence[Notice]) -> tuple[Notice, ...]:
    first: dict[str, Notice] = {}
    for notice in notices:
        first.setdefault(notice.recipient.casefold(), notice)
    return tuple(first.values())
