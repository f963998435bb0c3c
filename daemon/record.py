"""Writing a decision down: the ticket, its journal and its outbox rows, in the caller's one transaction.

A notice becomes bytes here, once; every later attempt sends those bytes. Its business key makes a notice that is
decided twice leave once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from daemon.compose.headers import Unwritable
from daemon.compose.message import Stamp, compose
from daemon.desk import Desk
from daemon.log import Action, log
from daemon.schedule import scheduled
from daemon.store import blobs, outbox, tickets
from daemon.store.database import Connection
from daemon.store.outbox import OutboxState
from daemon.store.tickets import Origin, Queued
from rules.decide import decide
from rules.model import Decision, DeliveryFailed, Notice, Outcome, Remark, Ticket
from rules.notices import SUPERSEDING
from rules.tokens import thread_id


def record(
    c: Connection, decision: Decision, desk: Desk, origin: Origin, state: OutboxState = OutboxState.READY
) -> None:
    """Keep all that was decided about a ticket; its notices are queued in `state`, withheld if the desk observes."""
    ticket = decision.ticket
    if ticket is None:
        return
    schedule = scheduled(ticket, desk, origin.at)
    if decision.outcome is Outcome.OPENED:
        tickets.open_new(c, ticket, schedule)
    else:
        tickets.change(c, ticket, schedule)
    state = OutboxState.WITHHELD if desk.observing else state
    written: list[outbox.Message] = []
    unwritable: list[Remark] = []
    unwritten: list[DeliveryFailed] = []
    for notice in decision.notices:
        try:
            written.append(_written(c, notice, ticket, desk, origin.at))
        except Unwritable as why:
            unwritable.append(Remark("unwritable", f"{notice.kind} to {notice.recipient}: {why}"))
            unwritten.append(DeliveryFailed(ticket, notice.recipient, str(why)))
    queued = _queue(c, written, state, origin.at)
    tickets.write_journal(c, ticket.number, [*decision.entries, *queued, *unwritable], origin)
    tickets.learn_message_ids(c, ticket.number, ticket.references)
    for failure in unwritten:
        record_failure(c, failure, desk, origin, state)


def record_failure(
    c: Connection, failure: DeliveryFailed, desk: Desk, origin: Origin, state: OutboxState = OutboxState.READY
) -> None:
    """Put a mail that will not arrive before `decide`, with its ticket as it is now, so that the desk hears of it."""
    ticket = tickets.load(c, failure.ticket.number)
    if ticket is not None:
        decision = decide(replace(failure, ticket=ticket), desk.practice(origin.at))
        record(c, decision, desk, origin, state)


def _queue(c: Connection, written: Sequence[outbox.Message], state: OutboxState, now: datetime) -> Sequence[Queued]:
    """The journal's word of each message that was queued; none of one that had been."""
    for message in written:
        if message.kind in SUPERSEDING:
            outbox.supersede(c, message.ticket_number, message.kind, message.recipient, now)
    fresh = outbox.queue(c, written, state, now)
    return [Queued(each.kind, each.recipient, each.key) for each in written if each.key in fresh]


def _written(c: Connection, notice: Notice, ticket: Ticket, desk: Desk, now: datetime) -> outbox.Message:
    """The notice as it will leave. Raises `Unwritable`."""
    key = notice.key(ticket.number)
    stamp = _stamp(key, notice, ticket, desk, now)
    contents = _contents(c, notice, desk)
    fitting = tuple(each for each in notice.attachments if each[0] in contents)
    written = compose(replace(notice, attachments=fitting), desk.wording, desk.sender, stamp, contents)
    if written.fault is not None:
        log(Action.WORDING_FELL_BACK, ticket=ticket.number, kind=notice.kind)
    return outbox.Message(
        ticket_number=ticket.number,
        kind=notice.kind,
        key=key,
        audience=notice.audience,
        automatic=notice.automatic,
        reverse_path=desk.settings.automatic_reverse_path if notice.automatic else desk.settings.desk.address,
        recipient=notice.recipient,
        message_id=stamp.message_id,
        raw=written.raw,
    )


def _stamp(key: str, notice: Notice, ticket: Ticket, desk: Desk, now: datetime) -> Stamp:
    """What is fixed about a mail. Of our own identifiers it cites those alone that were made for its reader."""
    settings, who = desk.settings.desk, notice.recipient
    plus = settings.plus_addressing
    cited = (each for each in ticket.references if not desk.reply_key.shows_another(each, who, desk.domain))
    return Stamp(
        message_id=desk.reply_key.message_id(key, ticket.number, who, desk.domain),
        date=now,
        reply_to=desk.reply_key.reply_address(settings.address, ticket.number, who) if plus else settings.address,
        in_reply_to=ticket.last_message_id,
        references=(thread_id(ticket.number, desk.domain), *cited),
    )


def _contents(c: Connection, notice: Notice, desk: Desk) -> dict[str, bytes]:
    """The attached bytes as far as the limit goes; what does not fit stays in the store."""
    contents: dict[str, bytes] = {}
    room = desk.settings.limits.outgoing_attachments
    for name in _names(notice):
        content = blobs.get(c, name)
        if len(content) <= room:
            contents[name] = content
            room -= len(content)
    return contents


def _names(notice: Notice) -> Sequence[str]:
    return list(dict.fromkeys(sha256 for sha256, _, _ in notice.attachments))
