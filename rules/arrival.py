"""What an arriving mail means: the part of the decision that reads who wrote it, to what, and with which right."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from parsers.mail import Automatic, Origin, Severity
from rules import notify
from rules.classify import Classification, classify
from rules.clocks import heard
from rules.engineers import spoke, unproven
from rules.lifecycle import happened
from rules.model import (
    Change,
    Decision,
    Entry,
    Happening,
    InternalNote,
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
from rules.policy import Policy
from rules.practice import Practice
from rules.reading import Context
from rules.verdict import verdict

REFERENCES_KEPT = 20
REOPENABLE = frozenset({Status.RESOLVED, Status.CLOSED})


def arrived(event: MailArrived, practice: Practice) -> Decision:
    """The decision about a mail."""
    if event.mail.automatic is not None:
        return _written_by_a_machine(event, event.mail.automatic, practice)
    return _written_by_a_person(event, practice)


# Machines ------------------------------------------------------------------------------------------------------------


def _written_by_a_machine(event: MailArrived, found: Automatic, practice: Practice) -> Decision:
    match found.origin:
        case Origin.OURSELVES:
            return _set_aside("our own mail came back")
        case Origin.BOUNCE:
            return _bounced(event, practice)
        case Origin.AUTO_REPLY | Origin.READ_RECEIPT | Origin.CHALLENGE | Origin.FEEDBACK_REPORT:
            return _answered_by_a_machine(event, found, practice)
        case Origin.AUTO_GENERATED | Origin.MAILING_LIST | Origin.CALENDAR:
            return _noted(event, found.origin) if event.ticket else _opened(event, practice)
        case _:
            assert_never(found.origin)


def _answered_by_a_machine(event: MailArrived, found: Automatic, practice: Practice) -> Decision:
    """An answer to us belongs to its ticket. One to nothing that we know is of no use, unless it may be a person's.

    Someone whose out-of-office reply does not work writes just that into the subject: a ticket too many, which nobody
    is told of but the desk, is the lesser evil.
    """
    if event.ticket is not None:
        return _noted(event, found.origin)
    if found.marker == "Subject":
        return _opened(event, practice)
    return _set_aside(f"{found.origin.value} to nothing we track")


def _bounced(event: MailArrived, practice: Practice) -> Decision:
    if event.ticket is None:
        return _set_aside("a bounce of nothing that we sent")
    bounce = event.mail.bounce
    recipients = ", ".join(bounce.recipients) if bounce else ""
    status = f"{bounce.severity.value} {bounce.status}".strip() if bounce else "bounce"
    entries = (Remark("bounced", f"{recipients} {status}".strip()),)
    late = bounce is not None and bounce.severity is Severity.DELAYED
    told = () if late else notify.undeliverable(event.ticket, recipients, status, practice)
    return Decision(event.ticket, Outcome.APPENDED, "bounce", entries, told)


def _noted(event: MailArrived, origin: Origin) -> Decision:
    """Keep a machine's words where the desk can read them; they move no status and no clock."""
    note = InternalNote(author_of(event.mail), event.mail.new_text, attached(event.mail))
    return Decision(event.ticket, Outcome.APPENDED, origin.value, (note, Remark("automatic", origin.value)))


def _set_aside(because: str) -> Decision:
    return Decision(None, Outcome.SET_ASIDE, because)


# People --------------------------------------------------------------------------------------------------------------


def _written_by_a_person(event: MailArrived, practice: Practice) -> Decision:
    ticket = event.ticket
    if ticket is None or event.mail.sender is None:
        return _opened(event, practice)
    engineer = practice.people.engineer(event.mail.sender.address)
    if engineer is not None and event.mail.sender.key != ticket.requester:
        if event.trust is Trust.PROVEN:
            return spoke(event, ticket, engineer, practice)
        return unproven(event, ticket, engineer, practice)
    judged = verdict(event, _followed(ticket, event), practice)
    if judged is not None:
        return judged
    if _too_old(event, ticket, practice.policy):
        return _opened(replace(event, ticket=None, claimed=ticket.number), practice)
    return _customer_spoke(event, ticket, practice)


def _too_old(event: MailArrived, ticket: Ticket, policy: Policy) -> bool:
    closed_at = ticket.closed_at
    return closed_at is not None and event.arrived_at - closed_at > policy.closing.reopen_within


