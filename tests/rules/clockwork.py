"""Clocks to try: declared as a pack does, and a desk that works by them alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from rules.calendar import at_local, local
from rules.clocks import deadline, due, heard, spoken
from rules.model import Happening, Status
from rules.policy import Clock
from rules.practice import Practice
from rules.promises import Calendar
from tests.rules.scene import NOW, PEOPLE, anns, basic

ZONE = "Asia/Shanghai"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

BUSINESS = Calendar.model_validate(
    {"id": "business", "name": "Business", "hours": {"mon-fri": ["09:00-12:00", "13:30-18:00"]}, "holidays": "CN"}
)
BERLIN = Calendar.model_validate(
    {"id": "berlin", "name": "Berlin", "zone": "Europe/Berlin", "hours": {"mon-sun": ["08:00-20:00"]}, "holidays": "DE"}
)


def clock(name: str = "promise", target: str = "2h", **declared: object) -> Clock:
    """A clock with the same target for P1 to P3, and another for P4 where that is given."""
    targets = dict.fromkeys(("P1", "P2", "P3"), target) | dict(declared.pop("targets", {}))  # type: ignore[call-overload]  # a mapping
    return Clock.model_validate({"name": name, "title": name.title(), "target": targets, **declared})


def desk(*clocks: Clock, now: datetime = NOW, zone: str = ZONE) -> Practice:
    """A desk with these promises, at this instant."""
    policy = basic().model_copy(update={"clocks": clocks, "calendars": (BUSINESS, BERLIN)})
    return Practice(policy, PEOPLE, zone, now)


def at(wall: str, zone: str = ZONE) -> datetime:
    """The instant at which clocks of the zone show this."""
    return at_local(datetime.fromisoformat(wall), zone)


def shown(instant: datetime | None, zone: str = ZONE) -> str | None:
    """What clocks of the zone show at an instant."""
    return f"{local(instant, zone):%Y-%m-%d %H:%M}" if instant else None


class Life:
    """A ticket and its clocks, as things happen to it one after the other."""

    def __init__(self, *clocks: Clock, opened: datetime = NOW, zone: str = ZONE, **about: object) -> None:
        self._clocks = clocks
        self._zone = zone
        self.ticket = anns(Status.OPEN, **about)
        self.happens(Happening.OPENED, opened)

    def practice(self, now: datetime) -> Practice:
        return desk(*self._clocks, now=now, zone=self._zone)

    def happens(self, what: Happening, now: datetime, status: Status | None = None) -> None:
        """Let something happen, by which the ticket may come to another status."""
        before = self.ticket if status is None else replace(self.ticket, status=status)
        self.ticket = heard(before, self.practice(now), what, now)

    def says(self, now: datetime) -> list[str]:
        """What the clocks say when they are looked at, as name, level and moment in the zone."""
        found = due(self.ticket, self.practice(now))
        self.ticket = spoken(self.ticket, found, self.practice(now))
        return [f"{each.name} {each.level} {shown(each.at, self._zone)}" for each in found]

    def due_at(self, name: str = "promise") -> str | None:
        """When this clock comes due, as clocks of the zone show it."""
        return shown(deadline(self.ticket, self.practice(NOW), name), self._zone)
