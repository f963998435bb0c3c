"""What is odd about a policy though it can be loaded: rules that do nothing, conditions that cannot hold, promises that
cannot be kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from rules.classify import Context, classify
from rules.conditions import All, Compared, Words, questions
from rules.draft import SINGLE
from rules.examples import example_mail
from rules.hours import unknown_years
from rules.implication import implies, impossible
from rules.model import Happening, Status
from rules.people import People
from rules.policy import Policy
from rules.promises import ALWAYS, Clock
from rules.roles import DESK_ROLES
from rules.ruleset import Rule
from rules.vocabulary import Place, duration_text, nearest


class Weight(StrEnum):
    """How bad something odd is."""

    WRONG = "wrong"
    """It cannot be meant so: the pack does not do what it says."""
    ADVICE = "advice"
    """It may be meant so; somebody should have thought about it."""


class Finding(NamedTuple):
    """Something odd: where in the pack, and what to think about."""

    place: Place
    message: str
    weight: Weight = Weight.WRONG


def lint(policy: Policy) -> Iterator[Finding]:
    """Everything odd about a policy by itself, in the order of the pack."""
    yield from _clocks(policy)
    for index, rule in enumerate(policy.rules):
        yield from (Finding(("rules", index, *place), message) for place, message in _rule(policy, index, rule))
        yield from _words(index, rule)
    yield from _categories(policy)


def never_fired(policy: Policy, hits: Mapping[str, int]) -> Iterator[Finding]:
    """Rules that held for none of the mails that were counted."""
    for index, rule in enumerate(policy.rules):
        if not hits.get(rule.id):
            message = f"rule '{rule.id}' has held for no mail lately"
            yield Finding(("rules", index, "id"), message, Weight.ADVICE)


# Rules ---------------------------------------------------------------------------------------------------------------


def _rule(policy: Policy, index: int, rule: Rule) -> Iterator[tuple[Place, str]]:
    if impossible(rule.when) or _out_of_scope(rule):
        yield ("when",), f"rule '{rule.id}' can never hold: its conditions exclude one another"
    for earlier in policy.rules[:index]:
        if earlier.on in (rule.on, "any") and implies(rule.when, earlier.when):
            if earlier.stop:
                yield ("id",), f"rule '{rule.id}' is never reached: whatever it catches, '{earlier.id}' stops at before"
                return
            if not _left(rule, earlier):
                yield ("id",), f"rule '{rule.id}' changes nothing: whatever it catches, '{earlier.id}' has set before"
    yield from _unknown_values(policy, rule)
    yield from _overtaken(policy, rule)


def _left(rule: Rule, earlier: Rule) -> set[str]:
    """The fields that a rule still sets after an earlier one that always holds with it."""
    done = {name for name in earlier.then.model_fields_set if name in SINGLE}
    return {name for name in rule.then.model_fields_set if name not in done}


def _out_of_scope(rule: Rule) -> bool:
    """A rule for new requests that asks for a reply, or the other way round."""
    asked = rule.when.parts if isinstance(rule.when, All) else (rule.when,)
    wanted = {part.values[0] for part in asked if isinstance(part, Compared) and part.field == "is_reply"}
    return (rule.on == "new" and True in wanted) or (rule.on == "reply" and False in wanted)


def _words(index: int, rule: Rule) -> Iterator[Finding]:
    for test in questions(rule.when):
        if isinstance(test, Words) and not test.every:
            twice = sorted({word.text for word in test.words if test.words.count(word) > 1})
            if twice:
                message = f"rule '{rule.id}' lists a word twice: {', '.join(twice)}"
                yield Finding(("rules", index, "when"), message, Weight.ADVICE)


def _unknown_values(policy: Policy, rule: Rule) -> Iterator[tuple[Place, str]]:
    known = {
        "category": [category.id for category in policy.categories],
        "item": [item.id for category in policy.categories for item in category.items],
        "impact": [impact.id for impact in policy.impacts],
        "urgency": [urgency.id for urgency in policy.urgencies],
        "ticket.priority": [priority.id for priority in policy.priorities],
        "calendar": [calendar.id for calendar in policy.calendars],
    }
    known["ticket.category"] = known["category"]
    for test in questions(rule.when):
        if isinstance(test, Compared) and test.comparison == "equals" and test.field in known:
            words = {word.casefold() for word in known[test.field]}
            for value in test.values:
                if value not in words:
                    yield ("when",), f"no {test.field} is called '{value}'{nearest(str(value), known[test.field])}"


def _overtaken(policy: Policy, rule: Rule) -> Iterator[tuple[Place, str]]:
    """A rule whose own example another rule decides differently: the two overlap, and the earlier one wins."""
    context = Context("example", datetime(2026, 3, 2, 2, 0, tzinfo=UTC))
    for at, written in enumerate(rule.examples.match if rule.on != "reply" else ()):
        outcome = classify(example_mail(written), context, policy)
        for name in ("category", "item", "impact", "urgency", "priority"):
            wanted, by = getattr(rule.then, name), outcome.set_by.get(name)
            if wanted is not None and by not in (None, rule.id) and getattr(outcome, name) != wanted:
                what = f"rule '{by}' comes first and sets {name} {getattr(outcome, name)}"
                yield ("examples", "match", at), f"overlaps: {what}, not {wanted}"


# The rest of a pack --------------------------------------------------------------------------------------------------


def _categories(policy: Policy) -> Iterator[Finding]:
    used = {rule.then.category for rule in policy.rules} | {policy.defaults.category}
    used |= {policy.category_of(rule.then.item) for rule in policy.rules if rule.then.item is not None}
    for index, category in enumerate(policy.categories):
        if policy.rules and category.id not in used:
            message = f"no rule ever chooses category '{category.id}'"
            yield Finding(("categories", index, "id"), message, Weight.ADVICE)
        items = {rule.then.item for rule in policy.rules}
        for at, item in enumerate(category.items):
            if policy.rules and item.id not in items:
                message = f"no rule ever chooses sub-item '{item.id}'"
                yield Finding(("categories", index, "items", at, "id"), message, Weight.ADVICE)


def lint_calendars(policy: Policy, day: date) -> Iterator[Finding]:
    """Calendars that count on working days of a country which nobody knows yet, seen on a day."""
    for index, calendar in enumerate(policy.calendars):
        for year in unknown_years(calendar, day):
            yield Finding(
                ("calendars", index, "holidays"),
                f"the make-up working days of {year} are not known: install a later edition of the package 'holidays', "
                f"or give calendar '{calendar.id}' those days under 'open' and the days off under 'closed'",
            )


_ENDS = {Happening.RESOLVED: Status.RESOLVED, Happening.CLOSED: Status.CLOSED}
"""The status that a ticket comes to by a happening, wherever it was."""


def _clocks(policy: Policy) -> Iterator[Finding]:
    desk = policy.calendars[0] if policy.calendars else None
    for index, clock in enumerate(policy.clocks):
        if clock.start in clock.met_by:
            yield Finding(("clocks", index, "met_by"), f"clock '{clock.name}' is met by what starts it")
        begins_in = _ENDS.get(clock.start) if clock.start is not None else None
        if begins_in is not None and clock.silent_in(begins_in):
            yield Finding(
                ("clocks", index, "start"), f"clock '{clock.name}' begins in a status in which it stands still"
            )
        yield from _closed_hours(policy, index, clock)
        lengths = {priority: each for priority, each in clock.target.items() if isinstance(each, timedelta)}
        shortest = min(lengths, key=lambda priority: lengths[priority], default=None)
        if shortest is None:
            continue
        place, target = ("clocks", index, "target", shortest), duration_text(lengths[shortest])
        if isinstance(clock.warn_at, timedelta) and clock.warn_at >= lengths[shortest]:
            yield Finding(place, f"warns {duration_text(clock.warn_at)} before its end, but it lasts only {target}")
        if desk is not None and clock.calendar == ALWAYS and lengths[shortest] < desk.longest_closure:
            closed = f"calendar '{desk.id}' is closed for up to {duration_text(desk.longest_closure)}"
            message = f"{target} run day and night, but {closed}: somebody must be on duty then"
            yield Finding(place, message, Weight.ADVICE)


def _closed_hours(policy: Policy, index: int, clock: Clock) -> Iterator[Finding]:
    """Times of day at which the calendar of a clock is never open."""
    calendar = next((each for each in policy.calendars if each.id == clock.calendar), None)
    spans = [span for spans in calendar.hours.values() for span in spans] if calendar is not None else []
    for priority, at in clock.target.items():
        if not isinstance(at, time) or calendar is None:
            continue
        if not any(span.start < at and (at <= span.end or span.end == time(0, 0)) for span in spans):
            message = f"calendar '{calendar.id}' is never open at {at:%H:%M}"
            yield Finding(("clocks", index, "target", priority), message)


def lint_people(policy: Policy, people: People) -> Iterator[Finding]:
    """Roles that nobody holds and wishes that nobody fits, at the place in the pack that names them."""
    held = {*DESK_ROLES, *(role for role, who in people.roles.items() if who)}
    for index, clock in enumerate(policy.clocks):
        asked = [role for act in (*clock.on_warning, *clock.on_due) for role in act.to]
        asked += [role for level in clock.levels for act in level.notices for role in act.to]
        for role in dict.fromkeys((*asked, clock.kept_by)):
            if role not in held:
                yield Finding(("clocks", index, "name"), f"clock '{clock.name}' means '{role}': nobody holds that role")
        for effect in (clock.at_due, *(level.effect for level in clock.levels)):
            if effect.assign is not None and not any(people.fits(each, effect.assign) for each in people.engineers):
                message = f"clock '{clock.name}': nobody is {effect.assign.words}"
                yield Finding(("clocks", index, "name"), message, Weight.ADVICE)
    for index, entry in enumerate(policy.assignment):
        for key, wish in (("to", entry.to), ("helper", entry.helper)):
            if wish is not None and not any(people.fits(each, wish) for each in people.engineers):
                yield Finding(("assignment", index, key), f"nobody is {wish.words}", Weight.ADVICE)
