"""A new request becomes a ticket: what it is taken to be, who gets it, and who is told."""

from __future__ import annotations

from dataclasses import replace

from rules import notify
from rules.assignment import Assigned, assigned
from rules.classify import Classification
from rules.clocks import heard, started
from rules.intake import problem_of
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
)
from rules.notify import attached, author_of
from rules.practice import Practice
from rules.vocabulary import duration_text

REFERENCES_KEPT = 20


def opened(event: MailArrived, found: Classification, practice: Practice) -> Decision:
    """The decision about a mail that asks for something new."""
    given = assigned(found, practice, event.load)
    ticket = _new_ticket(event, found, given, practice)
    entries: list[Entry] = [PublicMessage(author_of(event.mail), event.mail.text, attached(event.mail))]
    entries += _explained(ticket, found, given)
    entries += _recurring(ticket, event, practice)
    entries += event.facts
    entries += _remarks(event)
    told: tuple[Notice, ...] = notify.new_ticket(ticket, event, found.reasons, practice)
    silent = _why_silent(event, found)
    if silent is None:
        missing = practice.policy.missing_facts(ticket.category, (fact.name for fact in event.facts))
        told = (notify.acknowledgement(ticket, event, practice, missing), *told)
    else:
        entries.append(Remark("not acknowledged", silent))
    return Decision(ticket, Outcome.OPENED, "a new request", tuple(entries), told, found)


def _new_ticket(event: MailArrived, found: Classification, given: Assigned, practice: Practice) -> Ticket:
    mail, sender = event.mail, event.mail.sender
    requester = sender.key if sender else ""
    person = sender is not None and mail.automatic is None
    recurring = practice.policy.recurrence if _recurs(event, practice) else None
    ticket = Ticket(
        number=event.next_number,
        mailbox=event.mailbox,
        status=Status.NEW,
        subject=mail.subject,
        requester=requester,
        requester_name=sender.name if sender else "",
        participants=(requester,) if person else (),
        language=found.language or practice.people.customer(requester).language or event.language,
        category=found.category,
        item=found.item,
        impact=found.impact,
        urgency=found.urgency,
        priority=found.priority,
        assignee=given.engineer.address,
        helper=given.helper.address if given.helper is not None else None,
        watchers=practice.people.watchers(found.watchers, requester),
        tags=tuple(dict.fromkeys((*found.tags, *((recurring.tag,) if recurring is not None else ())))),
        correlation=found.correlation if event.joins is None else None,
        problem=problem_of(event),
        skipped_clocks=found.skip_clocks,
        opened_at=event.arrived_at,
    )
    ticket = followed(ticket, event)
    if event.before_us:
        return replace(ticket, tags=(*ticket.tags, "imported"))
    ticket = heard(ticket, practice, Happening.OPENED, event.arrived_at)
    return started(ticket, found.start_clocks, practice, event.arrived_at)


def _recurs(event: MailArrived, practice: Practice) -> bool:
    recurrence = practice.policy.recurrence
    return recurrence is not None and event.like + 1 >= recurrence.count


def _why_silent(event: MailArrived, found: Classification) -> str | None:
    """Why no acknowledgement goes out (RFC 3834 section 2): to a machine, to nobody, unwanted, or too many already."""
    mail = event.mail
    if mail.sender is None:
        return "no single valid sender"
    if mail.automatic is not None:
        return f"written by a machine: {mail.automatic.marker}"
    if mail.suppress_reply:
        return "the mail asks for no automatic reply"
    if not found.acknowledge:
        return f"rule {found.set_by['acknowledge']}"
    return None if event.notices_left > 0 else "this address had its share of automatic mail"


# What the journal says -----------------------------------------------------------------------------------------------


def _explained(ticket: Ticket, found: Classification, given: Assigned) -> list[Entry]:
    """What the ticket was taken to be, and every reason for it."""
    because = {name: f"rule {rule}" for name, rule in found.set_by.items()}
    why = {
        "category": (ticket.category, because.get("category", "default")),
        "item": (ticket.item, because.get("item", "")),
        "priority": (ticket.priority, because.get("priority", "impact and urgency")),
        "assignee": (ticket.assignee, given.why),
        "helper": (ticket.helper, given.why_helper),
    }
    changes = [Change(field, "", value, reason) for field, (value, reason) in why.items() if value is not None]
    entries: list[Entry] = [*changes, *(Remark("reason", reason) for reason in found.reasons)]
    if given.helper is None and given.why_helper:
        entries.append(Remark("no helper", given.why_helper))
    return entries


def _recurring(ticket: Ticket, event: MailArrived, practice: Practice) -> list[Entry]:
    recurrence = practice.policy.recurrence
    if recurrence is None or not _recurs(event, practice):
        return []
    source = f" ({', '.join(recurrence.reference)})" if recurrence.reference else ""
    within = duration_text(recurrence.within)
    return [Remark("recurring", f"{event.like + 1} or more of {ticket.problem} in {within}{source}")]


def _remarks(event: MailArrived) -> list[Entry]:
    remarks: list[Entry] = [Remark("defect", defect) for defect in event.mail.defects]
    if event.claimed:
        remarks.append(Remark("claims", event.claimed))
    if event.joins is not None:
        remarks.append(Remark("same matter", event.joins.number))
    if event.oversize is not None:
        remarks.append(
            Remark("oversize", f"{event.oversize} bytes; only the header was taken, the mail is on the server")
        )
    return remarks


# What a mail brings to its ticket ------------------------------------------------------------------------------------


def followed(ticket: Ticket, event: MailArrived) -> Ticket:
    """The ticket pointing at this mail, so that our next words appear below it in every mail client."""
    mail = event.mail
    if mail.message_id is None:
        return ticket
    seen = dict.fromkeys((*ticket.references, *mail.references, *mail.in_reply_to, mail.message_id))
    return replace(ticket, last_message_id=mail.message_id, references=tuple(seen)[-REFERENCES_KEPT:])
