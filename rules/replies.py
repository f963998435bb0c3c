"""What a customer's reply does to its ticket: it is heard, may open it again, and rules may see it in another light."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rules import notify
from rules.assignment import assigned, chosen
from rules.classify import Classification
from rules.clocks import started
from rules.draft import BY_HAND
from rules.lifecycle import happened
from rules.model import (
    Change,
    Decision,
    Entry,
    Happening,
    MailArrived,
    Notice,
    Outcome,
    PublicMessage,
    Remark,
    Status,
    Ticket,
    Trust,
)
from rules.notify import attached, author_of, found_by
from rules.opening import followed
from rules.practice import Practice
from rules.terms import Wish


def customer_spoke(event: MailArrived, ticket: Ticket, found: Classification, practice: Practice) -> Decision:
    """A participant's words reach the desk; only a proven sender moves the ticket, others are no more than tagged."""
    verified = event.trust is Trust.PROVEN
    text = event.mail.new_text or event.mail.text
    entries: list[Entry] = [PublicMessage(author_of(event.mail), text, attached(event.mail))]
    after = followed(ticket, event)
    after = replace(after, tags=tuple(dict.fromkeys((*after.tags, *found.tags))))
    if verified:
        after, changes = happened(after, Happening.CUSTOMER_REPLY, practice, event.arrived_at)
        after, seen = _seen_anew(after, event, found, practice)
        after, again = _reopened(ticket, after, event, practice)
        entries += (*changes, *seen, *again)
    else:
        entries.append(Remark("unverified", "the sender did not prove to have our mail"))
    entries += (Remark("reason", reason) for reason in found.reasons if reason != found.why)
    entries += event.facts
    told = (*notify.customer_replied(after, event, text, practice), *_handed_over(ticket, after, event, practice))
    return Decision(after, Outcome.APPENDED, found_by(event.match), tuple(entries), told, found)


def _seen_anew(
    ticket: Ticket, event: MailArrived, found: Classification, practice: Practice
) -> tuple[Ticket, tuple[Entry, ...]]:
    """The ticket as the rules for replies see it; what an engineer has set is theirs."""
    assignee, why = ticket.assignee, ""
    if found.assign is not None:
        given = assigned(found, practice, event.load)
        assignee, why = given.engineer.address, given.why
    watchers = practice.people.watchers(found.watchers, ticket.requester)
    skipped = dict.fromkeys((*ticket.skipped_clocks, *found.skip_clocks))
    after = replace(
        ticket,
        category=found.category,
        item=found.item,
        impact=found.impact,
        urgency=found.urgency,
        priority=found.priority,
        language=found.language or ticket.language,
        assignee=assignee,
        watchers=tuple(dict.fromkeys((*ticket.watchers, *watchers))),
        skipped_clocks=tuple(name for name in skipped if name not in found.start_clocks),
        clocks=tuple(clock for clock in ticket.clocks if clock.name not in found.skip_clocks),
    )
    after = started(after, found.start_clocks, practice, event.arrived_at)
    return after, tuple(_changes(ticket, after, found, why))


def _changes(before: Ticket, after: Ticket, found: Classification, why: str) -> Iterator[Change]:
    reasons = {"priority": found.why.partition(": ")[2], "assignee": why}
    for field in ("category", "item", "priority", "assignee", "language"):
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            by = found.set_by.get(field, found.set_by.get("category", BY_HAND))
            yield Change(field, old or "", new or "", reasons.get(field) or f"rule {by}")


def _reopened(
    before: Ticket, ticket: Ticket, event: MailArrived, practice: Practice
) -> tuple[Ticket, tuple[Entry, ...]]:
    """What was not solved after all is raised and goes to whom the pack names (D38)."""
    if before.status.is_open or ticket.status is not Status.OPEN:
        return ticket, ()
    ticket, noted = happened(ticket, Happening.REOPENED, practice, event.arrived_at)
    closing = practice.policy.closing
    priority = practice.policy.priority_raised(ticket.priority, closing.raise_reopened, ticket.category)
    assignee, why = ticket.assignee, ""
    if closing.reopened_to is not None:
        taker, why = chosen(Wish(role=closing.reopened_to), practice, event.load)
        assignee = taker.address if taker is not None else assignee
    after = replace(ticket, priority=priority, assignee=assignee)
    source = f" ({', '.join(closing.reference)})" if closing.reference else ""
    reasons = {"priority": f"reopened{source}", "assignee": f"reopened: {why}{source}"}
    changes = (
        Change(field, getattr(ticket, field) or "", getattr(after, field) or "", reason)
        for field, reason in reasons.items()
        if getattr(ticket, field) != getattr(after, field)
    )
    return after, (*noted, *changes)


def _handed_over(before: Ticket, after: Ticket, event: MailArrived, practice: Practice) -> Iterator[Notice]:
    """To whoever has the ticket now, if it was somebody else's."""
    if before.assignee is not None and after.assignee is not None and before.assignee != after.assignee:
        facts = {"subject": after.subject, "requester": after.requester, "author_name": "", "text": ""}
        yield notify.to_engineer("assigned", after, after.assignee, event.mail, facts, practice)
