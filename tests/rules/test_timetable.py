"""When a clock is due, warns and escalates: tables written by hand, in the local time of each desk (T-SL-02, 05 to 08).

20 November 2026 is a Friday. China works on Saturday 14 February 2026 and rests from the 15th to the 23rd; Berlin sets
its clocks back on 25 October 2026 at 03:00.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from rules.model import Happening, Status
from tests.rules.clockwork import HOUR, MINUTE, Life, at, clock, shown

FRIDAY = "2026-11-20 15:00"

DUE = {
    "two hours day and night": ("2h", "always", "2026-11-20 23:30", "2026-11-21 01:30"),
    "two hours of work end the same day": ("2h", "business", FRIDAY, "2026-11-20 17:00"),
    "or after the weekend": ("2h", "business", "2026-11-20 17:00", "2026-11-23 10:00"),
    "and lunch does not count": ("2h", "business", "2026-11-20 11:00", "2026-11-20 14:30"),
    "a request at night begins in the morning": ("30m", "business", "2026-11-19 23:00", "2026-11-20 09:30"),
    "a make-up Saturday is worked": ("1h", "business", "2026-02-13 18:00", "2026-02-14 10:00"),
    "the Spring Festival is not": ("1h", "business", "2026-02-14 17:30", "2026-02-24 09:30"),
    "three working days end with the third": ("3wd", "business", FRIDAY, "2026-11-25 18:00"),
    "also from a weekend": ("1wd", "business", "2026-11-21 10:00", "2026-11-23 18:00"),
    "by five today": ("17:00", "always", FRIDAY, "2026-11-20 17:00"),
    "at five it is five tomorrow": ("17:00", "always", "2026-11-20 17:00", "2026-11-21 17:00"),
    "or on the next working day": ("17:00", "business", "2026-11-20 17:00", "2026-11-23 17:00"),
    "the end of the month is that of its last working day": (
        "month-end",
        "business",
        "2026-10-05 10:00",
        "2026-10-30 18:00",
    ),
    "and of the month itself where every day counts": ("month-end", "always", "2026-10-05 10:00", "2026-11-01 00:00"),
    "a promised moment is what was promised": ("promised", "always", FRIDAY, "2026-11-20 18:00"),
}


@pytest.mark.parametrize(("target", "calendar", "opened", "due_at"), DUE.values(), ids=DUE)
def test_a_target_is_due(target: str, calendar: str, opened: str, due_at: str) -> None:
    life = Life(clock(target=target, calendar=calendar), opened=at(opened), promised_at=at("2026-11-20 18:00"))
    assert life.due_at() == due_at


def test_five_o_clock_stays_five_o_clock_when_clocks_are_changed_and_rests_on_holidays() -> None:
    """T-SL-08."""
    daily = clock("news", "17:00", repeat=True, calendar="berlin")
    life = Life(daily, opened=at("2026-10-23 12:00", "Europe/Berlin"), zone="Europe/Berlin")
    said = []
    for hours in range(24 * 5):
        said += life.says(at("2026-10-23 12:00", "Europe/Berlin") + hours * HOUR + MINUTE)
    assert said == [f"news 0 2026-10-{day} 17:00" for day in (23, 24, 25, 26, 27)]
    christmas = Life(daily, opened=at("2026-12-24 18:00", "Europe/Berlin"), zone="Europe/Berlin")
    assert christmas.due_at("news") == "2026-12-27 17:00"


def test_a_night_in_which_clocks_are_set_back_has_an_hour_more_and_a_promise_not() -> None:
    life = Life(clock(target="8h"), opened=at("2026-10-24 22:00", "Europe/Berlin"), zone="Europe/Berlin")
    assert life.due_at() == "2026-10-25 05:00"


# Standing still ------------------------------------------------------------------------------------------------------


def test_waiting_for_the_customer_stops_business_time_and_an_answer_at_night_begins_it_in_the_morning() -> None:
    """T-SL-05: an hour is used up by Friday at four; three days later the other three begin on Tuesday at nine."""
    life = Life(clock(target="4h", calendar="business", paused_in=["waiting"]), opened=at(FRIDAY))
    life.happens(Happening.NOTED, at("2026-11-20 16:00"), Status.WAITING)
    assert life.due_at() is None and life.says(at("2026-11-23 20:00")) == []
    life.happens(Happening.CUSTOMER_REPLY, at("2026-11-23 22:00"), Status.OPEN)
    assert life.due_at() == "2026-11-24 12:00"


def test_a_solution_stops_a_promise_and_whoever_reopens_it_takes_it_up_where_it_was() -> None:
    life = Life(clock(target="4h", met_by=["resolved", "closed"]), opened=at(FRIDAY))
    life.happens(Happening.RESOLVED, at("2026-11-20 18:00"), Status.RESOLVED)
    assert life.due_at() is None
    life.happens(Happening.REOPENED, at("2026-11-21 18:00"), Status.OPEN)
    assert life.due_at() == "2026-11-21 19:00"


def test_what_was_kept_by_an_answer_stays_kept_when_a_ticket_is_reopened() -> None:
    life = Life(clock(target="4h", met_by=["public_reply", "closed"]), opened=at(FRIDAY))
    life.happens(Happening.PUBLIC_REPLY, at("2026-11-20 16:00"))
    life.happens(Happening.CLOSED, at("2026-11-20 17:00"), Status.CLOSED)
    life.happens(Happening.REOPENED, at("2026-11-21 17:00"), Status.OPEN)
    assert life.due_at() is None


def test_what_begins_with_a_solution_begins_anew_with_the_next_one() -> None:
    closing = clock("closing", "3d", start="resolved", met_by=["reopened", "closed"], stopped_in=["closed"])
    life = Life(closing, opened=at(FRIDAY))
    life.happens(Happening.RESOLVED, at("2026-11-21 15:00"), Status.RESOLVED)
    assert life.due_at("closing") == "2026-11-24 15:00"
    life.happens(Happening.REOPENED, at("2026-11-22 15:00"), Status.OPEN)
    assert life.due_at("closing") is None
    life.happens(Happening.RESOLVED, at("2026-11-23 15:00"), Status.RESOLVED)
    assert life.due_at("closing") == "2026-11-26 15:00"


def test_a_daily_summary_leaves_out_the_days_of_a_pause() -> None:
    life = Life(clock("news", "17:00", repeat=True, paused_in=["waiting"]), opened=at(FRIDAY))
    life.happens(Happening.NOTED, at("2026-11-20 16:00"), Status.WAITING)
    life.happens(Happening.CUSTOMER_REPLY, at("2026-11-22 18:00"), Status.OPEN)
    assert life.says(at("2026-11-22 18:01")) == []
    assert life.due_at("news") == "2026-11-23 17:00"


def test_a_cadence_that_was_paused_late_in_its_slot_does_not_lose_the_next() -> None:
    life = Life(clock("news", "2h", repeat=True, paused_in=["waiting"]), opened=at("2026-11-20 08:00"))
    assert life.says(at("2026-11-20 10:00")) == ["news 0 2026-11-20 10:00"]
    life.happens(Happening.NOTED, at("2026-11-20 11:30"), Status.WAITING)
    life.happens(Happening.CUSTOMER_REPLY, at("2026-11-20 15:00"), Status.OPEN)
    assert life.due_at("news") == "2026-11-20 15:30"


# Priorities ----------------------------------------------------------------------------------------------------------

SPREAD = {"P1": "30m", "P2": "2h", "P3": "24h"}


def test_a_raised_priority_keeps_what_was_consumed_and_a_target_already_over_is_broken_once_now() -> None:
    """T-SL-06."""
    life = Life(clock(targets=SPREAD), opened=at(FRIDAY), priority="P3")
    life.ticket = replace(life.ticket, priority="P2")
    assert life.due_at() == "2026-11-20 17:00"
    life.ticket = replace(life.ticket, priority="P1")
    assert life.says(at("2026-11-20 16:00")) == ["promise 0 2026-11-20 15:30"]
    assert life.says(at("2026-11-20 16:01")) == []


def test_a_lowered_priority_takes_nothing_back_and_repeats_nothing() -> None:
    """T-SL-06."""
    escalating = clock(targets=SPREAD, levels=[{"after": "4h"}])
    life = Life(escalating, opened=at(FRIDAY), priority="P1")
    assert life.says(at("2026-11-20 15:30")) == ["promise 0 2026-11-20 15:30"]
    life.ticket = replace(life.ticket, priority="P3")
    assert life.says(at("2026-11-21 18:59")) == []
    assert life.says(at("2026-11-21 19:00")) == ["promise 1 2026-11-21 19:00"]
    life.ticket = replace(life.ticket, priority="P1")
    assert life.says(at("2026-11-25 15:00")) == []


@pytest.mark.parametrize(
    ("about", "due_at"),
    [
        ({}, "2026-11-20 17:00"),
        ({"tags": ("outage", "late")}, "2026-11-20 17:00"),
        ({"tags": ("late",)}, None),
        ({"category": "other"}, None),
        ({"priority": "P1"}, None),
    ],
)
def test_a_clock_is_about_the_tickets_that_it_names_as_they_are_now(
    about: dict[str, object], due_at: str | None
) -> None:
    named = clock(only={"categories": ["fault"], "tags": ["vip", "outage"], "priorities": ["P2", "P3"]})
    life = Life(named, opened=at(FRIDAY))
    life.ticket = replace(life.ticket, **about)  # type: ignore[arg-type]  # any field
    assert life.due_at() == due_at


# Warnings, levels, cadences ------------------------------------------------------------------------------------------


def test_a_promise_warns_is_due_and_escalates_each_at_its_moment() -> None:
    life = Life(
        clock(target="4h", calendar="business", warn_at="75%", levels=[{"before": "30m"}, {"after": "4h"}]),
        opened=at(FRIDAY),
    )
    moments = [at("2026-11-20 15:00") + n * 30 * MINUTE for n in range(160)]
    assert [(shown(now), said) for now in moments for said in life.says(now)] == [
        ("2026-11-20 18:00", "promise -2 2026-11-20 18:00"),
        ("2026-11-23 09:30", "promise -1 2026-11-23 09:30"),
        ("2026-11-23 10:00", "promise 0 2026-11-23 10:00"),
        ("2026-11-23 15:30", "promise 1 2026-11-23 15:30"),
    ]


def test_of_all_levels_that_passed_unseen_the_highest_speaks() -> None:
    life = Life(clock(target="4h", warn_at="1h", levels=[{"after": "4h"}, {"after": "2h"}]), opened=at(FRIDAY))
    assert life.says(at("2026-11-22 15:00")) == ["promise 2 2026-11-20 23:00"]
    assert life.says(at("2026-11-22 15:01")) == []


def test_a_warning_that_does_not_fit_into_its_target_is_left_out() -> None:
    life = Life(clock(target="30m", warn_at="1h"), opened=at(FRIDAY))
    assert life.says(at("2026-11-20 15:29")) == []
    assert life.says(at("2026-11-20 15:30")) == ["promise 0 2026-11-20 15:30"]


def test_a_reply_just_before_a_slot_skips_it_and_the_next_is_a_whole_interval_later() -> None:
    """T-SL-07."""
    life = Life(clock("news", "2h", repeat=True, reset_by=["public_reply"], warn_at="30m"), opened=at(FRIDAY))
    assert life.says(at("2026-11-20 16:30")) == ["news -1 2026-11-20 16:30"]
    life.happens(Happening.PUBLIC_REPLY, at("2026-11-20 16:59"))
    assert life.says(at("2026-11-20 18:28")) == []
    assert life.says(at("2026-11-20 18:29")) == ["news -1 2026-11-20 18:29"]
    assert life.says(at("2026-11-20 18:59")) == ["news 0 2026-11-20 18:59"]


def test_a_reply_in_the_afternoon_is_the_news_of_that_day() -> None:
    """T-SL-07 for a time of day."""
    life = Life(clock("news", "17:00", repeat=True, reset_by=["public_reply"]), opened=at("2026-11-19 10:00"))
    assert life.says(at("2026-11-19 17:00")) == ["news 0 2026-11-19 17:00"]
    life.happens(Happening.PUBLIC_REPLY, at("2026-11-20 16:59"))
    assert life.due_at("news") == "2026-11-21 17:00"


def test_a_summary_that_was_late_is_not_followed_by_another_at_once() -> None:
    life = Life(clock("news", "17:00", repeat=True), opened=at("2026-11-18 10:00"))
    assert life.says(at("2026-11-20 16:00")) == ["news 0 2026-11-19 17:00"]
    assert life.due_at("news") == "2026-11-21 17:00"


def test_a_renewed_promise_replaces_the_old_one_and_asks_again_in_time() -> None:
    """A39: asked an hour before, told to the customer a quarter before, both before the moment passes."""
    eta = clock("eta", "promised", start="promised", met_by=["resolved"], warn_at="1h", levels=[{"before": "15m"}])
    life = Life(eta, opened=at(FRIDAY))
    assert life.due_at("eta") is None
    life.ticket = replace(life.ticket, promised_at=at("2026-11-20 18:00"))
    life.happens(Happening.PROMISED, at("2026-11-20 15:30"))
    assert life.says(at("2026-11-20 16:59")) == []
    assert life.says(at("2026-11-20 17:00")) == ["eta -2 2026-11-20 17:00"]
    life.ticket = replace(life.ticket, promised_at=at("2026-11-21 12:00"))
    life.happens(Happening.PROMISED, at("2026-11-20 17:10"))
    assert life.says(at("2026-11-20 18:30")) == []
    assert life.says(at("2026-11-21 11:00")) == ["eta -2 2026-11-21 11:00"]
    assert life.says(at("2026-11-21 11:45")) == ["eta -1 2026-11-21 11:45"]
    assert life.says(at("2026-11-21 12:00")) == ["eta 0 2026-11-21 12:00"]


def test_who_promises_something_soon_is_asked_halfway_and_the_customer_told_before_it_passes() -> None:
    eta = clock("eta", "promised", start="promised", warn_at="1h", levels=[{"before": "15m"}])
    life = Life(eta, opened=at(FRIDAY), promised_at=at("2026-11-20 15:18"))
    life.happens(Happening.PROMISED, at("2026-11-20 15:10"))
    assert life.says(at("2026-11-20 15:13")) == []
    assert life.says(at("2026-11-20 15:14")) == ["eta -2 2026-11-20 15:14"]
    assert life.says(at("2026-11-20 15:17")) == ["eta -1 2026-11-20 15:17"]
    assert life.says(at("2026-11-20 15:18")) == ["eta 0 2026-11-20 15:18"]
