"""The third stage: every ticket whose moment has come is put before `decide`, and the answer recorded."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from daemon.desk import Desk
from daemon.log import Action, log
from daemon.ports import Clock
from daemon.record import record
from daemon.store import schedules, tickets
from daemon.store.database import Connection, Store, StoreUnavailable
from daemon.store.tickets import Origin, StaleTicket
from rules.decide import decide
from rules.model import TimeCame

MINUTE_SECONDS = 60.0

GROUP = 20
"""So many tickets share a commit, which costs more than deciding about one; a mail that comes waits for no more."""


class Pace:
    """How many tickets were taken lately, so that an outage does not end in a storm of mails."""

    def __init__(self) -> None:
        self._taken: deque[float] = deque()

    def room(self, seconds: float, most: int) -> int:
        """How many more may be taken at this second of the monotonic clock, at `most` in a minute."""
        while self._taken and self._taken[0] <= seconds - MINUTE_SECONDS:
            self._taken.popleft()
        return max(0, most - len(self._taken))

    def take(self, seconds: float, count: int) -> None:
        """Remember that so many were taken."""
        self._taken.extend([seconds] * count)


def sweep(store: Store, desk: Desk, clock: Clock, pace: Pace) -> int:
    """Take one batch of due tickets, as the pace allows, those that waited longest first; how many were recorded.

    One that fails is logged and waits (`retry_after`).
    """
    room = pace.room(clock.monotonic(), desk.settings.sweep.per_minute)
    if not room:
        return 0
    with store.read() as c:
        numbers = tickets.due(c, clock.now(), min(room, desk.settings.sweep.batch))
    pace.take(clock.monotonic(), len(numbers))
    groups = [numbers[start : start + GROUP] for start in range(0, len(numbers), GROUP)]
    return sum(_decide_group(store, group, desk, clock) for group in groups)


def _decide_group(store: Store, numbers: Sequence[str], desk: Desk, clock: Clock) -> int:
    """Settle these in one commit; if that fails, each in its own, so that a fault of one undoes nothing of another."""
    try:
        with store.write() as c:
            told = [(number, _decided(c, number, desk, clock)) for number in numbers]
    except StoreUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 - One ticket that cannot be decided must not keep the others from their promises.
        if len(numbers) > 1:
            return sum(_decide_group(store, [number], desk, clock) for number in numbers)
        if not isinstance(error, StaleTicket):  # Whoever changed it in this moment reckoned anew when it is due.
            _put_off(store, numbers[0], error, desk, clock)
        return 0
    for number, notices in told:
        log(Action.TICKET_DUE, ticket=number, count=notices)
    return len(told)


def _decided(c: Connection, number: str, desk: Desk, clock: Clock) -> int:
    """Put one ticket before `decide` and record the answer; how many notices it has."""
    ticket = tickets.load(c, number)
    if ticket is None:
        raise StaleTicket(number)
    now = clock.now()
    decision = decide(TimeCame(ticket), desk.practice(now))
    record(c, decision, desk, Origin(now, desk.policy.digest))
    return len(decision.notices)


def _put_off(store: Store, number: str, error: Exception, desk: Desk, clock: Clock) -> None:
    """Let a ticket that cannot be decided wait: else enough of its kind would fill every batch."""
    log(Action.TICKET_DUE_FAILED, ticket=number, error=type(error).__name__)
    with store.write() as c:
        schedules.postpone(c, number, clock.now() + desk.settings.sweep.retry_after)
