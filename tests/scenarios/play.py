"""Plays a timeline: the real stages over a store of its own, from moment to moment under a clock that is set."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from functools import cache
from pathlib import Path

import yaml
from sqlalchemy import select

from daemon.configuration import load_desk
from daemon.desk import Desk
from daemon.office import Office
from daemon.ports import Delivery, Envelope, Fetched, Result, StillMine
from daemon.store import inbox, tickets
from daemon.store.database import Store
from daemon.store.inbox import Arrival, Place
from daemon.store.migrate import migrate
from daemon.store.schema import ticket as ticket_table
from daemon.workers import Workers
from rules.clocks import Standing, standing
from rules.model import Happening, Ticket
from rules.policy import Policy
from tests.house import HandClock
from tests.letters import DESK, answer, letter, opened, subject_of, text_of
from tests.scenarios.timeline import ZONE, Block, Timeline, moment, parsed

SPENT = 500
"""So many moments are more than any timeline has; one that goes on has lost its way."""


@dataclass(slots=True)
class Post:
    """Takes every mail of ours, and remembers whom it was for."""

    clock: HandClock
    sent: list[tuple[Block, Message]] = field(default_factory=list)

    async def send(self, envelope: Envelope, still_mine: StillMine) -> Delivery:
        """Deliver at once."""
        mail = opened(envelope.raw)
        block = Block(self.clock.time, "to", envelope.recipient, {"Subject": subject_of(mail)}, text_of(mail))
        self.sent.append((block, mail))
        return Delivery(Result.SENT, "250")

    async def close(self) -> None:
        """Nothing is open."""

    def last_to(self, address: str, about: str) -> Message:
        """The last mail that an address got, with this in its subject."""
        mine = [mail for block, mail in self.sent if block.who == address and about in block.fields["Subject"]]
        return mine[-1]


def played(path: Path, workers: Workers) -> str:
    """The timeline in a file as it comes out when its pack and its people work."""
    timeline = parsed(path.read_text(encoding="utf-8"))
    clock = HandClock(timeline.given[0].at.astimezone(UTC))
    post = Post(clock)
    with tempfile.TemporaryDirectory(prefix="timeline-") as folder:
        store = Store(f"sqlite:///{folder}/timeline.db")
        try:
            migrate(store)
            office = Office(store, desk_of(path.parent), (), post, workers, clock)
            blocks = list(_lived(office, clock, post, timeline))
            with store.read() as c:
                numbers = c.scalars(select(ticket_table.c.number).order_by(ticket_table.c.opened_at)).all()
                found = [tickets.load(c, number) for number in numbers]
        finally:
            store.close()
    standings = [_standing(each, office.desk.policy) for each in found if each is not None]
    return timeline.written([*blocks, Block(timeline.end, "end", text="\n".join(standings))])


@cache
def desk_of(folder: Path) -> Desk:
    """The desk of the timelines in this folder, which has the name of its pack and lists its people."""
    mailbox = {"name": "support", "host": "imap.desk.test", "tls": "ssl", "username": "support"}
    with tempfile.TemporaryDirectory(prefix="timeline-") as state:
        settings = {
            "desk": {"address": DESK, "plus_addressing": True, "timezone": ZONE.key},
            "mailboxes": [{**mailbox, "password": {"env": "HOME"}}],
            "smtp": {"host": "smtp.desk.test", "tls": "ssl"},
            "state_dir": state,
            "policy": folder.name,
            "people": str(folder / "people.yaml"),
        }
        config = Path(state) / "postdesk.yaml"
        config.write_text(yaml.safe_dump(settings), "utf-8")
        return load_desk(config)


def _lived(office: Office, clock: HandClock, post: Post, timeline: Timeline) -> Iterator[Block]:
    """What people did and what came of it, in the order of time."""
    waiting, told = list(timeline.given), 0
    for uid in range(1, SPENT):
        if waiting and waiting[0].at <= clock.time:
            given = waiting.pop(0)
            yield given
            hand_in(office, clock, _raw(given, post), uid)
        office.once()
        yield from (block for block, _ in post.sent[told:])
        told = len(post.sent)
        with office.store.read() as c:
            due_at = tickets.next_moment(c)
        following = [at for at in (due_at, *(block.at for block in waiting[:1])) if at is not None]
        if not following or min(following) > timeline.end:
            return
        set_clock(clock, max(min(following), clock.time))
    raise AssertionError(f"after {SPENT} moments it is {moment(clock.time)}, and no end in sight")


def _raw(given: Block, post: Post) -> bytes:
    fields = dict(given.fields)
    about = fields.pop("Answering", "")
    if "Subject" in fields:
        return letter(given.who, fields.pop("Subject"), given.text, headers=fields)
    return answer(post.last_to(given.who, about), given.who, given.text)


def hand_in(office: Office, clock: HandClock, raw: bytes, uid: int) -> None:
    """Let a mail come now."""
    fetched = Fetched(uid, raw, clock.time, whole=True)
    with office.store.write() as c:
        inbox.keep(c, Place("support", "INBOX", 1), Arrival(fetched, len(raw), silent=False), clock.time)


def set_clock(clock: HandClock, to: datetime) -> None:
    """Let time pass until a moment."""
    clock.seconds += (to - clock.time).total_seconds()
    clock.time = to


def _standing(ticket: Ticket, policy: Policy) -> str:
    """How a ticket stands: its fields, then each promise of ours that is to be kept once, and whether it was."""
    ours = {
        clock.name
        for clock in policy.clocks
        if not clock.repeat and clock.kept_by != "requester" and ticket.priority in clock.target
        if set(clock.met_by) - {Happening.REOPENED}
        if clock.only.admits(ticket)
    }
    fields = [ticket.status.value, ticket.category, ticket.priority, ticket.assignee or "", *ticket.tags]
    lines = [f"{ticket.number}: {', '.join(filter(None, fields))}"]
    for state in (each for each in ticket.clocks if each.name in ours):
        stood = standing(state)
        met = f", {state.met_by} at {moment(state.met_at)}" if state.met_at and state.met_by else ""
        due = f", was due at {moment(state.breached_at)}" if state.breached_at and stood is Standing.BROKEN else ""
        lines.append(f"  {state.name}: {stood}{met}{due}")
    return "\n".join(lines)
