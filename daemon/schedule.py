"""When each ticket is looked at next: reckoned whenever it changes, and for all anew after the desk itself changed."""

from __future__ import annotations

from datetime import datetime

from daemon.desk import Desk
from daemon.log import Action, log
from daemon.ports import Clock
from daemon.store import schedules, signs, tickets
from daemon.store.database import Connection, Store, StoreUnavailable
from daemon.store.schedules import AT_REST, Schedule
from daemon.store.signs import Sign
from rules.clocks import next_due_at
from rules.model import Status, Ticket


def scheduled(ticket: Ticket, desk: Desk, now: datetime) -> Schedule:
    """When this desk looks at a ticket next. A closed one of which nothing is expected any more rests for good."""
    at = next_due_at(ticket, desk.practice(now))
    return AT_REST if at is None and ticket.status is Status.CLOSED else Schedule(at, desk.version)


def take_effect(store: Store, desk: Desk, clock: Clock) -> None:
    """From now on this version of the desk reckons, on whatever machine it works."""
    with store.write() as c:
        signs.give(c, Sign.VERSION, clock.now(), desk.version)


def reschedule(store: Store, desk: Desk, clock: Clock) -> int:
    """Reckon one batch of tickets anew that were scheduled under another version; how many there were.

    Each ticket bears the version that scheduled it, so whoever is interrupted goes on where it was, and a mail that
    was still being decided about under the old version is found as well. Where another process has brought a later
    version into force, that one sees to it.
    """
    with store.read() as c:
        if signs.detail(c, Sign.VERSION) != desk.version:
            return 0
        found = schedules.scheduled_otherwise(c, desk.version, desk.settings.sweep.reschedule_batch)
        planned = [(each, _reckoned(c, each.number, desk, clock)) for each in found]
    if not planned:
        return 0
    with store.write() as c:
        schedules.reschedule(c, planned)
    log(Action.RESCHEDULED, count=len(planned), rule=desk.version)
    return len(planned)


def _reckoned(c: Connection, number: str, desk: Desk, clock: Clock) -> Schedule:
    try:
        ticket = tickets.load(c, number)
        return scheduled(ticket, desk, clock.now()) if ticket is not None else AT_REST
    except StoreUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 - One ticket that cannot be reckoned must not keep the others waiting; the sweep is given it, and says what is wrong.
        log(Action.TICKET_DUE_FAILED, ticket=number, error=type(error).__name__)
        return Schedule(clock.now(), desk.version)
