"""The first stage: copy what a mailbox shows into the inbox, and only then move it out of the way.

Progress is the ledger of (mailbox, UIDVALIDITY, UID), never a flag on the server or a date: a mail that somebody else
has read is still new to us.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from daemon.failpoint import failpoint
from daemon.log import Action, log
from daemon.ports import Clock, Fetched, Mailbox, MailboxError
from daemon.store import inbox
from daemon.store.database import Store

LOOK_AHEAD = 500
"""How many sizes are asked for at once."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is taken at once and at most: a batch in mails and bytes, and the largest mail in bytes."""

    messages: int
    octets: int
    largest: int


@dataclass(frozen=True, slots=True)
class Received:
    """One poll: how many mails were new, and whether those kept could be filed away."""

    kept: int
    filed: bool


def receive(store: Store, mailbox: Mailbox, clock: Clock, bounds: Bounds, tell: Callable[[], None]) -> Received:
    """Poll once, and `tell` whoever reads the inbox of each batch. After `MailboxDown` all fetched so far is kept."""
    uidvalidity, uids = mailbox.look()
    with store.read() as c:
        known = inbox.known_uids(c, mailbox.name, uidvalidity, min(uids, default=0))
    filed = _file(mailbox, [uid for uid in uids if uid in known])
    kept = 0
    for batch, sizes in _batches(mailbox, [uid for uid in uids if uid not in known], bounds):
        fetched = _fetch(mailbox, batch, sizes, bounds)
        failpoint("in.1")
        _keep(store, mailbox.name, uidvalidity, fetched, sizes, clock)
        failpoint("in.3")
        tell()
        kept += len(fetched)
        filed = _file(mailbox, [mail.uid for mail in fetched]) and filed
        failpoint("in.4")
    return Received(kept, filed)


def _batches(
    mailbox: Mailbox, uids: Sequence[int], bounds: Bounds
) -> Iterator[tuple[Sequence[int], Mapping[int, int]]]:
    """Groups of mails within the bounds; one too large for a group comes alone."""
    for start in range(0, len(uids), LOOK_AHEAD):
        sizes = mailbox.sizes(uids[start : start + LOOK_AHEAD])
        batch: list[int] = []
        octets = 0
        for uid in sorted(sizes):
            if batch and (len(batch) == bounds.messages or octets + sizes[uid] > bounds.octets):
                yield batch, sizes
                batch, octets = [], 0
            batch.append(uid)
            octets += sizes[uid]
        if batch:
            yield batch, sizes


def _fetch(mailbox: Mailbox, uids: Sequence[int], sizes: Mapping[int, int], bounds: Bounds) -> Sequence[Fetched]:
    """The mails, of one too large only the header; one that has vanished meanwhile is simply not there."""
    whole = [uid for uid in uids if sizes[uid] <= bounds.largest]
    headers = [mailbox.fetch_headers(uid) for uid in uids if sizes[uid] > bounds.largest]
    fetched = list(mailbox.fetch(whole)) if whole else []
    return sorted([*fetched, *(mail for mail in headers if mail is not None)], key=lambda mail: mail.uid)


def _keep(
    store: Store, name: str, uidvalidity: int, fetched: Sequence[Fetched], sizes: Mapping[int, int], clock: Clock
) -> None:
    now = clock.now()
    with store.write() as c:
        for mail in fetched:
            inbox.keep(c, name, uidvalidity, mail, max(sizes[mail.uid], len(mail.raw)), now)
            failpoint("in.2")
    for mail in fetched:
        log(Action.MAIL_KEPT, mailbox=name, uid=mail.uid, whole=mail.whole)


def _file(mailbox: Mailbox, uids: Sequence[int]) -> bool:
    """Move mails whose rows are committed. A refusal costs nothing: the ledger keeps them from coming twice."""
    try:
        if uids:
            mailbox.file(uids)
    except MailboxError:
        return False
    return True
