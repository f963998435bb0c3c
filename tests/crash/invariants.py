"""The ten promises I1-I10, which hold after any crash: each is a question to the evidence that yields what breaks it.

They lean on what the world saw (the mailbox, the mail server) and on bytes, not on the desk's own word for it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from sqlalchemy import Row

from rules.lifecycle import TRANSITIONS
from tests.crash.evidence import DESK_PEOPLE, Evidence, Rows, sha256
from tests.letters import text_of

_SETTLED = {"done", "duplicate", "quarantined"}
_AT_REST = {"sent", "failed", "cancelled"}
_LATER = {"deferred", "unknown"}
_WORDS = {"public", "internal"}


def violations(seen: Evidence) -> list[str]:
    """Every breach of every promise, each with the number of the promise."""
    checks = (
        _nothing_is_lost,
        _each_mail_acts_once,
        _numbers_are_unique,
        _each_mail_of_ours_has_one_message_id,
        _everybody_heard,
        _copies_are_few,
        _orders_run_once_and_in_order,
        _bytes_are_kept,
        _statuses_follow_the_table,
        _only_participants_hear,
    )
    return [f"I{number}: {breach}" for number, check in enumerate(checks, 1) for breach in check(seen)]


def _nothing_is_lost(seen: Evidence) -> Iterator[str]:
    """I1. Every mail that the server showed is settled and filed, and only what deserves it is in quarantine."""
    posted = Counter(letter.sha256 for letter in seen.posted)
    yield from _difference("in the inbox table", posted, Counter(row.raw_sha256 for row in seen.inbox))
    yield from _difference("in the processed folder", posted, Counter(sha256(raw) for raw in seen.filed))
    if seen.waiting:
        yield f"{len(seen.waiting)} mails still lie in the mailbox"
    yield from (f"mail {row.id} is still {row.state}" for row in seen.inbox if row.state not in _SETTLED)
    poisonous = Counter(letter.sha256 for letter in seen.posted if letter.poisonous)
    quarantined = Counter(row.raw_sha256 for row in seen.inbox if row.state == "quarantined")
    yield from _difference("in quarantine", poisonous, quarantined)


def _each_mail_acts_once(seen: Evidence) -> Iterator[str]:
    """I2. However often the same bytes came, they are one event and open at most one ticket."""
    content = {row.id: row.raw_sha256 for row in seen.inbox}
    events = Counter(content[row.inbox_id] for row in seen.journal if row.kind in _WORDS and row.inbox_id)
    opened = Counter(row.raw_sha256 for row in seen.inbox if row.outcome == "opened")
    for name in {letter.sha256 for letter in seen.posted if not letter.poisonous}:
        if events[name] != 1:
            yield f"a mail became {events[name]} events"
        if opened[name] > 1:
            yield f"a mail opened {opened[name]} tickets"
    if len(seen.tickets) != opened.total():
        yield f"there are {len(seen.tickets)} tickets, and {opened.total()} mails that opened one"


def _numbers_are_unique(seen: Evidence) -> Iterator[str]:
    """I3. Numbers run on without a gap, and the one that a customer was told names that customer's ticket."""
    serials = Counter(row.number.rpartition("-")[0] for row in seen.tickets)
    given = sorted(row.number for row in seen.tickets)
    due = sorted(f"{day}-{serial:03d}" for day, count in serials.items() for serial in range(1, count + 1))
    if given != due or serials.total() != sum(row.last for row in seen.counters):
        yield f"the numbers given are {given}"
    requesters = {row.number: row.requester for row in seen.tickets}
    for taken in seen.accepted:
        if taken.recipient not in DESK_PEOPLE and taken.recipient != requesters.get(taken.number):
            yield f"number {taken.number} was told to somebody who has no such ticket"


def _each_mail_of_ours_has_one_message_id(seen: Evidence) -> Iterator[str]:
    """I4. What left is what was queued, byte for byte, and nobody got the same words under two identifiers."""
    queued = {row.message_id: row for row in seen.outbox}
    identifiers: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for taken in seen.accepted:
        identifiers[taken.recipient, taken.number, taken.answers, text_of(taken.header)].add(taken.message_id)
        row = queued.get(taken.message_id)
        if row is None:
            yield f"a mail left under an identifier that was never queued: {taken.message_id}"
        elif row.recipient != taken.recipient or seen.contents[row.raw_sha256] != taken.accepted.raw:
            yield f"{row.key} left otherwise than it was queued"
    yield from (f"the same words left under {len(ids)} identifiers" for ids in identifiers.values() if len(ids) > 1)