def _customer_spoke(event: MailArrived, ticket: Ticket, practice: Practice) -> Decision:
    """A participant's words reach the desk; only a proven sender moves the ticket."""
    verified = event.trust is Trust.PROVEN
    after = _followed(ticket, event)
    changes: tuple[Entry, ...] = ()
    if verified:
        after, changes = happened(after, Happening.CUSTOMER_REPLY, practice, event.arrived_at)
    if verified and ticket.status in REOPENABLE and after.status is Status.OPEN:
        after, reopened = happened(after, Happening.REOPENED, practice, event.arrived_at)
        changes += reopened
    text = event.mail.new_text or event.mail.text
    entries: list[Entry] = [PublicMessage(author_of(event.mail), text, attached(event.mail)), *changes]
    if not verified:
        entries.append(Remark("unverified", "the sender did not prove to have our mail"))
    told = (notify.customer_replied(after, event, text, practice),)
    return Decision(after, Outcome.APPENDED, found_by(event.match), tuple(entries), told)


# New requests --------------------------------------------------------------------------------------------------------


def _opened(event: MailArrived, practice: Practice) -> Decision:
    mail = event.mail
    found = classify(mail, context_of(event), practice.policy)
    if found.discard is not None:
        return replace(_set_aside(found.discard), found=found)
    ticket = _new_ticket(event, found, practice)
    entries: list[Entry] = [PublicMessage(author_of(event.mail), mail.text, attached(event.mail))]
    entries += _explained(ticket, found)
    entries += _remarks(event)
    told: tuple[Notice, ...] = (notify.new_ticket(ticket, event, found.reasons, practice),)
    silent = _why_silent(event, found)
    if silent is None:
        told = (notify.acknowledgement(ticket, event, practice), *told)
    else:
        entries.append(Remark("not acknowledged", silent))
    return Decision(ticket, Outcome.OPENED, "a new request", tuple(entries), told, found)


def context_of(event: MailArrived) -> Context:
    """What rules may know about a mail beside its own words."""
    return Context(event.mailbox, event.arrived_at)


def _new_ticket(event: MailArrived, found: Classification, practice: Practice) -> Ticket:
    mail, sender = event.mail, event.mail.sender
    requester = sender.key if sender else ""
    person = sender is not None and mail.automatic is None
    ticket = Ticket(
        number=event.next_number,
        mailbox=event.mailbox,
        status=Status.NEW,
        subject=mail.subject,
        requester=requester,
        requester_name=sender.name if sender else "",
        participants=(requester,) if person else (),
        language=event.language,
        category=found.category,
        priority=found.priority,
        assignee=practice.people.assignee_for(found.category).address,
        tags=found.tags,
        opened_at=event.arrived_at,
    )
    if event.before_us:
        return replace(_followed(ticket, event), tags=(*ticket.tags, "imported"))
    return heard(_followed(ticket, event), practice, Happening.OPENED, event.arrived_at)


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


def _explained(ticket: Ticket, found: Classification) -> list[Entry]:
    """What the ticket was taken to be, and every reason for it."""
    values = {"category": ticket.category, "priority": ticket.priority, "assignee": ticket.assignee or ""}
    default = {"priority": "impact and urgency"}
    changes = [
        Change(field, "", value, found.set_by.get(field, default.get(field, "default")))
        for field, value in values.items()
    ]
    return [*changes, *(Remark("reason", reason) for reason in found.reasons)]


def _remarks(event: MailArrived) -> list[Entry]:
    remarks: list[Entry] = [Remark("defect", defect) for defect in event.mail.defects]
    if event.claimed:
        remarks.append(Remark("claims", event.claimed))
    if event.oversize is not None:
        remarks.append(
            Remark("oversize", f"{event.oversize} bytes; only the header was taken, the mail is on the server")
        )
    return remarks


# What a mail brings to its ticket ------------------------------------------------------------------------------------


def _followed(ticket: Ticket, event: MailArrived) -> Ticket:
    """The ticket pointing at this mail, so that our next words appear below it in every mail client."""
    mail = event.mail
    if mail.message_id is None:
        return ticket
    seen = dict.fromkeys((*ticket.references, *mail.references, *mail.in_reply_to, mail.message_id))
    return replace(ticket, last_message_id=mail.message_id, references=tuple(seen)[-REFERENCES_KEPT:])
