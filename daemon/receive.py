"""The first stage: copy what a mailbox shows into the inbox, and only then move it out of the way.

Progress is the ledger of (mailbox, UIDVALIDITY, UID), never a flag on the server or a date: a mail that somebody else
has read is still new to us. Mail older than our first contact with the mailbox comes in silently and stays where it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from daemon.failpoint import failpoint
from daemon.log import Action, log
from daemon.ports import Clock, Fetched, Mailbox, MailboxError
from daemon.store import inbox, mailboxes
from daemon.store.database import Store
from daemon.store.inbox import Arrival, Place

LOOK_AHEAD = 500
"""How many sizes are asked for at once."""


class FirstContact(StrEnum):
    """What becomes of mail that is older than our first contact with its mailbox."""

    IMPORT = "import"
    """It becomes tickets without a word to anybody and without promises."""
    SKIP = "skip"
    """Its header alone is taken, and it is set aside."""
    ANSWER = "answer"
    """It is treated like any other mail."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a mailbox is worked: a batch in mails and bytes, the largest mail taken, what old mail becomes, and whether
    mail is moved."""

    messages: int
    octets: int
    largest: int
    first_contact: FirstContact = FirstContact.IMPORT
    moves: bool = True


@dataclass(frozen=True, slots=True)
class Received:
    """One poll: how many mails were new, and whether those kept could be filed away."""

    kept: int
    filed: bool


def receive(store: Store, mailbox: Mailbox, clock: Clock, manner: Manner, tell: Callable[[], None]) -> Received:
    """Poll once, and `tell` whoever reads the inbox of each batch. After `MailboxDown` all fetched so far is kept."""
    uidvalidity, uids = mailbox.look()
    with store.write() as c:
        since = mailboxes.met(c, mailbox.name, clock.now())
        place = Place(mailbox.name, mailbox.folder, uidvalidity)
        known = inbox.known_uids(c, place, min(uids, default=0))
    intake = _Intake(store, mailbox, clock, manner, since, place)
    filed = intake.file([uid for uid in uids if uid in known and not known[uid]])
    done = intake.take([uid for uid in uids if uid not in known], tell)
    return Received(done.kept, filed and done.filed)


def receive_again(store: Store, mailbox: Mailbox, clock: Clock, manner: Manner, uids: Sequence[int]) -> int:
    """Take those of these mails that the ledger does not know, as `manner` treats old mail, and leave them there."""
    uidvalidity, _ = mailbox.look()
    now = clock.now()
    with store.read() as c:
        place = Place(mailbox.name, mailbox.folder, uidvalidity)
        known = inbox.known_uids(c, place, min(uids, default=0))
    intake = _Intake(store, mailbox, clock, replace(manner, moves=False), now + timedelta(days=1), place)
    return intake.take([uid for uid in uids if uid not in known], lambda: None).kept


def _batches(
    mailbox: Mailbox, uids: Sequence[int], manner: Manner
) -> Iterator[tuple[Sequence[int], Mapping[int, int]]]:
    """Groups of mails within the bounds; one too large for a group comes alone."""
    for start in range(0, len(uids), LOOK_AHEAD):
        sizes = mailbox.sizes(uids[start : start + LOOK_AHEAD])
        batch: list[int] = []
        octets = 0
        for uid in sorted(sizes):
            if batch and (len(batch) == manner.messages or octets + sizes[uid] > manner.octets):
                yield batch, sizes
                batch, octets = [], 0
            batch.append(uid)
            octets += sizes[uid]
        if batch:
            yield batch, sizes


@dataclass(frozen=True, slots=True)
class _Intake:
    """One poll of one mailbox; what arrived before `since` is silent."""

    store: Store
    mailbox: Mailbox
    clock: Clock
    manner: Manner
    since: datetime
    place: Place

    def take(self, uids: Sequence[int], tell: Callable[[], None]) -> Received:
        """Copy these mails in batches, each committed before it is filed."""
        kept, filed = 0, True
        for batch, sizes in _batches(self.mailbox, uids, self.manner):
            arrivals = self.fetch(batch, sizes)
            failpoint("in.1")
            self.keep(arrivals)
            failpoint("in.3")
            tell()
            kept += len(arrivals)
            filed = self.file([each.mail.uid for each in arrivals if not each.silent]) and filed
            failpoint("in.4")
        return Received(kept, filed)

    def fetch(self, uids: Sequence[int], sizes: Mapping[int, int]) -> Sequence[Arrival]:
        """The mails, of one too large only the header; one that has vanished meanwhile is simply not there."""
        alone = {uid: self.mailbox.fetch_headers(uid) for uid in uids if self._header_may_do(sizes[uid])}
        headers = [mail for mail in alone.values() if mail is not None and self._header_does(mail, sizes[mail.uid])]
        left = {uid for uid, mail in alone.items() if mail is None} | {mail.uid for mail in headers}
        whole = [uid for uid in uids if uid not in left]
        fetched = [*headers, *(self.mailbox.fetch(whole) if whole else ())]
        arrivals = [Arrival(mail, max(sizes[mail.uid], len(mail.raw)), self._is_silent(mail)) for mail in fetched]
        return sorted(arrivals, key=lambda arrival: arrival.mail.uid)

    def _header_may_do(self, size: int) -> bool:
        return size > self.manner.largest or self.manner.first_contact is FirstContact.SKIP

    def _header_does(self, mail: Fetched, size: int) -> bool:
        skipped = self.manner.first_contact is FirstContact.SKIP and self._is_silent(mail)
        return skipped or size > self.manner.largest

    def _is_silent(self, mail: Fetched) -> bool:
        """INTERNALDATE knows whole seconds only, so a mail of the very second of our first contact counts as new."""
        old = mail.arrived_at < self.since.replace(microsecond=0)
        return old and self.manner.first_contact is not FirstContact.ANSWER

    def keep(self, arrivals: Sequence[Arrival]) -> None:
        """Commit the mails to the inbox."""
        now = self.clock.now()
        with self.store.write() as c:
            for arrival in arrivals:
                inbox.keep(c, self.place, arrival, now)
                failpoint("in.2")
        for arrival in arrivals:
            log(Action.MAIL_KEPT, mailbox=self.mailbox.name, uid=arrival.mail.uid, whole=arrival.mail.whole)

    def file(self, uids: Sequence[int]) -> bool:
        """Move mails whose rows are committed. A refusal costs nothing: the ledger keeps them from coming twice."""
        try:
            if uids and self.manner.moves:
                self.mailbox.file(uids)
        except MailboxError:
            return False
        return True
