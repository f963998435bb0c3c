"""The words of the desk: tickets, what happens to them, and what is decided about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from parsers.mail import Mail
from rules.facts import Fact

if TYPE_CHECKING:
    from rules.classify import Classification


class Status(StrEnum):
    """Where a ticket stands; packs give each status its names."""

    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CLOSED = "closed"

    @property
    def is_open(self) -> bool:
        """Whether somebody has work to do with such a ticket, or will have it when the customer answers."""
        return self in {Status.NEW, Status.OPEN, Status.WAITING}


class Happening(StrEnum):
    """What can happen to a ticket that its status or its clocks take notice of; packs name these."""

    OPENED = "opened"
    PUBLIC_REPLY = "public_reply"
    CUSTOMER_REPLY = "customer_reply"
    ASKED = "asked"
    RESOLVED = "resolved"
    CLOSED = "closed"
    REOPENED = "reopened"
    CLASSIFIED = "classified"
    ASSIGNED = "assigned"
    NOTED = "noted"
    WORKAROUND = "workaround"
    PLANNED = "planned"
    APPROVED = "approved"
    ASSESSED = "assessed"
    ESCALATED = "escalated"
    PROMISED = "promised"
    CONFIRMED = "confirmed"
    RATED = "rated"
    REVIEWED = "reviewed"
    DOCUMENTED = "documented"


class Trust(IntEnum):
    """How far we believe that a mail's From wrote it, from least to most."""

    STRANGER = 0
    KNOWN = 1
    PROVEN = 2


class Match(StrEnum):
    """How a mail found its ticket, strongest first."""

    REPLY_ADDRESS = "reply-address"
    OWN_MESSAGE_ID = "own-message-id"
    FOREIGN_MESSAGE_ID = "foreign-message-id"
    SUBJECT_NUMBER = "subject-number"


@dataclass(frozen=True, slots=True)
class ClockState:
    """One promise on a ticket: how much of it is used up, and what has been said about it.

    It began at `since`. `consumed` is what its calendar counted until `counted_to` (None: until `since`); nothing is
    added while it is `paused`. `met_by` kept it at `met_at`; `breached_at` is the moment at which it was due and not
    kept. `level` is the last one acted upon: 0 is due, -1 the warning before, 1 the first level after; a cadence
    forgets it with each slot. It last spoke of a due moment at `fired_until`, when `spoken_at` was consumed.
    """

    name: str
    since: datetime
    fired_until: datetime | None = None
    met_at: datetime | None = None
    met_by: Happening | None = None
    breached_at: datetime | None = None
    level: int | None = None
    consumed: timedelta = timedelta()
    counted_to: datetime | None = None
    spoken_at: timedelta = timedelta()
    paused: bool = False

    @property
    def counts_from(self) -> datetime:
        """The instant from which what it counts is not yet in `consumed`."""
        return self.counted_to or self.since


@dataclass(frozen=True, slots=True)
class Ticket:
    """A request and everything that deciding about it needs. `participants` are addresses who may read it.

    `promised_at` is the moment by which an engineer has told the customer that it will be done, and `promised_why` the
    reason given with it. `helper` works on it beside the assignee, and `watchers` are told what these two are told.
    `correlation` is the key by which further alarms join it; tickets of one `problem` are about the same thing.
    `skipped_clocks` never run for it, and fields named in `by_hand` were set by an engineer: rules leave them alone.
    """

    number: str
    mailbox: str
    status: Status
    subject: str
    requester: str
    requester_name: str
    participants: tuple[str, ...]
    language: str
    category: str
    priority: str
    assignee: str | None
    tags: tuple[str, ...]
    opened_at: datetime
    item: str | None = None
    impact: str = ""
    urgency: str = ""
    helper: str | None = None
    watchers: tuple[str, ...] = ()
    correlation: str | None = None
    problem: str | None = None
    skipped_clocks: tuple[str, ...] = ()
    by_hand: tuple[str, ...] = ()
    closed_at: datetime | None = None
    promised_at: datetime | None = None
    promised_why: str = ""
    clocks: tuple[ClockState, ...] = ()
    last_message_id: str | None = None
    references: tuple[str, ...] = ()
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Load:
    """How busy the engineers are, by address: their open tickets, and the turn in which each last got a new one."""

    open_tickets: Mapping[str, int] = field(default_factory=dict)
    turns: Mapping[str, int] = field(default_factory=dict)


