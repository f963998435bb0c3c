"""An IMAP server that other people use as well, and the desk's link to it, which breaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from daemon.ports import Fetched, MailboxDown, MailboxError
from tests.simulate.faults import Faults, Meanwhile


@dataclass(slots=True)
class Held:
    """A mail as the server holds it."""

    raw: bytes
    arrived_at: datetime
    seen: bool = False


class ImapServer:
    """The mailbox itself: it outlives every process of the desk."""

    def __init__(self) -> None:
        self.inbox: dict[int, Held] = {}
        self.processed: list[Held] = []
        self.taken_away: list[bytes] = []
        self.uidvalidity = 1
        self.read_only = False
        self.down = False
        self._next_uid = 1

    def deliver(self, raw: bytes, at: datetime) -> int:
        """A mail arrives."""
        uid = self._next_uid
        self._next_uid += 1
        self.inbox[uid] = Held(raw, at)
        return uid

    def rebuild(self) -> None:
        """The folder gets a new UIDVALIDITY, and every mail another UID (RFC 3501 section 2.3.1.1)."""
        self.uidvalidity += 1
        held, self.inbox, self._next_uid = self.inbox, {}, 1
        for each in held.values():
            self.inbox[self._next_uid] = each
            self._next_uid += 1

    def used_by_others(self, rng: Random) -> str:
        """Another client reads, moves or copies a mail, or the server rebuilds the folder; what was done."""
        uids = sorted(self.inbox)
        match rng.randrange(5):
            case 0 if uids:
                self.taken_away.append(self.inbox.pop(rng.choice(uids)).raw)
                return "moved away by another client"
            case 1 if uids:
                self.inbox[rng.choice(uids)].seen = True
                return "read by another client"
            case 2 if self.processed:
                held = self.processed.pop(rng.randrange(len(self.processed)))
                self.deliver(held.raw, held.arrived_at)
                return "moved back by another client"
            case 3 if self.processed:
                held = rng.choice(self.processed)
                self.deliver(held.raw, held.arrived_at)
                return "copied back by another client"
            case _:
                self.rebuild()
                return "UIDVALIDITY changed"


class SimulatedMailbox:
    """`ports.Mailbox`: one process's link to the server."""

    name = "support"
    folder = "INBOX"

    def __init__(self, server: ImapServer, faults: Faults, rng: Random, meanwhile: Meanwhile) -> None:
        self.shown: list[bytes] = []
        self._server = server
        self._faults = faults
        self._rng = rng
        self._meanwhile = meanwhile
        self._looked_at: int | None = None

    def look(self) -> tuple[int, Sequence[int]]:
        self._command()
        self._looked_at = self._server.uidvalidity
        return self._looked_at, sorted(self._server.inbox)

    def sizes(self, uids: Sequence[int]) -> Mapping[int, int]:
        self._command()
        return {uid: len(self._server.inbox[uid].raw) for uid in uids if uid in self._server.inbox}

    def fetch(self, uids: Sequence[int]) -> Sequence[Fetched]:
        self._command()
        if self._faults.happens("link breaks in a fetch", 0.02):
            raise MailboxDown("the link broke")
        held = [(uid, self._server.inbox[uid]) for uid in uids if uid in self._server.inbox]
        self._rng.shuffle(held)
        self.shown += [each.raw for _, each in held]
        return [Fetched(uid, each.raw, each.arrived_at) for uid, each in held]

    def fetch_headers(self, uid: int) -> Fetched | None:
        self._command()
        held = self._server.inbox.get(uid)
        if held is None:
            return None
        return Fetched(uid, held.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n", held.arrived_at, whole=False)

    def file(self, uids: Sequence[int]) -> None:
        self._command()
        if self._server.read_only:
            raise MailboxError("the folder may only be read")
        for uid in uids:
            self._faults.may_crash("in a move", 0.004)
            if self._faults.happens("link breaks in a move", 0.01):
                raise MailboxDown("the link broke")
            held = self._server.inbox.pop(uid, None)
            if held is not None:
                self._server.processed.append(held)
        self._faults.may_crash("after a move", 0.01)
        if self._faults.happens("move done but reply lost", 0.03):
            raise MailboxDown("the link broke")

    def wait(self, seconds: float) -> bool:
        raise AssertionError("the simulation says when a mailbox is polled")

    def wake(self) -> None:
        """Nobody waits here."""

    def close(self) -> None:
        self._looked_at = None

    def _command(self) -> None:
        """One command goes over the link; the world moves on while it does."""
        self._faults.may_crash("at the mailbox", 0.003)
        if self._server.down or self._faults.happens("mailbox down", 0.02):
            raise MailboxDown("no link")
        if self._faults.happens("others act during a poll", 0.05):
            self._meanwhile()
        if self._looked_at not in (None, self._server.uidvalidity):
            self._looked_at = None
            raise MailboxError("the folder has been rebuilt since it was looked at")
