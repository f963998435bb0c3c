"""What a ticket will make the desk say if nobody does anything: the decisions of moments to come, taken in advance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from rules.clocks import next_due_at
from rules.decide import decide
from rules.model import Notice, Ticket, TimeCame
from rules.practice import Practice

MOST_MOMENTS = 20_000
"""So many moments of one ticket are looked at: a cadence of half an hour reaches them after a year."""


@dataclass(frozen=True, slots=True)
class Coming:
    """A mail that will be decided at an instant."""

    at: datetime
    notice: Notice


def coming(ticket: Ticket, practice: Practice, until: datetime) -> Iterator[Coming]:
    """The mails about a ticket from the practice's now to an instant, in their order; what is overdue comes now."""
    keys: set[str] = set()
    for _ in range(MOST_MOMENTS):
        moment = next_due_at(ticket, practice)
        if moment is None or moment > until:
            return
        practice = replace(practice, now=max(moment, practice.now))
        decision = decide(TimeCame(ticket), practice)
        ticket = decision.ticket or ticket
        for notice in decision.notices:
            if (key := notice.key(ticket.number)) not in keys:
                keys.add(key)
                yield Coming(practice.now, notice)
