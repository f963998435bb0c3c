"""A customer's verdict on what was done: `#confirm` at the top of a mail, or one of the pack's ratings."""

from __future__ import annotations

import re
from collections.abc import Mapping

from parsers.orders import orders
from rules import notify
from rules.lexicon import folded
from rules.lifecycle import fits, happened
from rules.model import (
    Change,
    Decision,
    Entry,
    Happening,
    MailArrived,
    Notice,
    Outcome,
    PublicMessage,
    Status,
    Ticket,
    Trust,
)
from rules.notify import attached, author_of
from rules.orders import order_kind
from rules.policy import Policy
from rules.practice import Practice


def verdict(event: MailArrived, ticket: Ticket, practice: Practice) -> Decision | None:
    """The decision about a mail that confirms a solution (A42, D41) or rates it (B32, C39, D36); None for any other.

    Only a proven sender gives one. A rating moves no ticket: words below it are the customer's opinion (B33, D37).
    """
    if event.trust is not Trust.PROVEN:
        return None
    text = event.mail.new_text
    given, _ = orders(text)
    confirmed = bool(given) and (kind := order_kind(given[0].name)) is not None and kind.causes is Happening.CONFIRMED
    if confirmed and fits(ticket, Happening.CONFIRMED):
        return _decided(Happening.CONFIRMED, (), event, ticket, practice)
    rated = _rating(text, practice.policy) if ticket.status in (Status.RESOLVED, Status.CLOSED) else None
    if rated is not None:
        return _decided(Happening.RATED, (Change("rating", "", rated, "customer"),), event, ticket, practice)
    return None


def _decided(
    what: Happening, changes: tuple[Entry, ...], event: MailArrived, ticket: Ticket, practice: Practice
) -> Decision:
    after, noted = happened(ticket, what, practice, event.arrived_at)
    said = PublicMessage(author_of(event.mail), event.mail.new_text, attached(event.mail))
    told: tuple[Notice, ...] = (notify.customer_replied(after, event, event.mail.new_text, practice),)
    if after.status is not ticket.status:
        told += notify.to_customers("closed", after, event.mail, notify.Words(""), practice)
    return Decision(after, Outcome.APPENDED, what.value, (said, *changes, *noted), told)


_LABEL = re.compile(r"(?:评价|满意度|rating|i was|you were)?[\s:\-]*", re.IGNORECASE)


def _rating(text: str, policy: Policy) -> str | None:
    """The rating that the first line of a mail is, and nothing else."""
    line = folded(next((each for each in text.splitlines() if each.strip()), ""))
    label = _LABEL.match(line)
    return _called(policy).get(line[label.end() if label is not None else 0 :].rstrip(" .!。"))


def _called(policy: Policy) -> Mapping[str, str]:
    return {folded(name): each.id for each in policy.ratings for name in (each.id, *each.name.values())}
