"""A recorded mailbox lived through again: the real stages over a store of its own, under a clock that is set.

Each mail arrives when it did, each promise comes due when it would, and every mail of ours leaves into nothing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from daemon.clock import SteppedClock
from daemon.desk import Desk
from daemon.office import Office
from daemon.opening import workers_of
from daemon.ports import Delivery, Envelope, Fetched, Result, StillMine
from daemon.rereading import MailFile
from daemon.store import inbox, tickets
from daemon.store.database import Store
from daemon.store.inbox import Arrival, Place
from daemon.store.migrate import migrate
from parsers.received import received_at


@dataclass(frozen=True, slots=True)
class Recorded:
    """A mail of the recording and when it came."""

    at: datetime
    file: MailFile


def recorded(files: Sequence[MailFile]) -> tuple[Sequence[Recorded], Sequence[str]]:
    """The mails in the order of their arrival, and the names of those that do not tell when they came."""
    told = [(received_at(file.raw), file) for file in files]
    dated = [Recorded(at, file) for at, file in told if at is not None]
    return sorted(dated, key=lambda each: each.at), [file.name for at, file in told if at is None]


class Nowhere:
    """A transport that takes every message and keeps none."""

    async def send(self, envelope: Envelope, still_mine: StillMine) -> Delivery:
        return Delivery(Result.SENT, "250")

    async def close(self) -> None:
        return


@contextmanager
def rehearsed(
    desk: Desk, mails: Sequence[Recorded], end: datetime, tell: Callable[[datetime], None]
) -> Iterator[Store]:
    """The store after the desk has lived through these mails, and on to `end`; `tell` hears of each moment.

    The UID of a mail in its ledger is its place among `mails`, counted from one.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="postdesk-simulate-"))
        store = Store(f"sqlite:///{Path(folder) / 'simulated.db'}")
        stack.callback(store.close)
        migrate(store)
        workers = workers_of(desk.settings)
        stack.callback(workers.close)
        clock = SteppedClock(mails[0].at)
        office = Office(store, _unhurried(desk), (), Nowhere(), workers, clock)
        _live(office, clock, mails, end, tell)
        yield store


def _unhurried(desk: Desk) -> Desk:
    """The desk without a limit on what leaves in a minute: nothing does."""
    smtp = desk.settings.smtp.model_copy(update={"per_minute": 0})
    return replace(desk, settings=desk.settings.model_copy(update={"smtp": smtp}))


def _live(
    office: Office, clock: SteppedClock, mails: Sequence[Recorded], end: datetime, tell: Callable[[datetime], None]
) -> None:
    """Go from moment to moment at which a mail comes or a promise is due; promises are looked after as often as the
    daemon does it."""
    place = Place(office.desk.settings.mailboxes[0].name, "", 0)
    arriving = list(enumerate(mails, 1))[::-1]
    while clock.time <= end:
        tell(clock.time)
        while arriving and arriving[-1][1].at <= clock.time:
            uid, mail = arriving.pop()
            fetched = Fetched(uid, mail.file.raw, mail.at, whole=mail.file.oversize is None)
            with office.store.write() as c:
                inbox.keep(c, place, Arrival(fetched, mail.file.size, silent=False), clock.time)
        office.once()
        with office.store.read() as c:
            due_at = tickets.next_moment(c)
        due = [max(due_at, clock.time + office.desk.settings.sweep.interval)] if due_at is not None else []
        following = [*due, *(mail.at for _, mail in arriving[-1:])]
        if not following:
            return
        clock.time = min(following)
