"""Which ticket a mail belongs to: an ordered list of matchers, strongest first, and how far each lets us trust.

A matcher proposes tickets; a proposal counts only if the sender takes part in that ticket or is one of its engineers.
What a stranger names is remembered as a claim and changes nothing for anybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from daemon.desk import Desk
from daemon.store import outbox, tickets
from daemon.store.database import Connection
from parsers.mail import Mail, Origin
from parsers.references import numbers_in, reply_tokens
from rules.model import Match, Ticket, Trust
from rules.tokens import Claim, claims_in_message_ids, claims_in_plus_parts

CANDIDATES_TRIED = 10
"""Mails that name more tickets than this are looked up only so far."""


@dataclass(frozen=True, slots=True)
class Found:
    """The ticket of a mail, how it was found and how far From is believed; or what the mail claims in vain."""

    ticket: Ticket | None = None
    match: Match | None = None
    trust: Trust = Trust.STRANGER
    claimed: str | None = None


def find(c: Connection, mail: Mail, desk: Desk) -> Found:
    """The ticket that this mail belongs to."""
    if mail.automatic is not None and mail.automatic.origin is Origin.BOUNCE:
        return _bounced(c, mail)
    claimed = None
    for count, (match, number) in enumerate(_proposals(c, mail, desk)):
        if count == CANDIDATES_TRIED:
            break
        ticket = tickets.load(c, number)
        if ticket is None:
            continue
        trust = _trust(mail, ticket, desk)
        if trust is not Trust.STRANGER or _machine_answering_us(mail, ticket, desk):
            return Found(ticket, match, trust)
        claimed = claimed or number
    return Found(claimed=claimed)


def _proposals(c: Connection, mail: Mail, desk: Desk) -> Iterator[tuple[Match, str]]:
    for claim in _plus_claims(mail):
        yield Match.REPLY_ADDRESS, claim.number
    for claim in _id_claims(mail, desk):
        yield Match.OWN_MESSAGE_ID, claim.number
    for number in tickets.numbers_by_message_id(c, _cited(mail)):
        yield Match.FOREIGN_MESSAGE_ID, number
    for number in numbers_in(mail.subject, desk.policy.number_shapes):
        yield Match.SUBJECT_NUMBER, number


def _trust(mail: Mail, ticket: Ticket, desk: Desk) -> Trust:
    """How far the sender is believed on this ticket: a token made for this very address proves it."""
    if mail.sender is None:
        return Trust.STRANGER
    address = mail.sender.key
    if address not in ticket.participants and desk.people.engineer(address) is None:
        return Trust.STRANGER
    claims = (claim for claim in (*_plus_claims(mail), *_id_claims(mail, desk)) if claim.number == ticket.number)
    proved = any(desk.reply_key.proves(claim.token, ticket.number, address) for claim in claims)
    return Trust.PROVEN if proved else Trust.KNOWN


def _machine_answering_us(mail: Mail, ticket: Ticket, desk: Desk) -> bool:
    """An automatic answer to a mail that we sent to anybody belongs to its ticket, whatever address it comes from."""
    if mail.automatic is None:
        return False
    readers = (*ticket.participants, *(engineer.address for engineer in desk.people.engineers))
    claims = [claim for claim in (*_plus_claims(mail), *_id_claims(mail, desk)) if claim.number == ticket.number]
    return any(desk.reply_key.proves(claim.token, ticket.number, who) for claim in claims for who in readers)


def _plus_claims(mail: Mail) -> tuple[Claim, ...]:
    addresses = [each.address for each in (*mail.to, *mail.cc)]
    return claims_in_plus_parts(reply_tokens([*addresses, *mail.delivered_to]))


def _id_claims(mail: Mail, desk: Desk) -> tuple[Claim, ...]:
    return claims_in_message_ids(_cited(mail), desk.domain)


def _cited(mail: Mail) -> tuple[str, ...]:
    """Identifiers of earlier mails, the nearest first."""
    return tuple(dict.fromkeys((*mail.in_reply_to, *reversed(mail.references))))


def _bounced(c: Connection, mail: Mail) -> Found:
    returned = mail.bounce.original_message_id if mail.bounce else None
    for each in filter(None, (returned, *_cited(mail))):
        number = outbox.ticket_by_message_id(c, each)
        if number is not None:
            return Found(tickets.load(c, number), Match.OWN_MESSAGE_ID)
    return Found()