def _everybody_heard(seen: Evidence) -> Iterator[str]:
    """I5. Every queued mail is at rest or waits for a later hour, and whoever must be told was."""
    for row in seen.outbox:
        if row.state not in _AT_REST and not (row.state in _LATER and row.next_at > seen.now):
            yield f"{row.key} is still {row.state}"
    arrived = {taken.message_id for taken in seen.accepted}
    lost = (row for row in seen.outbox if row.state == "sent" and row.message_id not in arrived)
    yield from (f"{row.key} is called sent and never arrived" for row in lost)
    told = {(taken.recipient, taken.answers) for taken in seen.accepted}
    for letter in seen.posted:
        yield from (
            f"{person} was not told of {about}" for person, about in letter.tells if (person, about) not in told
        )


def _copies_are_few(seen: Evidence) -> Iterator[str]:
    """I6. A mail leaves twice only where a kill can have swallowed the answer to its final dot."""
    if copies(seen) > seen.copies_allowed:
        yield f"{copies(seen)} mails left again, and at most {seen.copies_allowed} kills can explain one"


def copies(seen: Evidence) -> int:
    """How many mails arrived that had arrived before."""
    return len(seen.accepted) - len({taken.message_id for taken in seen.accepted})


def _orders_run_once_and_in_order(seen: Evidence) -> Iterator[str]:
    """I7. An order is carried out once, and a ticket's mails speak in the order in which they came."""
    content = {row.id: row.raw_sha256 for row in seen.inbox}
    closings = Counter(content[row.inbox_id] for row in seen.journal if _closes(row.kind, row.body) and row.inbox_id)
    ordered = Counter({letter.sha256 for letter in seen.posted if b"#close" in letter.raw and not letter.poisonous})
    yield from _difference("carried out", ordered, closings)
    places = {row.id: (row.uidvalidity, row.uid) for row in seen.inbox}
    for number, spoken in _by_ticket(seen.journal).items():
        order = [places[row.inbox_id] for row in spoken if row.kind in _WORDS and row.inbox_id]
        if order != sorted(order):
            yield f"the mails of {number} were taken out of their order"


def _closes(kind: str, body: dict[str, str]) -> bool:
    return kind == "change" and body["field"] == "status" and body["new"] == "closed"


def _bytes_are_kept(seen: Evidence) -> Iterator[str]:
    """I8. The bytes of every mail are there, quarantined or not, and are the ones that came."""
    yield from (f"the bytes of {name} are others" for name, raw in seen.contents.items() if sha256(raw) != name)
    yield from (
        f"mail {row.id} went to quarantine without a reason" for row in seen.inbox if _unexplained(row.state, row.error)
    )


def _unexplained(state: str, error: str | None) -> bool:
    return state == "quarantined" and not error


def _statuses_follow_the_table(seen: Evidence) -> Iterator[str]:
    """I9. The status of a ticket moved only as the table of the lifecycle says, each time from where it was."""
    spoken = _by_ticket(seen.journal)
    allowed = {(before.value, after.value) for (before, _), after in TRANSITIONS.items()}
    for ticket in seen.tickets:
        changes = [row.body for row in spoken[ticket.number] if row.kind == "change" and row.body["field"] == "status"]
        path = ["new", *(change["new"] for change in changes)]
        steps = set(pairwise(path))
        if [change["old"] for change in changes] != path[:-1] or path[-1] != ticket.status:
            yield f"{ticket.number} is {ticket.status} after {path}"
        yield from (f"{ticket.number} went from {before} to {after}" for before, after in steps - allowed)


def _only_participants_hear(seen: Evidence) -> Iterator[str]:
    """I10. Nothing left for anybody but the participants of the ticket and the desk's own people."""
    participants = {row.number: {*row.participants} for row in seen.tickets}
    for taken in seen.accepted:
        if taken.recipient not in participants.get(taken.number, set()) | DESK_PEOPLE:
            yield f"a mail about {taken.number} went to a stranger"
        if len(taken.accepted.recipients) != 1:
            yield f"one mail about {taken.number} went to {len(taken.accepted.recipients)} people"


def _by_ticket(journal: Rows) -> dict[str, list[Row[Any]]]:
    spoken: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in journal:
        spoken[row.ticket_number].append(row)
    return spoken


def _difference(where: str, due: Counter[str], found: Counter[str]) -> Iterator[str]:
    missing, surplus = due - found, found - due
    if missing:
        yield f"{missing.total()} mails are missing {where}"
    if surplus:
        yield f"{surplus.total()} mails too many {where}"
