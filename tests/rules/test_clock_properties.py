"""What holds for every clock, whatever it counts in and however often it stands still (T-SL-01)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.clocks import due, heard, next_due_at, settled, spoken
from rules.hours import hours
from rules.model import Happening, Status, Ticket
from rules.policy import Clock
from rules.practice import Practice
from rules.promises import Calendar
from rules.timetable import course
from tests.rules.clockwork import BERLIN, BUSINESS, clock, desk
from tests.rules.scene import anns

EXAMPLES = settings(max_examples=500, deadline=None)
ZONES = (
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Sao_Paulo",
)
CALENDARS: dict[str, Calendar | None] = {"always": None, "business": BUSINESS, "berlin": BERLIN}

_MINUTE = timedelta(minutes=1)
_instants = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + minutes * _MINUTE)
_lengths = st.integers(0, 5 * 24 * 60).map(lambda minutes: minutes * _MINUTE)
_zones = st.sampled_from(ZONES)
_calendars = st.sampled_from(list(CALENDARS))
_measured = st.sampled_from(["1m", "30m", "2h", "8h", "24h", "3d", "1wd", "3wd"])
_targets = _measured | st.sampled_from(["17:00", "00:30", "month-end"])


@st.composite
def _clocks(draw: st.DrawFn, targets: st.SearchStrategy[str] = _targets) -> Clock:
    target = draw(targets)
    calendar = "business" if target.endswith("wd") else draw(_calendars)
    return clock(target=target, calendar=calendar, paused_in=["waiting"])


def _opened(what: Clock, at: datetime, zone: str) -> tuple[Ticket, Practice]:
    practice = desk(what, now=at, zone=zone)
    return heard(anns(Status.OPEN), practice, Happening.OPENED, at), practice


def _lived(what: Clock, at: datetime, zone: str, spans: Sequence[timedelta]) -> tuple[Ticket, Practice]:
    """The ticket after it waited and was worked on by turns, so long each, and is worked on again."""
    ticket, practice = _opened(what, at, zone)
    for index, length in enumerate(spans):
        at += length
        practice = replace(practice, now=at)
        ticket = settled(replace(ticket, status=Status.OPEN if index % 2 else Status.WAITING), practice, at)
    return settled(replace(ticket, status=Status.OPEN), practice, at), practice


def _consumed(ticket: Ticket, practice: Practice, at: datetime) -> timedelta:
    [what], [state] = practice.policy.clocks, ticket.clocks
    running = course(what, state, ticket, practice)
    assert running is not None
    return running.consumed(at)


@EXAMPLES
@given(_clocks(), _instants, _zones, st.lists(_lengths, max_size=5), _lengths)
def test_what_is_consumed_is_what_was_counted_while_it_was_worked_on(
    what: Clock, at: datetime, zone: str, spans: list[timedelta], more: timedelta
) -> None:
    ticket, practice = _lived(what, at, zone, spans)
    edges = [at]
    for length in spans:
        edges.append(edges[-1] + length)
    edges.append(edges[-1] + more)
    counted = hours(CALENDARS[what.calendar], zone)
    worked = [between for index, between in enumerate(pairwise(edges)) if index % 2 == 0]
    if len(spans) % 2:
        worked.append((edges[-2], edges[-1]))
    assert _consumed(ticket, practice, edges[-1]) == sum((counted.between(*each) for each in worked), timedelta())


@EXAMPLES
@given(_clocks(_measured), _instants, _zones, st.lists(_lengths, max_size=5))
def test_a_clock_with_pauses_is_due_no_sooner_and_then_its_target_is_consumed(
    what: Clock, at: datetime, zone: str, spans: list[timedelta]
) -> None:
    straight, practice = _opened(what, at, zone)
    ticket, later = _lived(what, at, zone, spans)
    moment, unpaused = next_due_at(ticket, later), next_due_at(straight, practice)
    assert moment is not None and unpaused is not None
    target = _consumed(straight, practice, unpaused)
    assert _consumed(ticket, later, moment) == max(target, ticket.clocks[0].consumed)
    assert moment >= unpaused or ticket.clocks[0].consumed >= target


@EXAMPLES
@given(_clocks(), _instants, _zones, _lengths, _lengths, _lengths)
def test_one_pause_or_two_that_touch_are_the_same(
    what: Clock, at: datetime, zone: str, first: timedelta, second: timedelta, third: timedelta
) -> None:
    once, practice = _lived(what, at, zone, [first, second + third])
    twice, _ = _lived(what, at, zone, [first, second, timedelta(), third])
    assert twice.clocks == once.clocks
    assert next_due_at(twice, practice) == next_due_at(once, practice)


@EXAMPLES
@given(
    st.lists(st.integers(1, 6_000), min_size=2, max_size=2),
    _calendars,
    _instants,
    _zones,
    st.lists(_lengths, max_size=3),
)
def test_a_longer_target_is_due_no_sooner(
    minutes: list[int], calendar: str, at: datetime, zone: str, spans: list[timedelta]
) -> None:
    moments = []
    for length in sorted(minutes):
        what = clock(target=f"{length}m", calendar=calendar, paused_in=["waiting"])
        moments.append(next_due_at(*_lived(what, at, zone, spans)))
    assert moments[0] is not None and moments[1] is not None and moments[0] <= moments[1]


@st.composite
def _speaking(draw: st.DrawFn) -> Clock:
    """A promise with a warning and levels, or a cadence with a warning."""
    target = draw(_targets)
    calendar = "business" if target.endswith("wd") else draw(_calendars)
    levels = [{"before": draw(st.sampled_from(["5m", "1h"]))}]
    repeat = draw(st.booleans())
    if not repeat:
        levels += [{"after": "1h"}, {"after": "1d"}]
    warn_at = draw(st.sampled_from(["75%", "30m"]))
    return clock(
        target=target,
        targets={"P1": "30m", "P3": "24h"},
        calendar=calendar,
        warn_at=warn_at,
        levels=levels,
        repeat=repeat,
        paused_in=["waiting"],
        reset_by=["public_reply"] if repeat else [],
    )


_steps = st.lists(
    st.tuples(st.sampled_from(["look", "wait", "work", "reply", "P1", "P2", "P3"]), _lengths), max_size=12
)


@EXAMPLES
@given(_speaking(), _instants, _zones, _steps)
def test_nothing_is_said_early_or_twice_and_a_cadence_never_soon_after_itself(
    what: Clock, at: datetime, zone: str, steps: list[tuple[str, timedelta]]
) -> None:
    ticket, practice = _opened(what, at, zone)
    said: list[tuple[int, datetime]] = []
    for step, length in steps:
        practice = replace(practice, now=practice.now + length)
        ticket = _stepped(ticket, step, practice)
        found = due(ticket, practice)
        assert all(moment.at <= practice.now for each in found for moment in each.passed)
        ticket = spoken(ticket, found, practice)
        said += [(each.level, each.at) for each in found]
        assert due(ticket, practice) == []
        following = next_due_at(ticket, practice)
        assert following is None or following > practice.now
    if what.repeat:
        slots = [moment for level, moment in said if level == 0]
        assert len(slots) == len(set(slots))
    else:
        levels = [level for level, _ in said]
        assert levels == sorted(set(levels)), "each level once, and none after a higher one"


def _stepped(ticket: Ticket, step: str, practice: Practice) -> Ticket:
    match step:
        case "wait":
            return settled(replace(ticket, status=Status.WAITING), practice, practice.now)
        case "work":
            return settled(replace(ticket, status=Status.OPEN), practice, practice.now)
        case "reply":
            return heard(ticket, practice, Happening.PUBLIC_REPLY, practice.now)
        case "look":
            return ticket
        case _:
            return replace(ticket, priority=step)


@EXAMPLES
@given(st.sampled_from(["30m", "2h", "24h"]), _instants, st.lists(_lengths, min_size=1, max_size=12))
def test_whoever_is_told_again_and_again_waits_half_an_interval_at_least_and_one_at_most_however_late_each_word_was(
    target: str, at: datetime, looks: list[timedelta]
) -> None:
    what = clock(target=target, repeat=True)
    ticket, practice = _opened(what, at, ZONES[0])
    interval = what.target["P2"]
    assert isinstance(interval, timedelta)
    spoke = [at]
    for length in looks:
        practice = replace(practice, now=practice.now + length)
        found = due(ticket, practice)
        ticket = spoken(ticket, found, practice)
        spoke += [practice.now for _ in found]
        assert practice.now - spoke[-1] < interval
    assert all(later - earlier >= interval / 2 for earlier, later in pairwise(spoke))
