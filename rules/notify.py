"""The notices that happenings call for: to whom, under which key, with which facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from parsers.mail import Attachment, Mail
from rules.clocks import respond_by
from rules.model import MailArrived, Match, Notice, Ticket, Trust
from rules.notices import KINDS
from rules.practice import Practice
from rules.roles import Reader

TEXT_CHARS = 60_000
"""Longer words of a mail are cut in notices; the whole mail stays in the store."""


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
        "respond_by": respond_by(ticket, practice),
        "oversize_mb": _megabytes(event.oversize),
        "missing": [practice.policy.fact_name(each, ticket.language) for each in missing],
    }
    said = notice("acknowledgement", ticket, Reader(ticket.requester, ticket.language), "1", facts, practice)
    template = event.found.template if event.found is not None else None
    return replace(said, template=template or "")


def new_ticket(ticket: Ticket, event: MailArrived, why: Sequence[str], practice: Practice) -> tuple[Notice, ...]:
    """To those who look after it, with the whole mail and the reasons of its classification."""
    facts = {
        "subject": ticket.subject,
        "requester": author_of(event.mail),
        "text": event.mail.text[:TEXT_CHARS],
        "why": list(why),
        "respond_by": respond_by(ticket, practice),
        "oversize_mb": _megabytes(event.oversize),
        "claimed": event.claimed,
    }
    return _to_desk("new_ticket", ticket, "1", facts, practice, event.mail.attachments)


def customer_replied(ticket: Ticket, event: MailArrived, text: str, practice: Practice) -> tuple[Notice, ...]:
    """To those who look after it, with what the customer wrote this time, and whether it is proved to be theirs."""
    facts = {
        "subject": ticket.subject,
        "author": author_of(event.mail),
        "text": text[:TEXT_CHARS],
        "verified": event.trust is Trust.PROVEN,
    }
    return _to_desk("customer_replied", ticket, slot_of(event.mail), facts, practice, event.mail.attachments)


def recovered(ticket: Ticket, event: MailArrived, practice: Practice) -> tuple[Notice, ...]:
    """To those who look after it: a machine says that what its alarm was about has ended."""
    facts = {"subject": ticket.subject, "author": author_of(event.mail), "text": event.mail.new_text[:TEXT_CHARS]}
    return _to_desk("recovered", ticket, slot_of(event.mail), facts, practice, ())


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
) -> tuple[Notice, ...]:
    """To the assignee, the helper and the watchers, each once and in their own language."""
    named = (ticket.assignee or practice.people.lead, ticket.helper, *ticket.watchers)
    addresses = {address.casefold(): address for address in reversed(named) if address is not None}
    readers = (Reader(address, practice.language_of(address)) for address in reversed(addresses.values()))
    return tuple(notice(kind, ticket, reader, slot, facts, practice, attachments) for reader in readers)


def _megabytes(size: int | None) -> int | None:
    return None if size is None else max(1, round(size / 1_000_000))
