"""Working time: how long a calendar counts between two instants, and when a length of it has passed.

A calendar becomes intervals of UTC, one table for each year of its zone, made when first asked for. All arithmetic is
on these, so that a night in which clocks are changed has as many hours as really pass in it. Where a span begins or
ends at a time that clocks show twice, the first is meant; where they skip it, it is read as if they had not been
changed yet (RFC 5545 section 3.3.5).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache, partial
from itertools import accumulate

from rules.calendar import at_local, local_date
from rules.promises import ALWAYS, DAYS, Calendar, Span
from rules.workdays import public_days, undecreed

HORIZON = 40
"""So many years ahead a moment is looked for; what lies beyond is answered with the end of the last of them."""

NOTHING = timedelta()
DAY = timedelta(days=1)
MIDNIGHT = time(0)

EVERY_MINUTE = Calendar.model_validate({"id": ALWAYS, "name": ALWAYS, "hours": {"mon-sun": ["00:00-24:00"]}})
"""The calendar that no pack needs to declare."""


@dataclass(frozen=True, slots=True)
class Year:
    """One year of a calendar: its open intervals, none touching the next, and its working days with their ends.

    `counted[i]` is the time from the beginning of the year to the end of interval i.
    """

    starts: tuple[datetime, ...]
    ends: tuple[datetime, ...]
    counted: tuple[timedelta, ...]
    days: tuple[date, ...]
    closes: tuple[datetime, ...]

    @property
    def total(self) -> timedelta:
        return self.counted[-1] if self.counted else NOTHING

    def counted_until(self, at: datetime) -> timedelta:
        """The time of this year that has been counted before an instant."""
        last = bisect_right(self.starts, at) - 1
        return self.counted[last] - max(self.ends[last] - at, NOTHING) if last >= 0 else NOTHING

    def instant(self, counted: timedelta) -> datetime:
        """The first instant at which so much of this year has been counted; more than nothing, at most `total`."""
        at = bisect_left(self.counted, counted)
        return self.ends[at] - (self.counted[at] - counted)


@dataclass(frozen=True, slots=True)
class Hours:
    """The working time of one calendar in one zone; every instant is aware, and answered in UTC."""

    zone: str
    year: Callable[[int], Year] = field(repr=False)

    def add(self, start: datetime, worked: timedelta) -> datetime:
        """The earliest instant at which `worked` has been counted since `start`."""
        if worked <= NOTHING:
            return start
        for year in self._years(start):
            before = year.counted_until(start)
            if worked <= year.total - before:
                return year.instant(before + worked)
            worked -= year.total - before
        return at_local(datetime.combine(date(self._year_of(start) + HORIZON, 1, 1), MIDNIGHT), self.zone)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The time counted from `start` to before `end`; none if that is earlier."""
        if end <= start:
            return NOTHING
        years = map(self.year, range(self._year_of(start), self._year_of(end) + 1))
        return sum((year.counted_until(end) - year.counted_until(start) for year in years), NOTHING)

    def working_days_end(self, start: datetime, days: int) -> datetime:
        """The close of the n-th working day after the day of `start`."""
        following = self._working_days(local_date(start, self.zone) + DAY)
        return next(close for at, (_, close) in enumerate(following, 1) if at == days)

    def next_at(self, after: datetime, at: time) -> datetime:
        """The next local time `at` of a working day, strictly after an instant."""
        days = self._working_days(local_date(after, self.zone))
        moments = (at_local(datetime.combine(day, at), self.zone) for day, _ in days)
        return next(moment for moment in moments if moment > after)

    def month_end(self, after: datetime) -> datetime:
        """The next close of the last working day of a local month, strictly after an instant."""
        days = self._working_days(local_date(after, self.zone))
        day, close = next(days)
        for following, its_close in days:
            if following.month != day.month and close > after:
                break
            day, close = following, its_close
        return close

    def next_opening(self, at: datetime) -> datetime:
        """The instant itself if it is counted, else the beginning of the next interval."""
        for year in self._years(at):
            following = bisect_right(year.ends, at)
            if following < len(year.ends):
                return max(at, year.starts[following])
        return at

    def is_open(self, at: datetime) -> bool:
        """Whether this instant is counted."""
        year = self.year(self._year_of(at))
        return bisect_right(year.starts, at) > bisect_right(year.ends, at)

    def _year_of(self, at: datetime) -> int:
        return local_date(at, self.zone).year

    def _years(self, at: datetime) -> Iterator[Year]:
        first = self._year_of(at)
        return map(self.year, range(first, first + HORIZON))

    def _working_days(self, first: date) -> Iterator[tuple[date, datetime]]:
        """The working days from a date on, each with its close."""
        for year in map(self.year, range(first.year, first.year + HORIZON)):
            at = bisect_left(year.days, first)
            yield from zip(year.days[at:], year.closes[at:], strict=True)


