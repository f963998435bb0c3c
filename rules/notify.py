"""The notices that happenings call for: to whom, under which key, with which facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from parsers.mail import Attachment, Mail
from rules.clocks import Due, deadline
from rules.model import Audience, Happening, MailArrived, Match, Notice, Status, Ticket, Trust
from rules.notices import KINDS
from rules.orders import causing, spelled
from rules.people import SUPERIORS, Engineer
from rules.policy import Clock
from rules.practice import Practice
from rules.vocabulary import in_language

TEXT_CHARS = 60_000
"""Longer words of a mail are cut in notices; the whole mail stays in the store."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a notice is for, and the language they read."""

    address: str
    language: str


def notice(
    kind: str,
    ticket: Ticket,
    reader: Reader,
    slot: str,
    facts: Mapping[str, object],
    practice: Practice,
    attachments: Sequence[Attachment] = (),
) -> Notice:
    """A notice of this kind with the facts that every template may name, in the words of the pack."""
    policy, language = practice.policy, reader.language
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
        recipient=reader.address,
        slot=slot,
        language=language,
        facts=about | dict(facts),
        attachments=tuple((each.sha256, each.name, each.content_type) for each in attachments if not each.decorative),
        automatic=KINDS[kind].automatic,
    )


def acknowledgement(ticket: Ticket, event: MailArrived, practice: Practice, missing: Sequence[str] = ()) -> Notice:
    """To whoever opened the ticket, asking for the facts that are `missing` (A8, D30).

    It repeats nothing of the mail: its sender may be forged.
    """
    facts = {
        "respond_by": deadline(ticket, practice.policy, "first_response"),
        "oversize_mb": _megabytes(event.oversize),
        "missing": [practice.policy.fact_name(each, ticket.language) for each in missing],
    }
    return notice("acknowledgement", ticket, Reader(ticket.requester, ticket.language), "1", facts, practice)


def new_ticket(ticket: Ticket, event: MailArrived, why: Sequence[str], practice: Practice) -> Notice:
    """To the assignee, with the whole mail and the reasons of its classification."""
    facts = {
        "subject": ticket.subject,
        "requester": author_of(event.mail),
        "text": event.mail.text[:TEXT_CHARS],
        "why": list(why),
        "respond_by": deadline(ticket, practice.policy, "first_response"),
        "oversize_mb": _megabytes(event.oversize),
        "claimed": event.claimed,
    }
    return _to_desk("new_ticket", ticket, "1", facts, practice, event.mail.attachments)


def customer_replied(ticket: Ticket, event: MailArrived, text: str, practice: Practice) -> Notice:
    """To the assignee, with what the customer wrote this time, and whether it is proved to be theirs."""
    facts = {
        "subject": ticket.subject,
        "author": author_of(event.mail),
        "text": text[:TEXT_CHARS],
        "verified": event.trust is Trust.PROVEN,
    }
    return _to_desk("customer_replied", ticket, slot_of(event.mail), facts, practice, event.mail.attachments)


@dataclass(frozen=True, slots=True)
class Words:
    """What an engineer says to customers; no text where only the closing itself is told."""

    author_name: str
    text: str = ""
    attachments: tuple[Attachment, ...] = ()


def to_customers(kind: str, ticket: Ticket, mail: Mail, words: Words, practice: Practice) -> tuple[Notice, ...]:
    """To every participant what an engineer tells them: words, a promised time, or that it is solved or closed."""
    told = {
        "subject": ticket.subject,
        "text": words.text,
        "author_name": words.author_name,
        "promised_at": ticket.promised_at,
        "promised_why": ticket.promised_why,
    }
    facts = {name: told[name] for name in KINDS[kind].facts}
    return tuple(
        notice(kind, ticket, Reader(each, ticket.language), slot_of(mail), facts, practice, words.attachments)
        for each in ticket.participants
    )


def to_engineer(
    kind: str,
    ticket: Ticket,
    address: str,
    mail: Mail,
    facts: Mapping[str, object],
    practice: Practice,
    attachments: Sequence[Attachment] = (),
) -> Notice:
    """To somebody at the desk, because of a mail of an engineer's."""
    reader = Reader(address, practice.language_of(address))
    return notice(kind, ticket, reader, slot_of(mail), facts, practice, attachments)


def above(engineer: Engineer, practice: Practice) -> str | None:
    """To whom this engineer escalates: the lead, else a manager, else a director (A31, C37); None at the top."""
    people = practice.people
    chain = (people.lead_of(engineer), *(holder for role in SUPERIORS for holder in people.holders(role)))
    return next((each for each in chain if people.engineer(each) is not engineer), None)


def clock_notices(ticket: Ticket, due: Due, practice: Practice) -> tuple[Notice, ...]:
    """What a clock that came due makes the desk say, to the roles that its declaration names."""
    slot = f"{due.name}.{due.at:%Y%m%dT%H%M%S}"
    said: list[Notice] = []
    for action in due.clock.on_due:
        kind = KINDS[action.notice]
        known = _told_customers if kind.audience is Audience.CUSTOMER else _told_desk
        for reader in _readers(action.to, ticket, practice):
            facts = known(ticket, due, reader.language, practice)
            told = {name: facts[name] for name in kind.facts}
            said.append(notice(action.notice, ticket, reader, slot, told, practice))
    return tuple(said)


