"""The notices that happenings call for: to whom, under which key, with which facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from parsers.mail import Attachment, Mail
from rules.clocks import Due, deadline
from rules.model import Audience, Notice, Ticket
from rules.notices import KINDS
from rules.people import People
from rules.policy import Policy

TEXT_CHARS = 60_000
"""Longer words of a mail are cut in notices; the whole mail stays in the store."""


def notice(
    kind: str,
    ticket: Ticket,
    recipient: str,
    slot: str,
    language: str,
    policy: Policy,
    facts: Mapping[str, object],
    attachments: Sequence[Attachment] = (),
) -> Notice:
    """A notice of this kind with the facts that every template may name, in the words of the pack."""
    about = {
        "number": ticket.number,
        "status": policy.status_name(ticket.status, language),
        "category": policy.category_name(ticket.category, language),
        "priority": policy.priority_name(ticket.priority, language),
        "opened_at": ticket.opened_at,
        "requester_name": ticket.requester_name,
    }
    return Notice(
        kind=kind,
        audience=KINDS[kind].audience,
        recipient=recipient,
        slot=slot,
        language=language,
        facts=about | dict(facts),
        attachments=tuple((each.sha256, each.name, each.content_type) for each in attachments if not each.decorative),
        automatic=KINDS[kind].automatic,
    )


def acknowledgement(ticket: Ticket, policy: Policy, oversize: int | None) -> Notice:
    """To whoever opened the ticket. It repeats nothing of the mail: its sender may be forged."""
    facts = {"respond_by": deadline(ticket, policy, "first_response"), "oversize_mb": _megabytes(oversize)}
    return notice("acknowledgement", ticket, ticket.requester, "1", ticket.language, policy, facts)


def new_ticket(
    ticket: Ticket,
    mail: Mail,
    why: Sequence[str],
    claimed: str | None,
    oversize: int | None,
    policy: Policy,
    people: People,
) -> tuple[Notice, ...]:
    """To the assignee, with the whole mail and the reasons of its classification."""
    facts = {
        "subject": ticket.subject,
        "requester": mail.sender.address if mail.sender else mail.sender_shown,
        "text": mail.text[:TEXT_CHARS],
        "why": list(why),
        "respond_by": deadline(ticket, policy, "first_response"),
        "oversize_mb": _megabytes(oversize),
        "claimed": claimed,
    }
    return to_desk("new_ticket", ticket, "1", policy, people, facts, mail.attachments)


def customer_replied(
    ticket: Ticket, mail: Mail, text: str, slot: str, verified: bool, policy: Policy, people: People
) -> tuple[Notice, ...]:
    """To the assignee, with what the customer wrote this time."""
    author = mail.sender.address if mail.sender else mail.sender_shown
    facts = {"subject": ticket.subject, "author": author, "text": text[:TEXT_CHARS], "verified": verified}
    return to_desk("customer_replied", ticket, slot, policy, people, facts, mail.attachments)


def reply(ticket: Ticket, mail: Mail, text: str, author_name: str, slot: str, policy: Policy) -> tuple[Notice, ...]:
    """An engineer's words to every participant."""
    facts = {"subject": ticket.subject, "text": text, "author_name": author_name}
    return tuple(
        notice("reply", ticket, each, slot, ticket.language, policy, facts, mail.attachments)
        for each in ticket.participants
    )


def closed(ticket: Ticket, mail: Mail, text: str, author_name: str, slot: str, policy: Policy) -> tuple[Notice, ...]:
    """The closing mail to every participant, with the engineer's last words if there were any."""
    facts = {"subject": ticket.subject, "text": text, "author_name": author_name}
    return tuple(
        notice("closed", ticket, each, slot, ticket.language, policy, facts, mail.attachments)
        for each in ticket.participants
    )


def clock_notices(ticket: Ticket, due: Due, policy: Policy, people: People) -> tuple[Notice, ...]:
    """What a clock that came due makes the desk say, to the roles that its declaration names."""
    slot = f"{due.name}.{due.at:%Y%m%dT%H%M%S}"
    said: list[Notice] = []
    for action in due.clock.on_due:
        for role in action.to:
            said.extend(_to_role(action.notice, role, ticket, slot, due, policy, people))
    return tuple(said)


def undeliverable(
    ticket: Ticket, recipient: str, code: str, key: str, policy: Policy, people: People
) -> tuple[Notice, ...]:
    """To the assignee: a mail of this ticket did not arrive. A notice to the desk that failed is not told to itself."""
    facts = {"subject": ticket.subject, "recipient": recipient, "code": code}
    told = to_desk("undeliverable", ticket, recipient, policy, people, facts)
    return tuple(each for each in told if each.recipient != recipient and "/undeliverable/" not in key)


def to_desk(
    kind: str,
    ticket: Ticket,
    slot: str,
    policy: Policy,
    people: People,
    facts: Mapping[str, object],
    attachments: Sequence[Attachment] = (),
) -> tuple[Notice, ...]:
    """The notice to the assignee, or to the lead where nobody is assigned."""
    address = ticket.assignee or people.lead
    language = language_at_desk(address, policy, people)
    return (notice(kind, ticket, address, slot, language, policy, facts, attachments),)


def language_at_desk(address: str, policy: Policy, people: People) -> str:
    """The language that somebody at the desk reads: their own, else the pack's first."""
    engineer = people.engineer(address)
    return engineer.language if engineer is not None and engineer.language else policy.languages[0]


def _to_role(kind: str, role: str, ticket: Ticket, slot: str, due: Due, policy: Policy, people: People) -> list[Notice]:
    if KINDS[kind].audience is Audience.CUSTOMER:
        engineer = people.engineer(ticket.assignee) if ticket.assignee else None
        facts: dict[str, object] = {
            "subject": ticket.subject,
            "assignee_name": engineer.name if engineer else None,
            "next_update_by": deadline(ticket, policy, due.name),
        }
        return [notice(kind, ticket, ticket.requester, slot, ticket.language, policy, facts)]
    address = people.lead if role == "lead" else ticket.assignee or people.lead
    facts = {"subject": ticket.subject, "requester": ticket.requester, "promise": due.name, "due_at": due.at}
    return [notice(kind, ticket, address, slot, language_at_desk(address, policy, people), policy, facts)]


def _megabytes(size: int | None) -> int | None:
    return None if size is None else max(1, round(size / 1_000_000))