# What has happened ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MailArrived:
    """A mail came in, with every fact that deciding about it needs.

    `ticket` is the one it belongs to, as found by `match`; `claimed` is a ticket that it names without having a right
    to. `trust` says how far From is believed for that ticket. `found` and `facts` are what the rules and the mail
    itself tell. From these follow `next_number`, used if a ticket is opened, `joins`, the open ticket with the same
    correlation key, and `like`, how many tickets of the same problem came lately. `load` says how busy everybody is.
    `language` is the one to answer in. `notices_left` is how many more automatic answers the sender may get now
    (settings, `notices`). `oversize` is the size in bytes of a mail of which only the header was taken. `before_us`: it
    came before the desk did, so nobody was promised anything.
    """

    mail: Mail
    mailbox: str
    arrived_at: datetime
    language: str
    found: Classification | None = None
    facts: tuple[Fact, ...] = ()
    next_number: str = ""
    joins: Ticket | None = None
    like: int = 0
    load: Load = field(default_factory=Load)
    ticket: Ticket | None = None
    match: Match | None = None
    claimed: str | None = None
    trust: Trust = Trust.STRANGER
    notices_left: int = 1
    oversize: int | None = None
    before_us: bool = False


@dataclass(frozen=True, slots=True)
class TimeCame:
    """A moment that the ticket was waiting for has come."""

    ticket: Ticket


@dataclass(frozen=True, slots=True)
class DeliveryFailed:
    """A mail of ours to `recipient` will not arrive: the server refused it for good, or we gave up trying."""

    ticket: Ticket
    recipient: str
    code: str


Event = MailArrived | TimeCame | DeliveryFailed


# What is decided -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PublicMessage:
    """Words that the requester and the other participants may read."""

    author: str
    text: str
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InternalNote:
    """Words for the desk alone; no mail to a participant is ever built from it."""

    author: str
    text: str
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """A field of the ticket that took a new value, and why (rule id, order, clock or lifecycle)."""

    field: str
    old: str
    new: str
    because: str


@dataclass(frozen=True, slots=True)
class Remark:
    """Something worth knowing later that changes nothing: a refused order, a bounce, a claim, a promise that passed."""

    what: str
    detail: str = ""


Entry = PublicMessage | InternalNote | Change | Remark | Fact


class Audience(StrEnum):
    """For whom a notice is written; the composer gives customers public words only."""

    CUSTOMER = "customer"
    DESK = "desk"


@dataclass(frozen=True, slots=True)
class Notice:
    """One mail to one person that must leave: `slot` makes it unique among those of its kind on its ticket.

    `facts` are plain values for the template; `template` names a wording beside the usual one. `attachments` are
    SHA-256 names of blobs with the file name to show.
    """

    kind: str
    audience: Audience
    recipient: str
    slot: str
    language: str
    facts: Mapping[str, object] = field(default_factory=dict)
    attachments: tuple[tuple[str, str, str], ...] = ()
    automatic: bool = True
    template: str = ""

    def key(self, number: str) -> str:
        """The business key: the same notice decided twice is queued once."""
        return f"{number}/{self.kind}/{self.slot}/{self.recipient}"


class Outcome(StrEnum):
    """What became of a mail."""

    OPENED = "opened"
    APPENDED = "appended"
    SET_ASIDE = "set-aside"


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to an event: the ticket as it is now, what its journal gains, which mails leave, and why.

    `ticket` is None when a mail concerns no ticket; `because` then says why it was set aside. `found` is what the rules
    made of a mail, where they were asked.
    """

    ticket: Ticket | None
    outcome: Outcome
    because: str
    entries: tuple[Entry, ...] = ()
    notices: tuple[Notice, ...] = ()
    found: Classification | None = None
