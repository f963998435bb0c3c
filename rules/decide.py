"""The one decision: what an event means for its ticket, who is told, and why.

`decide` is pure and total. It asks, in this order: did a machine write this? who speaks, and may they? which kind of
request is it? where does the ticket stand now? whom must we tell? Whatever it answers is recorded in one transaction.
"""

from __future__ import annotations

from typing import assert_never

from rules.arrival import arrived
from rules.clocks import due, spoken
from rules.model import Decision, DeliveryFailed, Event, MailArrived, Notice, Outcome, Remark, Ticket, TimeCame
from rules.notify import clock_notices, undeliverable
from rules.practice import Practice


def decide(event: Event, practice: Practice) -> Decision:
    """The answer to an event as the desk works now; never raises on what a mail contains."""
    match event:
        case MailArrived():
            return arrived(event, practice)
        case TimeCame(ticket):
            return _time_came(ticket, practice)
        case DeliveryFailed():
            return _delivery_failed(event, practice)
        case _:
            assert_never(event)


def _time_came(ticket: Ticket, practice: Practice) -> Decision:
    dues = due(ticket, practice.policy, practice.now)
    after = spoken(ticket, dues, practice.now)
    notices: dict[str, Notice] = {}
    for each in dues:
        for notice in clock_notices(after, each, practice):
            notices.setdefault(notice.recipient, notice)
    entries = tuple(Remark("clock-due", f"{each.name} {each.at.isoformat()}") for each in dues)
    return Decision(after, Outcome.APPENDED, "time-came", entries, tuple(notices.values()))


def _delivery_failed(event: DeliveryFailed, practice: Practice) -> Decision:
    remark = Remark("undeliverable", f"{event.recipient} {event.code}")
    told = undeliverable(event.ticket, event.recipient, event.code, practice)
    return Decision(event.ticket, Outcome.APPENDED, "delivery-failed", (remark,), told)
