"""How a desk works at the moment of a decision: the policy it follows and the people who follow it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from rules.calendar import local_date
from rules.hours import open_calendars
from rules.people import People
from rules.policy import Policy


@dataclass(frozen=True, slots=True)
class Practice:
    """A policy, the people it is carried out by, the zone of the desk, and the instant at which that is being decided.

    `zone` is an IANA name; calendars that name none of their own count in it.
    """

    policy: Policy
    people: People
    zone: str
    now: datetime

    @property
    def today(self) -> date:
        """The date at the desk."""
        return local_date(self.now, self.zone)

    def open_calendars(self, at: datetime) -> frozenset[str]:
        """The ids of the calendars that are open at an instant."""
        return open_calendars(self.policy.calendars, self.zone, at)

    def language_of(self, address: str) -> str:
        """The language that somebody at the desk reads: their own, else the pack's first."""
        engineer = self.people.engineer(address)
        return engineer.language if engineer is not None and engineer.language else self.policy.languages[0]
