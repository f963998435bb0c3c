"""Gathering what `decide` must know about a mail: its ticket and right to it, its matter, what was sent lately."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from daemon import matching
from daemon.desk import Desk
from daemon.store import inbox, outbox, tickets, workload
from daemon.store.database import Connection
from daemon.store.inbox import InboxRow
from parsers.lists import author_behind, lists_of
from parsers.mail import Automatic, Mail, Origin
from rules.calendar import local_date
from rules.intake import problem_of, understood
from rules.model import MailArrived
from rules.policy import Policy, Series
from rules.practice import Practice

OWN_HEADER = "x-postdesk-desk"


def recognised(mail: Mail, desk: Desk) -> Mail:
    """A mail that bears our own loop header, or comes from our own address, is ours come back.

    A desk may be reached by way of a group or a list of its own: what that passed on is its author's mail, even if the
    list put itself, which is our address, into From.
    """
    address = desk.settings.desk.address.casefold()
    loop = any(name.lower() == OWN_HEADER and value.strip() == desk.settings.desk.id for name, value in mail.headers)
    from_us = mail.sender is not None and _without_plus(mail.sender.key) == address
    origin = mail.automatic.origin if mail.automatic is not None else None
    own_list = not loop and address in lists_of(mail)
    if own_list and from_us:
        mail = replace(mail, sender=author_behind(mail))
    elif (loop or from_us) and origin is not Origin.BOUNCE:
        return replace(mail, automatic=Automatic(Origin.OURSELVES, OWN_HEADER if loop else "From"))
    return replace(mail, automatic=None) if own_list and origin is Origin.MAILING_LIST else mail


def _without_plus(address: str) -> str:
    """The address of which this is a plus form (RFC 5233)."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def event_of(c: Connection, row: InboxRow, mail: Mail, desk: Desk, now: datetime) -> MailArrived:
    """The mail of this inbox row as an event, with its ticket and every other fact."""
    found = matching.find(c, mail, desk)
    reused = mail.message_id is not None and inbox.seen_message_id(c, mail.message_id)
    defects = (*mail.defects, "message-id-reused") if reused else mail.defects
    event = MailArrived(
        mail=replace(mail, defects=defects),
        mailbox=row.mailbox,
        arrived_at=row.arrived_at,
        language=desk.language_for(mail),
        ticket=found.ticket,
        match=found.match,
        claimed=found.claimed,
        trust=found.trust,
        notices_left=_notices_left(c, mail, desk, now),
        oversize=None if row.whole else row.size,
        before_us=row.silent,
    )
    practice = desk.practice(now)
    return _placed(c, understood(event, practice), practice)


def _placed(c: Connection, event: MailArrived, practice: Practice) -> MailArrived:
    """The event with what the store says of the matter that the mail is about."""
    day = local_date(event.arrived_at, practice.zone)
    series = series_of(event, practice.policy)
    placed = replace(
        event,
        next_number=series.number(day, tickets.next_serial(c, series.prefix, day)),
        load=workload.load_of(c, [each.address for each in practice.people.engineers]),
    )
    if event.found is None or event.ticket is not None:
        return placed
    key, problem, recurrence = event.found.correlation, problem_of(event), practice.policy.recurrence
    joins = tickets.open_with_key(c, key) if key is not None else None
    if problem is None or recurrence is None:
        return replace(placed, joins=joins)
    like = tickets.of_problem(c, problem, event.arrived_at - recurrence.within, recurrence.count)
    return replace(placed, joins=joins, like=like)


def series_of(event: MailArrived, policy: Policy) -> Series:
    """The series that numbers the ticket which a mail opens."""
    return policy.series_of(event.found.series if event.found is not None else None)


def _notices_left(c: Connection, mail: Mail, desk: Desk, now: datetime) -> int:
    if mail.sender is None:
        return 0
    caps = desk.settings.notices
    moments = (now - timedelta(minutes=10), now - timedelta(days=1))
    engineer = desk.people.engineer(mail.sender.key)
    spellings = {mail.sender.key, engineer.address if engineer else mail.sender.key}
    lately, today = outbox.answers_since(c, spellings, moments)
    return min(caps.per_address_10min - lately, caps.per_address_day - today)
