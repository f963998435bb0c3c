"""Who fills a role on a ticket: those it names itself, those of the desk, and whoever looks after its customer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rules.model import Ticket
from rules.practice import Practice

DESK_ROLES = ("assignee", "lead", "helper", "watchers", "account_manager", "administrator", "requester", "participants")
"""Roles that every desk has; a pack declares more, and `people.yaml` says who holds them."""

_OPTIONAL = frozenset({"helper", "watchers"})
"""Roles that most tickets do without: nobody is asked instead."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a notice is for, and the language they read."""

    address: str
    language: str


def readers(roles: Iterable[str], ticket: Ticket, practice: Practice) -> tuple[Sequence[Reader], Sequence[str]]:
    """Those who fill these roles, each once, and the roles that nobody fills: for these the lead is asked.

    Nobody but the desk is told of a ticket that a machine opened: it has no participants.
    """
    found: dict[str, Reader] = {}
    unfilled: list[str] = []
    for role in roles:
        if role in {"requester", "participants"}:
            addresses = ticket.participants if role == "participants" else ticket.participants[:1]
            named = [Reader(each, ticket.language) for each in addresses]
        else:
            addresses = holders(role, ticket, practice)
            if not addresses and role not in _OPTIONAL:
                unfilled.append(role)
                addresses = (_lead(ticket, practice),)
            named = [Reader(each, practice.language_of(each)) for each in addresses]
        for reader in named:
            found.setdefault(reader.address.casefold(), reader)
    return tuple(found.values()), unfilled


def holders(role: str, ticket: Ticket, practice: Practice) -> tuple[str, ...]:
    """The addresses behind a role of the desk on this ticket; none where nobody holds it."""
    people = practice.people
    match role:
        case "assignee":
            return (ticket.assignee or _lead(ticket, practice),)
        case "lead":
            return people.roles.get("lead", ()) or (_lead(ticket, practice),)
        case "helper":
            return (ticket.helper,) if ticket.helper else ()
        case "watchers":
            return ticket.watchers
        case "account_manager":
            manager = people.customer(ticket.requester).account_manager
            return (manager,) if manager else ()
        case _:
            return people.holders(role)


def _lead(ticket: Ticket, practice: Practice) -> str:
    """Who leads the team of the assignee, or else the desk."""
    people = practice.people
    return people.lead_of(people.engineer(ticket.assignee) if ticket.assignee else None)
