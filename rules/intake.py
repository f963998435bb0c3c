"""What a mail is before anything is decided: whether it still belongs to its ticket, and what rules and facts tell."""

from __future__ import annotations

from dataclasses import replace

from rules.classify import Classification, classify
from rules.facts import Fact, facts
from rules.model import MailArrived, Ticket
from rules.people import Engineer
from rules.practice import Practice
from rules.reading import Context
from rules.verdict import verdict


def understood(event: MailArrived, practice: Practice) -> MailArrived:
    """The event with all that its mail tells; one that is understood already is not read again."""
    if event.found is not None:
        return event
    if event.ticket is not None and _too_late(event, event.ticket, practice):
        event = replace(event, ticket=None, claimed=event.ticket.number)
    found = classify(event.mail, context_of(event, practice), practice.policy)
    return replace(event, found=found, facts=_told(event, found, practice))


def context_of(event: MailArrived, practice: Practice) -> Context:
    """What rules may know about a mail beside its own words."""
    sender = event.mail.sender
    return Context(
        mailbox=event.mailbox,
        at=event.arrived_at,
        ticket=event.ticket,
        trust=event.trust,
        customer=practice.people.customer(sender.key if sender is not None else ""),
        zone=practice.zone,
        open_calendars=practice.open_calendars(event.arrived_at),
    )


def colleague(event: MailArrived, ticket: Ticket, practice: Practice) -> Engineer | None:
    """The engineer who writes; who asked for something is a customer there."""
    sender = event.mail.sender
    return practice.people.engineer(sender.address) if sender is not None and sender.key != ticket.requester else None


def problem_of(event: MailArrived) -> str | None:
    """What tickets about the same thing share: category, sub-item and error code; None when only the first is known."""
    if event.found is None:
        return None
    code = next((fact.value.casefold() for fact in event.facts if fact.name == "error_code"), "")
    item = event.found.item or ""
    return f"{event.found.category}/{item}/{code}" if item or code else None


def _too_late(event: MailArrived, ticket: Ticket, practice: Practice) -> bool:
    """A customer who writes long after a ticket was closed asks for something new, unless it is a verdict on it."""
    if event.mail.automatic is not None or event.mail.sender is None or colleague(event, ticket, practice) is not None:
        return False
    closed_at = ticket.closed_at
    if closed_at is None or event.arrived_at - closed_at <= practice.policy.closing.reopen_within:
        return False
    return verdict(event, ticket, practice) is None


def _told(event: MailArrived, found: Classification, practice: Practice) -> tuple[Fact, ...]:
    """What rules found, then what every mail is searched for; one of each name."""
    mail = event.mail
    told = facts(mail.subject, mail.new_text, event.arrived_at, practice.zone)
    known = {fact.name for fact in found.facts}
    return (*found.facts, *(fact for fact in told if fact.name not in known))
