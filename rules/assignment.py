"""Who gets a ticket, and why: by what a rule wishes, by the pack's table, by category, in this order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from rules.classify import Classification
from rules.people import Engineer, People
from rules.policy import Policy
from rules.promises import Strategy
from rules.ruleset import Assignment
from rules.terms import Wish

SUBSTITUTES = 5
"""How far a chain of substitutes is followed before the lead is asked."""


@dataclass(frozen=True, slots=True)
class Load:
    """How busy the desk is on this day: open tickets by address, how many tickets were assigned before, and which
    calendars are open."""

    day: date
    open_tickets: Mapping[str, int] = field(default_factory=dict)
    turn: int = 0
    open_calendars: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Assigned:
    """The responsible engineer and a helper, each with the reason."""

    engineer: Engineer
    why: str
    helper: Engineer | None = None
    why_helper: str = ""


def assigned(found: Classification, policy: Policy, people: People, load: Load) -> Assigned:
    """Who gets a ticket of this classification."""
    entry = next((each for each in policy.assignment if _concerns(each, found)), None)
    wish = found.assign or (entry.to if entry is not None else None)
    strategy = entry.strategy if entry is not None else "least_open"
    engineer, why = _chosen(wish, strategy, people, load) if wish is not None else (None, "")
    if found.assign is not None:
        why = f"{why} (rule {found.set_by['assign']})"
    elif entry is not None:
        why = f"{why} (assignment{_source(entry)})"
    if engineer is None:
        first = people.assignee_for(found.category)
        engineer, why = _present(first, people, load), "; ".join(filter(None, (why, f"takes {found.category}")))
    if engineer is None:
        engineer, why = people.assignee_for(""), f"{why}; nobody else is there"
    helper, why_helper = _second(entry, engineer, people, load)
    return Assigned(engineer, why, helper, why_helper)


def _concerns(entry: Assignment, found: Classification) -> bool:
    return (
        (not entry.categories or found.category in entry.categories)
        and (not entry.items or found.item in entry.items)
        and (not entry.priorities or found.priority in entry.priorities)
    )


def _source(entry: Assignment) -> str:
    return f" {', '.join(entry.reference)}" if entry.reference else ""


def _second(entry: Assignment | None, main: Engineer, people: People, load: Load) -> tuple[Engineer | None, str]:
    if entry is None or entry.helper is None:
        return None, ""
    others = people.model_copy(update={"engineers": tuple(each for each in people.engineers if each != main)})
    helper, why = _chosen(entry.helper, entry.strategy, others, load)
    return helper, f"{why} (helper{_source(entry)})"


def _chosen(wish: Wish, strategy: Strategy, people: People, load: Load) -> tuple[Engineer | None, str]:
    """The engineer that a wish means among those who are there."""
    asked = wish.words
    fitting = [each for each in people.engineers if people.fits(each, wish)]
    there = list(dict.fromkeys(each for one in fitting if (each := _present(one, people, load)) is not None))
    if not there:
        return None, f"nobody is {asked}" if not fitting else f"everyone who is {asked} is away"
    engineer = _by_strategy(there, strategy, load)
    stands_in = "" if engineer in fitting else ", standing in"
    return engineer, f"{asked}, {strategy.replace('_', ' ')} of {len(there)}{stands_in}"


def _present(engineer: Engineer, people: People, load: Load) -> Engineer | None:
    """The engineer, or whoever stands in; None when the chain of substitutes ends in nobody."""
    for _ in range(SUBSTITUTES):
        absence = engineer.absence(load.day)
        if absence is None:
            off_shift = engineer.shift is not None and load.open_calendars and engineer.shift not in load.open_calendars
            return None if off_shift else engineer
        substitute = people.engineer(absence.substitute) if absence.substitute is not None else None
        if substitute is None:
            return None
        engineer = substitute
    return None


def _by_strategy(there: Sequence[Engineer], strategy: Strategy, load: Load) -> Engineer:
    match strategy:
        case "first":
            return there[0]
        case "round_robin":
            return there[load.turn % len(there)]
        case _:
            return min(there, key=lambda engineer: (load.open_tickets.get(engineer.address, 0), there.index(engineer)))
