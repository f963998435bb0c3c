"""Who gets a ticket, and why: by what a rule wishes, by the pack's table, by category, in this order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rules.classify import Classification
from rules.model import Load
from rules.people import Engineer, People
from rules.practice import Practice
from rules.promises import Strategy
from rules.ruleset import Assignment
from rules.terms import Wish

SUBSTITUTES = 5
"""How far a chain of substitutes is followed before the lead is asked."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """The responsible engineer and a helper, each with the reason."""

    engineer: Engineer
    why: str
    helper: Engineer | None = None
    why_helper: str = ""


@dataclass(frozen=True, slots=True)
class _Desk:
    """Who could get a ticket now: everybody, which day it is, which calendars are open, and who is how busy."""

    people: People
    day: date
    open_calendars: frozenset[str]
    load: Load


def assigned(found: Classification, practice: Practice, load: Load) -> Assigned:
    """Who gets a ticket of this classification."""
    desk, people = _desk(practice, load), practice.people
    entry = next((each for each in practice.policy.assignment if _concerns(each, found)), None)
    wish = found.assign or (entry.to if entry is not None else None)
    strategy = entry.strategy if entry is not None else "least_open"
    engineer, why = _chosen(wish, strategy, desk) if wish is not None else (None, "")
    if found.assign is not None:
        why = f"{why} (rule {found.set_by['assign']})"
    elif entry is not None:
        why = f"{why} (assignment{_source(entry)})"
    if engineer is None:
        first = people.assignee_for(found.category)
        engineer, why = _present(first, desk), "; ".join(filter(None, (why, f"takes {found.category}")))
    if engineer is None:
        engineer, why = people.assignee_for(""), f"{why}; nobody else is there"
    helper, why_helper = _second(entry, engineer, desk)
    return Assigned(engineer, why, helper, why_helper)


def chosen(wish: Wish, practice: Practice, load: Load) -> tuple[Engineer | None, str]:
    """The least busy engineer among those whom a wish means and who are there, and why; None for nobody."""
    return _chosen(wish, "least_open", _desk(practice, load))


def _desk(practice: Practice, load: Load) -> _Desk:
    return _Desk(practice.people, practice.today, practice.open_calendars(practice.now), load)


def _concerns(entry: Assignment, found: Classification) -> bool:
    return (
        (not entry.categories or found.category in entry.categories)
        and (not entry.items or found.item in entry.items)
        and (not entry.priorities or found.priority in entry.priorities)
    )


def _source(entry: Assignment) -> str:
    return f" {', '.join(entry.reference)}" if entry.reference else ""


def _second(entry: Assignment | None, main: Engineer, desk: _Desk) -> tuple[Engineer | None, str]:
    if entry is None or entry.helper is None:
        return None, ""
    helper, why = _chosen(entry.helper, entry.strategy, desk, main)
    return helper, f"{why} (helper{_source(entry)})"


def _chosen(wish: Wish, strategy: Strategy, desk: _Desk, taken: Engineer | None = None) -> tuple[Engineer | None, str]:
    """The engineer that a wish means among those who are there, and why; never the one who is `taken`."""
    asked = wish.words
    fitting = [each for each in desk.people.engineers if desk.people.fits(each, wish) and each != taken]
    present = dict.fromkeys(each for one in fitting if (each := _present(one, desk)) is not None)
    there = [each for each in present if each != taken]
    if not there:
        return None, f"nobody is {asked}" if not fitting else f"everyone who is {asked} is away"
    engineer = _by_strategy(there, strategy, desk.load)
    stands_in = "" if engineer in fitting else ", standing in"
    return engineer, f"{asked}, {strategy.replace('_', ' ')} of {len(there)}{stands_in}"


def _present(engineer: Engineer, desk: _Desk) -> Engineer | None:
    """The engineer, or whoever stands in; None when the chain of substitutes ends in nobody."""
    for _ in range(SUBSTITUTES):
        absence = engineer.absence(desk.day)
        if absence is None:
            off_shift = engineer.shift is not None and desk.open_calendars and engineer.shift not in desk.open_calendars
            return None if off_shift else engineer
        substitute = desk.people.engineer(absence.substitute) if absence.substitute is not None else None
        if substitute is None:
            return None
        engineer = substitute
    return None


def _by_strategy(there: Sequence[Engineer], strategy: Strategy, load: Load) -> Engineer:
    """Of several who are equal, the first in `people.yaml`. In a round it is the turn of who had none for longest."""
    match strategy:
        case "first":
            return there[0]
        case "round_robin":
            return min(there, key=lambda engineer: load.turns.get(engineer.address, 0))
        case _:
            return min(there, key=lambda engineer: load.open_tickets.get(engineer.address, 0))
