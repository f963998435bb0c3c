"""Working time: what holds for every calendar, zone and instant."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rules.calendar import at_local, local
from rules.hours import Hours, hours
from rules.promises import Calendar
from tests.rules.calendars import FULL, FULL_BUT_FESTIVE, MINUTE, NIGHT, OFFICE, SATURDAYS, ZONES

DESKS = st.builds(hours, st.sampled_from([OFFICE, NIGHT, FULL, FULL_BUT_FESTIVE, SATURDAYS]), st.sampled_from(ZONES))
INSTANTS = st.integers(0, 366 * 24 * 3600).map(
    lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
LENGTHS = st.integers(1, 60 * 24 * 20).map(lambda minutes: minutes * MINUTE)
EVERY = settings(max_examples=500, deadline=None)


@EVERY
@given(DESKS, INSTANTS, LENGTHS, LENGTHS)
def test_what_is_added_is_what_lies_between(desk: Hours, start: datetime, one: timedelta, two: timedelta) -> None:
    end = desk.add(start, one)
    assert end > start
    assert desk.between(start, end) == one
    assert desk.between(start, end - timedelta.resolution) < one, "it is the earliest such instant"
    assert desk.add(end, two) == desk.add(start, one + two)


@EVERY
@given(DESKS, st.tuples(INSTANTS, INSTANTS, INSTANTS).map(sorted))
def test_lengths_add_up_and_none_is_longer_than_real_time(desk: Hours, moments: list[datetime]) -> None:
    first, middle, last = moments
    assert desk.between(first, middle) + desk.between(middle, last) == desk.between(first, last)
    assert timedelta() <= desk.between(first, last) <= last - first
    assert desk.between(last, first) == timedelta()


@EVERY
@given(st.sampled_from(ZONES), INSTANTS, LENGTHS)
def test_without_closing_every_minute_is_real(zone: str, start: datetime, length: timedelta) -> None:
    for desk in (hours(FULL, zone), hours(None, zone)):
        assert desk.add(start, length) == start + length
        assert desk.between(start, start + length) == length


@EVERY
@given(DESKS, INSTANTS, LENGTHS, LENGTHS)
def test_more_time_never_ends_sooner(desk: Hours, start: datetime, one: timedelta, two: timedelta) -> None:
    shorter, longer = sorted((one, two))
    assert desk.add(start, shorter) <= desk.add(start, longer)
    assert desk.add(start, longer) <= desk.add(start + shorter, longer)


@EVERY
@given(DESKS, INSTANTS, LENGTHS, LENGTHS, LENGTHS, LENGTHS)
def test_a_pause_only_postpones_and_may_be_taken_in_parts(
    desk: Hours, start: datetime, target: timedelta, until: timedelta, one: timedelta, two: timedelta
) -> None:
    def due(*pauses: tuple[datetime, datetime]) -> datetime:
        begun, left = start, target
        for begin, end in pauses:
            if desk.add(begun, left) <= begin:
                break
            begun, left = end, left - desk.between(begun, begin)
        return desk.add(begun, left)

    begin, middle, end = start + until, start + until + one, start + until + one + two
    paused = due((begin, end))
    assert paused >= due()
    assert paused == due((begin, middle), (middle, end))
    outside = desk.between(start, min(paused, begin)) + desk.between(end, paused)
    assert outside == target


@EVERY
@given(DESKS, INSTANTS)
def test_being_open_and_opening_agree_with_what_is_counted(desk: Hours, instant: datetime) -> None:
    opening = desk.next_opening(instant)
    assert desk.is_open(opening)
    assert (
        desk.is_open(instant)
        == (opening == instant)
        == (desk.between(instant, instant + timedelta.resolution) > timedelta())
    )
    assert desk.between(instant, opening) == timedelta()
    assert desk.add(instant, timedelta.resolution) == opening + timedelta.resolution


@EVERY
@given(DESKS, INSTANTS, st.integers(1, 40), st.times().map(lambda each: each.replace(microsecond=0)))
def test_days_follow_one_another(desk: Hours, instant: datetime, days: int, clock: time) -> None:
    close = desk.working_days_end(instant, days)
    assert close < desk.working_days_end(instant, days + 1)
    assert local(close - timedelta.resolution, desk.zone).date() > local(instant, desk.zone).date()
    moment = desk.next_at(instant, clock)
    assert instant < moment < desk.next_at(moment, clock)
    month = desk.month_end(instant)
    assert instant < month < desk.month_end(month)


@EVERY
@given(st.sampled_from([OFFICE, SATURDAYS]), st.sampled_from(ZONES), INSTANTS, LENGTHS)
def test_day_hours_are_the_same_on_every_wall_clock(
    calendar: Calendar, zone: str, instant: datetime, length: timedelta
) -> None:
    """No span of a day reaches into the night, so that changing clocks changes nothing by the clock on the wall."""
    wall = local(instant, zone).replace(tzinfo=None)
    assume(at_local(wall, zone) == instant)
    there, utc = hours(calendar, zone), hours(calendar, "UTC")
    assert local(there.add(instant, length), zone).replace(tzinfo=None) == utc.add(
        at_local(wall, "UTC"), length
    ).replace(tzinfo=None)