def undeliverable(ticket: Ticket, recipient: str, code: str, practice: Practice) -> tuple[Notice, ...]:
    """To the assignee: a mail of this ticket did not arrive. If it was theirs, to the lead; if the lead's, to none."""
    facts = {"subject": ticket.subject, "recipient": recipient, "code": code}
    addresses = dict.fromkeys((ticket.assignee, practice.people.lead))
    address = next((each for each in addresses if each and each.casefold() != recipient.casefold()), None)
    if address is None or recipient.casefold() == practice.people.lead.casefold():
        return ()
    reader = Reader(address, practice.language_of(address))
    return (notice("undeliverable", ticket, reader, recipient, facts, practice),)


def author_of(mail: Mail) -> str:
    """Who a mail says it is from, as far as that can be said."""
    return mail.sender.address if mail.sender else mail.sender_shown


def attached(mail: Mail) -> tuple[str, ...]:
    """The attachments of a mail, by the SHA-256 under which they are kept."""
    return tuple(each.sha256 for each in mail.attachments)


def found_by(match: Match | None) -> str:
    """How a mail found its ticket, in a word."""
    return match.value if match else "no match"


def slot_of(mail: Mail) -> str:
    """One mail is told once to each person: its content names the slot."""
    return mail.fingerprint[:16]


def _to_desk(
    kind: str,
    ticket: Ticket,
    slot: str,
    facts: Mapping[str, object],
    practice: Practice,
    attachments: Sequence[Attachment],
) -> Notice:
    address = ticket.assignee or practice.people.lead
    reader = Reader(address, practice.language_of(address))
    return notice(kind, ticket, reader, slot, facts, practice, attachments)


def _readers(roles: Sequence[str], ticket: Ticket, practice: Practice) -> Sequence[Reader]:
    """Those who fill these roles; nobody is told of a ticket that a machine opened but the desk."""
    readers: list[Reader] = []
    for role in roles:
        if role in {"requester", "participants"}:
            takers = ticket.participants if role == "participants" else ticket.participants[:1]
            readers += [Reader(each, ticket.language) for each in takers]
        else:
            address = practice.people.lead if role == "lead" else ticket.assignee or practice.people.lead
            readers.append(Reader(address, practice.language_of(address)))
    return list(dict.fromkeys(readers))


def _told_customers(ticket: Ticket, due: Due, language: str, practice: Practice) -> dict[str, object]:
    """All that a clock can tell customers: nothing that stood in a mail of theirs, whose sender may be forged."""
    policy = practice.policy
    engineer = practice.people.engineer(ticket.assignee) if ticket.assignee else None
    ahead = ticket.promised_at is not None and ticket.promised_at > practice.now
    note = due.clock.at_due.note
    return {
        "assignee_name": engineer.name if engineer else None,
        "next_update_by": _soonest(ticket, practice, [each for each in policy.clocks if _updates(each)]),
        "expected_by": ticket.promised_at if ahead else None,
        "promised_at": ticket.promised_at,
        "promised_why": ticket.promised_why,
        "solved": ticket.status is Status.RESOLVED or due.clock.start is Happening.RESOLVED,
        "closes_at": _soonest(ticket, practice, [each for each in policy.clocks if _closes(each)]),
        "note": in_language(note, language) if note else "",
        "ratings": [in_language(each.name, language) for each in sorted(policy.ratings, key=lambda each: -each.score)],
    }


def _told_desk(ticket: Ticket, due: Due, language: str, practice: Practice) -> dict[str, object]:
    """All that a clock can tell the desk: what was promised, until when, and what keeps it."""
    engineer = practice.people.engineer(ticket.assignee) if ticket.assignee else None
    title = in_language(due.clock.title, language)
    keeping = {*due.clock.met_by, *due.clock.reset_by}
    return {
        "subject": ticket.subject,
        "requester": ticket.requester,
        "assignee_name": engineer.name if engineer else None,
        "promise": title,
        "cause": title,
        "due_at": due.at,
        "level": None,
        "orders": spelled(causing(keeping), language),
        "by_reply": Happening.PUBLIC_REPLY in keeping,
        "promised_at": ticket.promised_at,
        "promised_why": ticket.promised_why,
        "author_name": "",
        "text": "",
    }


def _updates(clock: Clock) -> bool:
    """Whether a clock makes sure, again and again, that the customer hears from us."""
    return clock.repeat and any(KINDS[act.notice].audience is Audience.CUSTOMER for act in clock.on_due)


def _closes(clock: Clock) -> bool:
    return clock.at_due.status is Status.CLOSED


def _soonest(ticket: Ticket, practice: Practice, clocks: Sequence[Clock]) -> datetime | None:
    """When the first of these clocks is due; None if none of them runs."""
    moments = (deadline(ticket, practice.policy, clock.name) for clock in clocks)
    return min((moment for moment in moments if moment is not None), default=None)


def _megabytes(size: int | None) -> int | None:
    return None if size is None else max(1, round(size / 1_000_000))