@lru_cache(maxsize=256)
def hours(declared: Calendar | None, zone: str) -> Hours:
    """The working time of a calendar, in its own zone or else in this one; without a calendar every minute counts."""
    calendar = EVERY_MINUTE if declared is None else declared
    place = calendar.zone or zone
    return Hours(place, lru_cache(maxsize=2 * HORIZON)(partial(_made, calendar, place)))


def open_calendars(calendars: Iterable[Calendar], zone: str, at: datetime) -> frozenset[str]:
    """The ids of the calendars that are open at an instant."""
    return frozenset(each.id for each in calendars if hours(each, zone).is_open(at))


def spans_on(calendar: Calendar, day: date) -> tuple[Span, ...]:
    """When a calendar is open on a date: as its own dates say, else its country's, else the weekday."""
    if day in calendar.open:
        return calendar.open[day] or _ordinary(calendar, day)
    if day in calendar.closed:
        return ()
    if calendar.holidays is not None:
        public = public_days(calendar.holidays, day.year)
        if day in public.worked:
            return _ordinary(calendar, day)
        if day in public.holidays:
            return ()
    return calendar.hours.get(DAYS[day.weekday()], ())


def _ordinary(calendar: Calendar, day: date) -> tuple[Span, ...]:
    """The hours of a date on which people work: those of its weekday or, if that has none, of the week's first day."""
    week = (calendar.hours.get(name, ()) for name in (DAYS[day.weekday()], *DAYS))
    return next(spans for spans in week if spans)


def _made(calendar: Calendar, zone: str, year: int) -> Year:
    starts: list[datetime] = []
    ends: list[datetime] = []
    closes: dict[date, datetime] = {}
    for day, start, end in _intervals(calendar, zone, year):
        closes[day] = max(end, closes.get(day, end))
        if ends and start <= ends[-1]:
            ends[-1] = max(end, ends[-1])
        else:
            starts.append(start)
            ends.append(end)
    counted = accumulate(end - start for start, end in zip(starts, ends, strict=True))
    return Year(tuple(starts), tuple(ends), tuple(counted), tuple(closes), tuple(closes.values()))


def _intervals(calendar: Calendar, zone: str, year: int) -> Iterator[tuple[date, datetime, datetime]]:
    """The spans of each date as intervals that do not reach out of it: a day that the zone skips has none."""
    midnight = at_local(datetime.combine(date(year, 1, 1), MIDNIGHT), zone)
    for day in _dates(year):
        begin, midnight = midnight, at_local(datetime.combine(day + DAY, MIDNIGHT), zone)
        for span in sorted(spans_on(calendar, day), key=lambda span: span.start):
            start = max(begin, at_local(datetime.combine(day, span.start), zone))
            end = midnight if span.end == MIDNIGHT else min(midnight, at_local(datetime.combine(day, span.end), zone))
            if start < end:
                yield day, start, end


def _dates(year: int) -> Iterator[date]:
    first = date(year, 1, 1)
    return (first + count * DAY for count in range((date(year + 1, 1, 1) - first).days))


def unknown_years(calendar: Calendar, day: date) -> Sequence[int]:
    """The years about this day for which a calendar counts on make-up working days that nobody has told it."""
    told = {each.year for each in calendar.open}
    missing = undecreed(calendar.holidays, day) if calendar.holidays is not None else ()
    return [year for year in missing if year not in told]
