"""Working time on dates written by hand: holidays and make-up days, lunch, nights in which clocks change."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from rules.hours import hours, open_calendars, unknown_years
from rules.promises import Calendar
from tests.rules.calendars import (
    BERLIN,
    DAY,
    FULL,
    HOUR,
    LORD_HOWE,
    MINUTE,
    OFFICE,
    QUIET_NIGHT,
    SHANGHAI,
    WORK,
    at,
    calendar,
    shown,
)


@pytest.mark.parametrize(
    ("start", "worked", "end"),
    [
        ("2026-11-20 11:50", 30 * MINUTE, "2026-11-20 13:50"),  # over lunch
        ("2026-11-20 12:10", 30 * MINUTE, "2026-11-20 14:00"),  # begun at lunch
        ("2026-11-20 09:00", 3 * HOUR, "2026-11-20 12:00"),  # up to the end of a span, not to the next one's beginning
        ("2026-11-20 17:30", HOUR, "2026-11-23 09:30"),  # over a weekend
        ("2026-11-20 20:00", 15 * HOUR, "2026-11-24 18:00"),  # begun after hours: two days
        ("2026-01-01 10:00", HOUR, "2026-01-04 10:00"),  # 元旦 to Saturday the 3rd; Sunday the 4th is worked
        ("2026-02-14 17:00", 2 * HOUR, "2026-02-24 10:00"),  # Saturday the 14th is worked, 春节 is the 15th to the 23rd
        ("2026-02-27 17:00", 2 * HOUR, "2026-02-28 10:00"),  # Saturday the 28th is worked
        ("2026-04-03 17:30", HOUR, "2026-04-07 09:30"),  # 清明 is the 4th to the 6th
        ("2026-04-30 17:00", 2 * HOUR, "2026-05-06 10:00"),  # 劳动节 is the 1st to the 5th
        ("2026-05-08 17:00", 2 * HOUR, "2026-05-09 10:00"),  # Saturday the 9th is worked
        ("2026-06-18 17:30", HOUR, "2026-06-22 09:30"),  # 端午 is the 19th to the 21st
        ("2026-09-18 17:00", 2 * HOUR, "2026-09-20 10:00"),  # Sunday the 20th is worked
        ("2026-09-24 17:00", 2 * HOUR, "2026-09-28 10:00"),  # 中秋 is the 25th to the 27th
        ("2026-09-30 17:00", 4 * HOUR, "2026-10-08 12:00"),  # 国庆 is the 1st to the 7th
        ("2026-10-09 17:00", 4 * HOUR, "2026-10-10 12:00"),  # Saturday the 10th is worked
        ("2026-10-10 17:30", HOUR, "2026-10-12 09:30"),
    ],
)
def test_working_time_in_china_in_2026(start: str, worked: timedelta, end: str) -> None:
    desk = hours(calendar(holidays="CN"), SHANGHAI)
    assert shown(desk.add(at(start), worked)) == end
    assert desk.between(at(start), at(end)) == worked


@pytest.mark.parametrize(
    ("calendar", "zone", "start", "worked", "end"),
    [
        (QUIET_NIGHT, BERLIN, "2026-03-28 22:00", 8 * HOUR, "2026-03-29 22:00+1h"),
        (QUIET_NIGHT, BERLIN, "2026-10-24 22:00", 8 * HOUR, "2026-10-25 05:00"),
        (QUIET_NIGHT, BERLIN, "2026-10-24 22:00", 9 * HOUR, "2026-10-25 06:00"),
        (QUIET_NIGHT, LORD_HOWE, "2026-10-03 22:00", 7 * HOUR + 30 * MINUTE, "2026-10-04 06:00"),
        (QUIET_NIGHT, LORD_HOWE, "2026-04-04 22:00", 8 * HOUR + 30 * MINUTE, "2026-04-05 06:00"),
        (FULL, "America/New_York", "2026-03-08 00:00", 23 * HOUR, "2026-03-09 00:00"),
        (FULL, "America/New_York", "2026-11-01 00:00", 25 * HOUR, "2026-11-02 00:00"),
        (
            calendar(hours={"sun": ["00:00-02:30", "03:00-06:00"]}),
            BERLIN,
            "2026-03-29 00:00",
            5 * HOUR,
            "2026-03-29 06:00",
        ),
        # São Paulo changed its clocks at midnight until 2019: one day began at 01:00, one evening had an hour twice.
        (
            calendar(hours={"sun": ["00:00-12:00"]}),
            "America/Sao_Paulo",
            "2018-11-03 20:00",
            11 * HOUR,
            "2018-11-04 12:00",
        ),
        (
            calendar(hours={"sat": ["18:00-24:00"]}),
            "America/Sao_Paulo",
            "2018-02-17 18:00",
            7 * HOUR,
            "2018-02-18 00:00",
        ),
        # Samoa had no 30 December 2011.
        (calendar(), "Pacific/Apia", "2011-12-29 17:00", 2 * HOUR, "2012-01-02 10:00"),
    ],
)
def test_a_night_in_which_clocks_change_has_the_hours_that_pass_in_it(
    calendar: Calendar, zone: str, start: str, worked: timedelta, end: str
) -> None:
    end, _, more = end.partition("+")
    desk, wanted = hours(calendar, zone), at(end, zone) + (HOUR if more else timedelta())
    assert desk.add(at(start, zone), worked) == wanted
    assert desk.between(at(start, zone), wanted) == worked


def test_dates_of_the_calendar_go_before_those_of_the_country() -> None:
    desk = hours(
        calendar(holidays="CN", closed=["2026-10-10"], open={"2026-10-01": [], "2026-10-02": ["10:00-11:00"]}), SHANGHAI
    )
    assert desk.between(at("2026-10-01"), at("2026-10-02")) == 7.5 * HOUR
    assert desk.between(at("2026-10-02"), at("2026-10-08")) == HOUR
    assert desk.between(at("2026-10-10"), at("2026-10-12")) == timedelta()


def test_a_day_that_is_made_up_for_has_its_own_hours_or_those_of_the_first_day() -> None:
    saturdays = calendar(hours={"tue-fri": WORK, "sat": ["09:00-12:00"]}, holidays="CN")
    desk = hours(saturdays, SHANGHAI)
    assert desk.between(at("2026-10-10"), at("2026-10-11")) == 3 * HOUR
    assert desk.between(at("2026-09-20"), at("2026-09-21")) == 7.5 * HOUR


def test_a_country_without_make_up_days_has_its_holidays() -> None:
    desk = hours(calendar(holidays="DE-BY"), BERLIN)
    assert shown(desk.add(at("2026-12-24 17:00", BERLIN), 2 * HOUR), BERLIN) == "2026-12-28 10:00"
    assert not desk.is_open(at("2026-01-06 10:00", BERLIN)), "Epiphany, in Bavaria"
    assert hours(calendar(holidays="DE"), BERLIN).is_open(at("2026-01-06 10:00", BERLIN))


@pytest.mark.parametrize(
    ("start", "days", "close"),
    [
        ("2026-11-19 10:00", 1, "2026-11-20 18:00"),
        ("2026-11-19 23:00", 3, "2026-11-24 18:00"),
        ("2026-11-21 10:00", 1, "2026-11-23 18:00"),
        ("2026-09-30 10:00", 3, "2026-10-10 18:00"),
        ("2026-12-31 10:00", 2, "2027-01-05 18:00"),
        ("2026-03-11 10:00", 1, "2026-03-13 18:00"),
        ("2026-03-13 10:00", 1, "2026-03-14 14:00"),
    ],
)
def test_working_days_are_counted_after_the_day_of_the_start(start: str, days: int, close: str) -> None:
    assert shown(hours(OFFICE, SHANGHAI).working_days_end(at(start), days)) == close


@pytest.mark.parametrize(
    ("after", "moment"),
    [
        ("2026-11-20 16:59", "2026-11-20 17:00"),
        ("2026-11-20 17:00", "2026-11-23 17:00"),
        ("2026-09-30 17:30", "2026-10-08 17:00"),
        ("2026-10-09 17:00", "2026-10-10 17:00"),
    ],
)
def test_a_time_of_day_comes_on_working_days(after: str, moment: str) -> None:
    assert shown(hours(OFFICE, SHANGHAI).next_at(at(after), time(17))) == moment


def test_a_time_of_day_comes_on_the_long_day_too() -> None:
    desk = hours(FULL, BERLIN)
    late = at("2026-10-25 23:15", BERLIN)
    assert shown(desk.next_at(late, time(23, 30)), BERLIN) == "2026-10-25 23:30"
    first = desk.next_at(at("2026-10-25 00:30", BERLIN), time(2, 30))
    assert shown(desk.next_at(first, time(2, 30)), BERLIN) == "2026-10-26 02:30", "02:30 is shown twice and means once"


@pytest.mark.parametrize(
    ("after", "close"),
    [
        ("2026-11-20 10:00", "2026-11-30 18:00"),
        ("2026-11-30 18:00", "2026-12-31 18:00"),
        ("2026-10-31 10:00", "2026-11-30 18:00"),
        ("2026-02-01 10:00", "2026-02-28 18:00"),
    ],
)
def test_a_month_ends_with_its_last_working_day(after: str, close: str) -> None:
    assert shown(hours(OFFICE, SHANGHAI).month_end(at(after))) == close


def test_a_closed_desk_opens_next_after_the_holidays() -> None:
    desk = hours(OFFICE, SHANGHAI)
    assert shown(desk.next_opening(at("2026-09-30 18:00"))) == "2026-10-08 09:00"
    assert shown(desk.next_opening(at("2026-10-08 10:30"))) == "2026-10-08 10:30"
    assert shown(desk.next_opening(at("2026-12-31 18:00"))) == "2027-01-04 09:00"
    clocks = ("08:59", "09:00", "11:59", "12:00", "13:30", "17:59", "18:00")
    assert [each for each in clocks if desk.is_open(at(f"2026-10-08 {each}"))] == ["09:00", "11:59", "13:30", "17:59"]


def test_a_calendar_counts_in_its_own_zone_before_that_of_the_desk() -> None:
    tokyo = calendar(zone="Asia/Tokyo")
    assert shown(hours(tokyo, SHANGHAI).add(at("2026-11-20 06:00"), HOUR)) == "2026-11-20 09:00"
    assert open_calendars([tokyo], SHANGHAI, at("2026-11-20 08:30")) == {"business"}
    assert open_calendars([calendar()], SHANGHAI, at("2026-11-20 08:30")) == set()


def test_without_a_calendar_every_minute_counts() -> None:
    assert hours(None, BERLIN).add(at("2026-03-28 22:00", BERLIN), 8 * HOUR) == at("2026-03-29 07:00", BERLIN)
    assert shown(hours(None, SHANGHAI).next_at(at("2026-10-03 18:00"), time(17))) == "2026-10-04 17:00"


def test_a_promise_of_a_thousand_years_ends_with_the_horizon() -> None:
    rare = hours(calendar(hours={"mon": ["09:00-09:01"]}), SHANGHAI)
    assert shown(rare.add(at("2026-11-20"), 1000 * DAY)) == "2066-01-01 00:00"


@pytest.mark.parametrize(
    ("declared", "complaint"),
    [
        ({"zone": "Asia/Shangai"}, "unknown time zone 'Asia/Shangai' .did you mean 'Asia/Shanghai'"),
        ({"holidays": "XX"}, "the holidays of 'XX' are not known"),
        ({"holidays": "DE-ZZ"}, "the holidays of 'DE-ZZ' are not known"),
    ],
)
def test_a_calendar_of_no_place_is_refused(declared: dict[str, str], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        calendar(**declared)


def test_a_year_without_its_make_up_days_is_told_once_they_should_be_known() -> None:
    # 2038 lies beyond what any edition of the package knows.
    china, day = calendar(holidays="CN"), date(2037, 12, 1)
    assert unknown_years(china, date(2026, 10, 22)) == unknown_years(china, date(2025, 12, 20)) == []
    assert unknown_years(calendar(holidays="DE"), day) == unknown_years(FULL, day) == []
    assert unknown_years(china, day) == [2037, 2038]
    assert unknown_years(china, date(2037, 11, 1)) == [2037]
    assert unknown_years(calendar(holidays="CN", open={"2037-02-07": []}), day) == [2038]
