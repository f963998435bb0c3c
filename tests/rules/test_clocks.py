"""When a promise speaks: a table of moments, and what holds for every moment."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.clocks import deadline, due, heard, next_due_at, spoken
from rules.model import ClockState, Happening, Status, Ticket
from rules.policy import Act, Clock
from rules.practice import Practice
from tests.rules.scene import NOW, PEOPLE, anns, basic

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

CLOCKS = (
    Clock(
        name="answer",
        title={"en": "Answer"},
        met_by=(Happening.PUBLIC_REPLY, Happening.CLOSED),
        target={"P1": HOUR, "P2": 4 * HOUR},
        on_due=(Act(notice="overdue", to=("assignee",)),),
    ),
    Clock(
        name="news",
        title={"en": "News"},
        target={"P1": HOUR, "P2": 2 * HOUR},
        repeat=True,
        paused_in=(Status.WAITING,),
        reset_by=(Happening.PUBLIC_REPLY, Happening.REOPENED),
        on_due=(Act(notice="progress", to=("requester",)),),
    ),
)


def _at(now: datetime) -> Practice:
    return Practice(basic().model_copy(update={"clocks": CLOCKS}), PEOPLE, "Asia/Shanghai", now)


def _opened(priority: str = "P2", status: Status = Status.OPEN) -> Ticket:
    return heard(anns(status, priority=priority), _at(NOW), Happening.OPENED, NOW)


def _names(ticket: Ticket, at: datetime) -> list[tuple[str, timedelta]]:
    return [(each.name, each.at - NOW) for each in due(ticket, _at(at))]


def _said(ticket: Ticket, at: datetime) -> Ticket:
    return spoken(ticket, due(ticket, _at(at)), _at(at))


MOMENTS = {
    "nothing is due when it begins": (0 * HOUR, []),
    "nor a second before": (2 * HOUR - timedelta(seconds=1), []),
    "the cadence speaks at its first target": (2 * HOUR, [("news", 2 * HOUR)]),
    "and once for several that passed": (7 * HOUR, [("answer", 4 * HOUR), ("news", 6 * HOUR)]),
    "the promise speaks at its target": (4 * HOUR, [("answer", 4 * HOUR), ("news", 4 * HOUR)]),
}


@pytest.mark.parametrize(("after", "said"), MOMENTS.values(), ids=MOMENTS)
def test_what_is_due_when_nobody_has_spoken(after: timedelta, said: list[tuple[str, timedelta]]) -> None:
    assert _names(_opened(), NOW + after) == said


def test_what_has_spoken_is_silent_until_its_next_slot() -> None:
    ticket = _opened()
    after = _said(ticket, NOW + 4 * HOUR + MINUTE)
    assert _names(after, NOW + 4 * HOUR + MINUTE) == []
    assert _names(after, NOW + 6 * HOUR - MINUTE) == []
    assert _names(after, NOW + 6 * HOUR) == [("news", 6 * HOUR)]
    assert next_due_at(after, _at(NOW)) == NOW + 6 * HOUR


def test_a_reply_keeps_the_promise_and_starts_the_cadence_anew() -> None:
    ticket = heard(_opened(), _at(NOW + HOUR), Happening.PUBLIC_REPLY, NOW + HOUR)
    assert _names(ticket, NOW + 3 * HOUR - MINUTE) == []
    assert _names(ticket, NOW + 30 * HOUR) == [("news", 29 * HOUR)]
    assert deadline(ticket, _at(NOW), "answer") is None
    assert deadline(ticket, _at(NOW), "news") == NOW + 3 * HOUR


def test_a_promise_once_kept_stays_kept() -> None:
    ticket = heard(_opened(), _at(NOW + HOUR), Happening.PUBLIC_REPLY, NOW + HOUR)
    again = heard(ticket, _at(NOW + 2 * HOUR), Happening.CLOSED, NOW + 2 * HOUR)
    met = {state.name: state.met_at for state in again.clocks}
    assert met["answer"] == NOW + HOUR


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (Status.NEW, ["answer", "news"]),
        (Status.OPEN, ["answer", "news"]),
        (Status.WAITING, ["answer"]),
        (Status.RESOLVED, []),
        (Status.CLOSED, []),
    ],
)
def test_a_status_silences_what_pauses_or_stops_in_it(status: Status, said: list[str]) -> None:
    ticket = _opened(status=status)
    assert [name for name, _ in _names(ticket, NOW + 9 * HOUR)] == said
    assert (next_due_at(ticket, _at(NOW)) is None) is (not said)


def test_a_priority_without_a_target_is_promised_nothing() -> None:
    assert _names(_opened("P4"), NOW + timedelta(days=99)) == []
    assert next_due_at(_opened("P4"), _at(NOW)) is None


def test_a_clock_that_the_policy_no_longer_has_is_silent() -> None:
    ticket = anns(clocks=(ClockState("gone", NOW - 99 * HOUR),))
    assert due(ticket, _at(NOW)) == []
    assert next_due_at(ticket, _at(NOW)) is None


def test_a_late_mail_makes_the_promise_late_and_the_cadence_not() -> None:
    ticket = heard(anns(), _at(NOW), Happening.OPENED, NOW - 3 * HOUR)
    assert deadline(ticket, _at(NOW), "answer") == NOW + HOUR
    assert deadline(ticket, _at(NOW), "news") == NOW + 2 * HOUR


@given(st.lists(st.integers(0, 6 * 60), max_size=12))
def test_however_often_one_looks_each_slot_speaks_once(pauses: list[int]) -> None:
    ticket, now, said = _opened(), NOW, []
    for minutes in pauses:
        now += minutes * MINUTE
        dues = due(ticket, _at(now))
        said += [(each.name, each.at) for each in dues]
        assert all(each.at <= now for each in dues)
        ticket = spoken(ticket, dues, _at(now))
        upcoming = next_due_at(ticket, _at(NOW))
        assert upcoming is not None and upcoming > now
    assert len(said) == len(set(said))
    assert sum(name == "answer" for name, _ in said) == (now - NOW >= 4 * HOUR)
