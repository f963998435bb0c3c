"""The third stage: every ticket whose moment has come is put before `decide`, and the answer recorded."""

from __future__ import annotations

from daemon.desk import Desk
from daemon.log import Action, log
from daemon.ports import Clock
from daemon.record import record
from daemon.store import schedules, tickets
from daemon.store.database import Store, StoreUnavailable
from daemon.store.tickets import Origin, StaleTicket
from rules.decide import decide
from rules.model import TimeCame


def sweep(store: Store, desk: Desk, clock: Clock) -> int:
    """Take one batch of due tickets; how many were recorded. One that fails is logged and waits (`retry_after`)."""
    with store.read() as c:
        numbers = tickets.due(c, clock.now(), desk.settings.sweep.batch)
    return sum(_decide_one(store, number, desk, clock) for number in numbers)


def _decide_one(store: Store, number: str, desk: Desk, clock: Clock) -> bool:
    try:
        with store.write() as c:
            ticket = tickets.load(c, number)
            if ticket is None:
                return False
            now = clock.now()
            decision = decide(TimeCame(ticket), desk.practice(now))
            record(c, decision, desk, Origin(now, desk.policy.digest))
    except StoreUnavailable:
        raise
    except StaleTicket:
        return False  # Somebody changed it in this moment, which reckoned anew when it is due.
    except Exception as error:  # noqa: BLE001 - One ticket that cannot be decided must not keep the others from their promises.
        log(Action.TICKET_DUE_FAILED, ticket=number, error=type(error).__name__)
        with store.write() as c:  # Else enough of its kind would fill every batch, and nobody else had a turn.
            schedules.postpone(c, number, clock.now() + desk.settings.sweep.retry_after)
        return False
    log(Action.TICKET_DUE, ticket=number, count=len(decision.notices))
    return True
