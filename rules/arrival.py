"""What an arriving mail means: the part of the decision that reads who wrote it, to what, and with which right."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from parsers.mail import Automatic, Origin, Severity
from rules import notify
from rules.classify import Classification
from rules.engineers import spoke, unproven
from rules.intake import colleague, understood
from rules.lifecycle import happened
from rules.model import (
    Decision,
    Entry,
    Happening,
    InternalNote,
    MailArrived,
    Outcome,
    Remark,
    Ticket,
    Trust,
)
from rules.notify import attached, author_of
from rules.opening import followed, opened
from rules.practice import Practice
from rules.replies import customer_spoke
from rules.verdict import verdict


def arrived(event: MailArrived, practice: Practice) -> Decision:
    """The decision about a mail."""
    event = understood(event, practice)
    assert event.found is not None
    if event.mail.automatic is not None:
        return _written_by_a_machine(event, event.mail.automatic, event.found, practice)
    return _written_by_a_person(event, event.found, practice)


# Machines ------------------------------------------------------------------------------------------------------------


def _written_by_a_machine(event: MailArrived, marks: Automatic, found: Classification, practice: Practice) -> Decision:
    match marks.origin:
        case Origin.OURSELVES:
            return _set_aside("our own mail came back")
        case Origin.BOUNCE:
            return _bounced(event, practice)
        case Origin.AUTO_REPLY | Origin.READ_RECEIPT | Origin.CHALLENGE | Origin.FEEDBACK_REPORT:
            return _answered_by_a_machine(event, marks, found, practice)
        case Origin.AUTO_GENERATED | Origin.MAILING_LIST | Origin.CALENDAR:
            return _told_by_a_machine(event, marks.origin, found, practice)
        case _:
            assert_never(marks.origin)


def _answered_by_a_machine(event: MailArrived, marks: Automatic, found: Classification, practice: Practice) -> Decision:
    """An answer to us belongs to its ticket. One to nothing that we know is of no use, unless it may be a person's.

    Someone whose out-of-office reply does not work writes just that into the subject: a ticket too many, which nobody
    is told of but the desk, is the lesser evil.
    """
    if event.ticket is not None:
        return _noted(event, event.ticket, marks.origin.value)
    if marks.marker == "Subject":
        return _asked(event, found, practice)
    return _set_aside(f"{marks.origin.value} to nothing we track")


def _told_by_a_machine(event: MailArrived, origin: Origin, found: Classification, practice: Practice) -> Decision:
    """An alarm joins the open ticket of its matter in silence, and a recovery ends it; others ask for something new."""
    known = event.ticket or event.joins
    if known is None or (event.ticket is None and found.discard is not None):
        if found.resolves and found.discard is None:
            return _set_aside(f"recovery of {found.correlation}, which no open ticket is about", found)
        return _asked(event, found, practice)
    if found.correlation is None or found.correlation != known.correlation:
        return _noted(event, known, origin.value)
    joined = replace(_noted(event, known, f"joined by key {found.correlation}"), found=found)
    return recovered(event, joined, found, practice) if found.resolves else joined


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


def _noted(event: MailArrived, ticket: Ticket, because: str) -> Decision:
    """Keep a machine's words where the desk can read them; they move no status and no clock."""
    note = InternalNote(author_of(event.mail), event.mail.new_text, attached(event.mail))
    return Decision(ticket, Outcome.APPENDED, because, (note, Remark("automatic", because)))


def recovered(event: MailArrived, decision: Decision, found: Classification, practice: Practice) -> Decision:
    """The decision with its ticket resolved, because what it was about has ended; the desk hears of it."""
    assert decision.ticket is not None
    if not decision.ticket.status.is_open:
        return decision
    after, changes = happened(decision.ticket, Happening.RESOLVED, practice, event.arrived_at)
    why: tuple[Entry, ...] = (*changes, Remark("recovered", f"rule {found.set_by['correlate']}"))
    told = notify.recovered(after, event, practice)
    return replace(decision, ticket=after, entries=(*decision.entries, *why), notices=told)


def _set_aside(because: str, found: Classification | None = None) -> Decision:
    return Decision(None, Outcome.SET_ASIDE, because, found=found)


# People --------------------------------------------------------------------------------------------------------------


def _written_by_a_person(event: MailArrived, found: Classification, practice: Practice) -> Decision:
    ticket = event.ticket
    if ticket is None or event.mail.sender is None:
        return _asked(event, found, practice)
    engineer = colleague(event, ticket, practice)
    if engineer is not None:
        if event.trust is Trust.PROVEN:
            return spoke(event, ticket, engineer, practice)
        return unproven(event, ticket, engineer, practice)
    judged = verdict(event, followed(ticket, event), practice)
    return judged or customer_spoke(event, ticket, found, practice)


def _asked(event: MailArrived, found: Classification, practice: Practice) -> Decision:
    """Whoever asks for something gets a ticket, unless a rule discards such mail, or they have one about that matter.

    A monitor that does not say that it is one writes again about the ticket that it opened. Words of anybody else stay
    in a ticket of their own: nobody reads what another customer wrote.
    """
    if found.discard is not None:
        return _set_aside(f"{found.discard} (rule {found.set_by['discard']})", found)
    sender, known = event.mail.sender, event.joins
    if known is None or event.mail.automatic is not None or sender is None or sender.key != known.requester:
        return opened(event, found, practice)
    decision = customer_spoke(replace(event, ticket=known), known, found, practice)
    return recovered(event, decision, found, practice) if found.resolves else decision
