"""Who works at the desk and who writes to it, and the questions that deciding asks about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from rules.reading import Customer
from rules.terms import CategoryId, Id, Wish
from rules.vocabulary import Declared, Names, Place, Wrong, mail_address, reference

SUPERIORS = ("lead", "manager", "director")
"""Roles above the engineers, the highest last (C26, C35, C37)."""

Address = Annotated[str, mail_address]


class Absence(Declared):
    """Days on which an engineer is away, both included, and who stands in."""

    first: Annotated[date, Field(alias="from")]
    last: Annotated[date, Field(alias="until")]
    substitute: Address | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Absence:
        if self.last < self.first:
            raise Wrong((("until",), f"{self.last} is before {self.first}"))
        return self


class Engineer(Declared):
    """A person who answers mails. `categories` are those that come to them first; none means any."""

    address: Address
    name: str
    aliases: tuple[Address, ...] = ()
    language: str | None = None
    grade: Annotated[str, reference("grade")] | None = None
    team: Annotated[str, reference("team")] | None = None
    skills: tuple[str, ...] = ()
    categories: tuple[CategoryId, ...] = ()
    shift: Annotated[str, reference("calendar")] | None = None
    away: tuple[Absence, ...] = ()

    def absence(self, day: date) -> Absence | None:
        """The absence that this day falls into."""
        return next((each for each in self.away if each.first <= day <= each.last), None)


class Team(Declared):
    """A group of engineers, and who leads it."""

    id: Id
    name: Names
    lead: Address | None = None


class Known(Declared):
    """A customer known beforehand, by one address or by a whole domain."""

    address: Address | None = None
    domain: Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")] | None = None
    company: str = ""
    level: str = ""
    language: str = ""
    account_manager: Address | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Known:
        if (self.address is None) == (self.domain is None):
            raise ValueError("name a customer by address or by domain, one of both")
        return self


class People(Declared):
    """Everyone we know by name. `lead` is told what nobody else has looked after; `roles` are held by whom it says."""

    engineers: Annotated[tuple[Engineer, ...], Field(min_length=1)]
    lead: Address
    teams: tuple[Team, ...] = ()
    roles: Mapping[Annotated[str, reference("role")], tuple[Address, ...]] = {}
    customers: tuple[Known, ...] = ()

    @field_validator("engineers")
    @classmethod
    def _once_each(cls, value: tuple[Engineer, ...]) -> tuple[Engineer, ...]:
        keys = [engineer.address.casefold() for engineer in value]
        twice: list[tuple[Place, str]] = [
            ((index, "address"), f"'{value[index].address}' is listed twice")
            for index, key in enumerate(keys)
            if key in keys[:index]
        ]
        if twice:
            raise Wrong(*twice)
        return value

    @model_validator(mode="after")
    def _everyone_is_listed(self) -> People:
        named: list[tuple[Place, str]] = [(("lead",), self.lead)]
        named += [(("teams", at, "lead"), team.lead) for at, team in enumerate(self.teams) if team.lead is not None]
        named += [
            (("engineers", at, "away", nth, "substitute"), absence.substitute)
            for at, engineer in enumerate(self.engineers)
            for nth, absence in enumerate(engineer.away)
            if absence.substitute is not None
        ]
        missing: list[tuple[Place, str]] = [
            (place, f"'{address}' is none of the engineers: list them there too")
            for place, address in named
            if self.engineer(address) is None
        ]
        if missing:
            raise Wrong(*missing)
        return self

    @cached_property
    def _by_address(self) -> Mapping[str, Engineer]:
        named = [(address, each) for each in self.engineers for address in (each.address, *each.aliases)]
        return {address.casefold(): engineer for address, engineer in reversed(named)}

    def engineer(self, address: str) -> Engineer | None:
        """The engineer with this address or alias, however it is capitalised."""
        return self._by_address.get(address.casefold())

    def customer(self, address: str) -> Customer:
        """What is known of whoever writes from this address: their own entry, or that of their domain."""
        key = address.casefold()
        entries = (each for each in self.customers if each.address is not None and each.address.casefold() == key)
        domain = key.rpartition("@")[2]
        of_domain = (each for each in self.customers if each.domain is not None and domain == each.domain)
        found = next(entries, None) or next(of_domain, None)
        if found is None:
            return Customer()
        return Customer(found.company, found.level, found.language, found.account_manager or "")

    def holders(self, role: str) -> tuple[str, ...]:
        """The addresses behind a role of the desk, the lead among them; nobody for a role that no one holds."""
        return (self.lead,) if role == "lead" and role not in self.roles else self.roles.get(role, ())

    def watchers(self, named: Iterable[str], requester: str) -> tuple[str, ...]:
        """The addresses behind a list of addresses and roles, for a ticket of this requester."""
        found: dict[str, str] = {}
        for each in named:
            manager = self.customer(requester).account_manager if each == "account_manager" else ""
            for address in (each,) if "@" in each else (manager,) if manager else self.holders(each):
                found.setdefault(address.casefold(), address)
        return tuple(found.values())

    def lead_of(self, engineer: Engineer | None) -> str:
        """Who leads this engineer's team, or else the desk."""
        teams = {team.id: team for team in self.teams}
        team = teams.get(engineer.team) if engineer is not None and engineer.team is not None else None
        return team.lead if team is not None and team.lead is not None else self.lead

    def leads(self, engineer: Engineer) -> bool:
        """Whether this engineer leads the desk or a team, or holds a role above."""
        team_leads = (team.lead for team in self.teams if team.lead is not None)
        holders = (holder for role in SUPERIORS for holder in self.holders(role))
        return any(self.engineer(each) is engineer for each in (self.lead, *team_leads, *holders))

    def named(self, address_or_name: str) -> Engineer | None:
        """The engineer whom an order means: by address, by the part before the @, or by name."""
        key = address_or_name.strip().casefold()
        for engineer in self.engineers:
            address = engineer.address.casefold()
            if key and key in {address, address.partition("@")[0], engineer.name.casefold()}:
                return engineer
        return None

    def fits(self, engineer: Engineer, wish: Wish) -> bool:
        """Whether this engineer is one whom a wish means."""
        return (
            (wish.engineer is None or self.engineer(wish.engineer) is engineer)
            and (wish.role is None or engineer.address in self.holders(wish.role))
            and (wish.team is None or engineer.team == wish.team)
            and (wish.grade is None or engineer.grade == wish.grade)
            and (wish.skill is None or wish.skill in engineer.skills)
        )

    def assignee_for(self, category: str) -> Engineer:
        """Who gets a ticket of this category: the first who names it, else the first who takes any, else the lead."""
        for engineer in self.engineers:
            if category in engineer.categories:
                return engineer
        for engineer in self.engineers:
            if not engineer.categories:
                return engineer
        return self._by_address[self.lead.casefold()]
