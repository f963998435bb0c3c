"""The one decision: what an event means for its ticket, who is told, and why.

`decide` is pure and total. It asks, in this order: did a machine write this? who speaks, and may they? which kind of
request is it? where does the ticket stand now? whom must we tell? Whatever it answers is recorded in one transaction.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from rules.arrival import arrived
from rules.clocks import settled
from rules.model import Decision, DeliveryFailed, Event, MailArrived, Outcome, Remark, TimeCame
from rules.notify import undeliverable
from rules.practice import Practice
from rules.time_came import time_came


def decide(event: Event, practice: Practice) -> Decision:
    """The answer to an event as the desk works now; never raises on what a mail contains."""
    match event:
        case MailArrived():
            return _with_its_clocks(arrived(event, practice), event, practice)
        case TimeCame(ticket):
            return time_came(ticket, practice)
        case DeliveryFailed():
            return _delivery_failed(event, practice)
        case _:
            assert_never(event)


def _with_its_clocks(decision: Decision, event: MailArrived, practice: Practice) -> Decision:
    """The decision with the clocks counting or standing still as the new status says, however the ticket came to it."""
    if decision.ticket is None or (event.ticket is not None and decision.ticket.status is event.ticket.status):
        return decision
    return replace(decision, ticket=settled(decision.ticket, practice, event.arrived_at))


def _delivery_failed(event: DeliveryFailed, practice: Practice) -> Decision:
    remark = Remark("undeliverable", f"{event.recipient} {event.code}")
    told = undeliverable(event.ticket, event.recipient, event.code, practice)
    return Decision(event.ticket, Outcome.APPENDED, "delivery-failed", (remark,), told)
