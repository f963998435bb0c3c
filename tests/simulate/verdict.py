"""What must hold of a simulated year: after each pause of the desk, and when all is over."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from sqlalchemy import select

from daemon.desk import Desk
from daemon.store import tickets
from daemon.store.database import Connection, Store
from daemon.store.schema import inbox, journal, outbox, ticket
from rules.clocks import next_due_at
from rules.notices import FROM_CLOCKS
from tests.simulate.aftermath import Found, hold, moment_of
from tests.simulate.relay import Relay

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Verdict:
    """Looks at the store of a year, and counts what it saw."""

    def __init__(self, store: Store, relay: Relay) -> None:
        self._store = store
        self._relay = relay
        self._versions: list[tuple[str, datetime]] = []
        self._seen: Counter[str] = Counter()

    def __str__(self) -> str:
        return ", ".join(f"{count} {name}" for name, count in sorted(self._seen.items()))

    @property
    def seen(self) -> Counter[str]:
        """How many of what there were."""
        return self._seen

    def changed(self, before: Desk, at: datetime) -> None:
        """Up to now this desk decided."""
        self._versions.append((before.policy.digest, at))

    def after_pause(self, since: datetime, caught_up: datetime, desk: Desk) -> None:
        """Of all the moments missed until `since`, each reader of a ticket hears once; then all is on schedule."""
        with self._store.read() as c:
            rows = [row for row in _of_clocks(c) if since <= row.created_at <= caught_up]
            self._on_schedule(c, desk)
        told = Counter((row.ticket_number, row.recipient) for row in rows if moment_of(row.key) <= since)
        stormy = [reader for reader, count in told.items() if count > 1]
        hold(not stormy, f"after {since} more than one mail of what was missed went to {stormy[:3]}")
        self._seen["mails after pauses"] += sum(told.values())

    def at_end(self, desk: Desk, posted: int) -> None:
        """Every mail took effect, every promise was kept or told of, nothing was early, and all is on schedule."""
        self._versions.append((desk.policy.digest, datetime.max.replace(tzinfo=UTC)))
        hold(not self._relay.wrongs, "; ".join(self._relay.wrongs))
        with self._store.read() as c:
            states = Counter(c.scalars(select(inbox.c.state)))
            hold(states == {"done": posted}, f"{posted} mails were posted, and they are {dict(states)}")
            self._one_version_each(c)
            self._none_early(c)
            self._all_sent(c)
            self._breaches_told(c, desk)
            self._on_schedule(c, desk)
        self._seen["mails in"] = posted
        self._seen["mails out"] = len(self._relay.copies)

    def _one_version_each(self, c: Connection) -> None:
        for row in c.execute(select(journal.c.at, journal.c.policy, journal.c.ticket_number)):
            in_force = next(digest for digest, until in self._versions if row.at < until)
            hold(row.policy == in_force, f"{row.ticket_number} was decided about at {row.at} under {row.policy[:8]}")

    def _none_early(self, c: Connection) -> None:
        for row in _of_clocks(c):
            self._seen["mails of clocks"] += 1
            hold(row.created_at >= moment_of(row.key), f"{row.key} was queued at {row.created_at}, too early")

    def _all_sent(self, c: Connection) -> None:
        states = Counter(c.scalars(select(outbox.c.state)))
        hold(states.keys() <= {"sent", "cancelled"}, f"messages are {dict(states)}")

    def _breaches_told(self, c: Connection, desk: Desk) -> None:
        speaking = {clock.name for clock in desk.policy.clocks if any(act.notice for act in clock.on_due)}
        latest = {row.ticket_number: row.created_at for row in _of_clocks(c)}
        for number in c.scalars(select(ticket.c.number)).all():
            value = tickets.load(c, number)
            assert value is not None
            self._seen["tickets"] += 1
            for state in value.clocks:
                if state.fired_until is not None and state.breached_at is not None and state.name in speaking:
                    self._seen["breaches"] += 1
                    told = latest.get(number, LONG_AGO) >= state.breached_at
                    hold(told, f"{number}: {state.name} was broken at {state.breached_at} and nobody was told")

    def _on_schedule(self, c: Connection, desk: Desk) -> None:
        for row in c.execute(select(ticket.c.number, ticket.c.next_due_at, ticket.c.scheduled_under)).all():
            value = tickets.load(c, row.number)
            assert value is not None
            due_at = next_due_at(value, desk.practice(value.opened_at))
            if row.scheduled_under is not None:
                hold(row.scheduled_under == desk.version, f"{row.number} was never reckoned under the policy in force")
                hold(row.next_due_at == due_at, f"{row.number} is due at {row.next_due_at}, not at {due_at}")


def _of_clocks(c: Connection) -> list[Found]:
    chosen = select(outbox).where(outbox.c.kind.in_(FROM_CLOCKS)).order_by(outbox.c.created_at)
    return list(c.execute(chosen).all())
