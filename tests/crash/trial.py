"""One desk on trial: mails are posted, its process is killed and started again, and in the end all of it is judged."""

from __future__ import annotations

import itertools
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import func, select

from daemon.clock import SystemClock
from daemon.store.database import Store
from daemon.store.schema import inbox, outbox
from daemon.workers import GRACE_SECONDS
from tests.crash.evidence import Letter, Taken, gather
from tests.crash.invariants import copies, violations
from tests.house import ENGINEER, STOP_WITHIN, House
from tests.letters import answer, letter, opened
from tests.servers.process import eventually

REST_WITHIN = 30.0
"""Seconds in which a desk that was started again must have caught up."""

ATTEMPTS = 3
"""How often a mail may fail, as settings have it by default."""

DEADLINE_SECONDS = 5.0
READ_WITHIN = ATTEMPTS * (DEADLINE_SECONDS + GRACE_SECONDS) + REST_WITHIN
"""Seconds in which what killed readers had is read: one that dies just as it takes a mail is missed only when deadline
and grace are over."""

CONTROL_LOST = "the control mail got no ticket and acknowledgement"

_UNDER_WAY = ("ready", "sending")
_LATER = ("deferred", "unknown")


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a trial ended: how often the desk was killed, how many mails left twice, and every broken promise."""

    kills: int
    copies: int
    breaches: Sequence[str]


@dataclass(slots=True)
class Trial:
    """A house, the mails posted to it, and the kills its desk has suffered."""

    house: House
    store: Store
    posted: list[Letter] = field(default_factory=list)
    kills: int = 0
    _log_begins: int = 0
    customers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    # Letters

    def post(self, *letters: Letter) -> None:
        """Put mails into the mailbox."""
        self.house.post(*(each.raw for each in letters))
        self.posted += letters

    def request(self, text: str = "It prints nothing.", *, poisonous: bool = False) -> Letter:
        """A request of a new customer, who is owed an acknowledgement, and the engineer a notice."""
        customer = f"customer{next(self.customers)}@customer.test"
        raw = letter(customer, text=text)
        return self._telling(raw, customer, ENGINEER, poisonous=poisonous)

    def follow_up(self, request: Letter) -> Sequence[Letter]:
        """The customer's answer to the acknowledgement of a request, and an engineer who closes the ticket after it.

        Nothing as long as one of the two has not heard from the desk.
        """
        (customer, about), *_ = request.tells
        acks = [taken for taken in self.received(customer) if taken.answers == about]
        notices = [taken for taken in self.received(ENGINEER) if taken.answers == about]
        if not acks or not notices:
            return ()
        reply = self._telling(answer(acks[0].header, customer, "It still prints nothing."), ENGINEER)
        closing = answer(notices[0].header, ENGINEER, "#close\nThe fuse was blown, and is new now.")
        return reply, Letter(closing, ((customer, reply.tells[0][1]),))

    def _telling(self, raw: bytes, *people: str, poisonous: bool = False) -> Letter:
        about = str(opened(raw)["Message-ID"]).strip("<>")
        return Letter(raw, () if poisonous else tuple((person, about) for person in people), poisonous)

    def received(self, person: str) -> Sequence[Taken]:
        """What somebody got from the desk so far, oldest first."""
        return [Taken(each, opened(each.raw)) for each in self.house.sink.to(person)]

    # The desk

    @contextmanager
    def desk(self, failpoint: str = "") -> Iterator[subprocess.Popen[bytes]]:
        """A running desk; one that is still alive in the end is killed, and that counts."""
        self._log_begins = len(self._log())
        process = self.house.start("run", POSTDESK_FAILPOINT=failpoint)
        try:
            yield process
        finally:
            self.kills += process.poll() is None
            process.kill()
            process.wait(STOP_WITHIN)

    def at_work(self) -> bool:
        """Whether the desk that was started last has begun its stages."""
        return b'"started"' in self._log()[self._log_begins :]

    def _log(self) -> bytes:
        log = self.house.folder / "daemon.log"
        return log.read_bytes() if log.exists() else b""

    def killed_by(self, failpoint: str, within: float = REST_WITHIN) -> bool:
        """Whether the desk dies of this fault point."""
        with self.desk(failpoint) as process:
            died = eventually(lambda: process.poll() is not None, within) and process.returncode == -signal.SIGKILL
        self.kills += died
        return died

    def at_rest(self) -> bool:
        """Whether the mailbox is empty, every mail settled, and all that is queued has left or waits for later."""
        # Asked again after the mailbox, for a mail may have been taken out of it in between.
        return self._idle() and not self.house.dovecot.count(self.house.user) and self._idle()

    def _idle(self) -> bool:
        late = outbox.c.state.in_(_LATER) & (outbox.c.next_at <= SystemClock().now())
        with self.store.read() as c:
            unsettled = c.scalar(select(func.count()).where(inbox.c.state == "new"))
            return not unsettled and not c.scalar(select(func.count()).where(outbox.c.state.in_(_UNDER_WAY) | late))

    def judged(self) -> Verdict:
        """Start the desk once more, let it catch up, try it with a last mail, stop it, and judge."""
        troubles: list[str] = []
        with self.desk() as process:
            if not eventually(self.at_rest, REST_WITHIN):
                troubles.append("the desk did not catch up")
            control = self.request("This mail comes when all is over.")
            self.post(control)
            if not eventually(lambda: self._answered(control) and self.at_rest(), REST_WITHIN):
                troubles.append(CONTROL_LOST)
            troubles += _stopped(process)
        connections = self.house.settings["smtp"]["connections"]
        seen = gather(self.house, self.store, self.posted, self.kills * connections)
        return Verdict(self.kills, copies(seen), [*troubles, *violations(seen)])

    def _answered(self, control: Letter) -> bool:
        told = {(taken.recipient, taken.answers) for person, _ in control.tells for taken in self.received(person)}
        return told.issuperset(control.tells)


def _stopped(process: subprocess.Popen[bytes]) -> Sequence[str]:
    process.terminate()
    try:
        status = process.wait(STOP_WITHIN)
    except subprocess.TimeoutExpired:
        return [f"the desk did not stop within {STOP_WITHIN:.0f} s"]
    return [f"the desk ended with {status}"] if status else []


@contextmanager
def on_trial(house: House, *, connections: int = 1, attempts: int = ATTEMPTS) -> Iterator[Trial]:
    """A trial of this house in small batches, so that each crash point is passed many times."""
    house.settings["mailboxes"][0] |= {"batch_messages": 2}
    house.settings["triage"] |= {"batch": 2, "attempts": attempts, "deadline": f"{DEADLINE_SECONDS:g}s"}
    house.settings["deliver"] |= {"batch": 2}
    house.settings["smtp"] |= {"connections": connections}
    house.write()
    house.clock.time = SystemClock().now()
    with house.store() as store:
        yield Trial(house, store)
