"""The moment that an engineer promises, at the beginning of a line: `18:00`, `11-25 18:00`, `2h`, `明天下午3点`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from rules.calendar import at_local, local
from rules.moments import CLOCK_EN, CLOCK_ZH, MONTHS, NUMBER, WEEKDAYS, clock_time, number


@dataclass(frozen=True, slots=True)
class Eta:
    """A promised instant, which may have passed, and the reason that follows it."""

    at: datetime
    why: str


def eta(line: str, now: datetime, zone: str) -> Eta | None:
    """The promise that a line begins with, as its writer in `zone` (an IANA name) means it; None for any other line.

    A day without a time is none. A time without a day is today's, and a date without a year is the next of its kind
    unless it has only just passed.
    """
    text = line.translate(_NARROW)
    start = _BEFORE.match(text)
    at = start.end() if start is not None else 0
    here = local(now, zone)
    read = [*_lengths(text, at, now), *_times(text, at, here, zone)]
    moment, end = max(read, key=lambda each: each[1], default=(None, 0))
    if moment is None or moment - now > _FARTHEST:
        return None
    return Eta(moment, _reason(line[end:]))


_NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
"""Full-width characters as the narrow ones they stand for, each one for one so that places stay."""

_FARTHEST = timedelta(days=366)
_LATELY = timedelta(days=180)
_BEFORE = re.compile(r"\s*(?:(?:by|before|until|at|in|on)\b|预计|最晚|最迟|在|于)?\s*", re.IGNORECASE)
_AFTER = re.compile(
    r"(?::[0-5][0-9])?\s*(?:之前|以前|前|之内|以内|内|之后|以后|后|左右|\b(?:later|from now)\b)?[\s,，;；:：、。.—-]*"
)
_GOES_ON = re.compile(
    r"[0-9a-z]|['’]s|\s?(?:ago|utc|gmt)\b|[+-][0-9]{2}:?[0-9]{2}|\s?[-~–—至到]\s?[0-9]{1,2}\s?(?:[:点时]|am\b|pm\b)",
    re.IGNORECASE,
)
"""What makes another thing of the moment before it: a word, a time of another zone, a span of time."""


def _reason(rest: str) -> str:
    suffix = _AFTER.match(rest)
    reason = rest[suffix.end() if suffix is not None else 0 :].strip()
    wrapped = reason[:1] + reason[-1:] in ("()", "（）")
    return reason[1:-1].strip() if wrapped else reason


# Lengths -------------------------------------------------------------------------------------------------------------

_UNITS = {"m": timedelta(minutes=1), "分": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_UNITS |= {"小": timedelta(hours=1), "钟": timedelta(hours=1), "天": timedelta(days=1)}
_PIECE = (
    rf"(?P<count>[0-9]{{1,3}}(?:\.[0-9])?|{NUMBER}|half an|an?|半)\s?个?(?P<half>半)?\s?"
    r"(?P<unit>minutes?|mins?|hours?|hrs?|days?|[mhd]|分钟?|小时|钟头|天)(?P<and_half>半)?"
)
_LENGTH = re.compile(_PIECE, re.IGNORECASE)
_AND_MINUTES = re.compile(r"\s(?=[0-9]{1,2}\s?(?:m|mins?|minutes?|分钟?)(?![a-z]))", re.IGNORECASE)
_AGO = re.compile(r"[之以]?前")


def _lengths(text: str, at: int, now: datetime) -> Iterator[tuple[datetime, int]]:
    """`2h`, `1h30m`, `1个半小时`, `half an hour`, counted from now, and the place where each ends."""
    whole = timedelta()
    while (found := _LENGTH.match(text, at)) is not None:
        unit = _UNITS[found["unit"][0].lower()]
        try:
            whole += unit * (_count(found["count"].lower()) + (0.5 if found["half"] or found["and_half"] else 0))
        except KeyError:  # Two digits beside each other, 一一, are no number.
            return
        blank = _AND_MINUTES.match(text, found.end())
        at = blank.end() if blank is not None else found.end()
    if whole and not (_GOES_ON.match(text, at) or _AGO.match(text, at)):
        yield now + whole, at


def _count(text: str) -> float:
    if text in ("半", "half an"):
        return 0.5
    if text in ("a", "an"):
        return 1
    return float(text) if text[0].isdigit() else number(text)


# Days and times ------------------------------------------------------------------------------------------------------


def _times(text: str, at: int, here: datetime, zone: str) -> Iterator[tuple[datetime, int]]:
    """The instants that a day and a time of day name, and the place where each ends."""
    for form, meaning in _FORMS:
        found = form.match(text, at)
        if found is None or _GOES_ON.match(text, found.end()):
            continue
        try:
            wall = _wall(found, meaning, here)
        except (ValueError, KeyError):
            continue
        if wall is not None:
            yield at_local(wall, zone), found.end()


def _wall(found: re.Match[str], meaning: Callable[[re.Match[str], datetime], date], here: datetime) -> datetime | None:
    """The time on the wall; None without a time of day, ValueError for one that no clock shows."""
    groups = found.groupdict()
    if not groups["hour"] or ("half_day" in groups and not (groups["minute"] or groups["half_day"])):
        return None
    clock, hour = clock_time(found), number(groups["hour"])
    if clock is None or hour > 24:
        raise ValueError("no hour of a day")
    midnight = hour == 24 or (hour == 12 and groups.get("part") in _NIGHT)
    if groups.get("day", "").lower() == "tonight" and hour < 12:
        clock = time(hour + 12, clock.minute)
    day = meaning(found, here)
    if midnight:
        return datetime.combine(day + timedelta(days=1), time(0, clock.minute))
    wall = datetime.combine(day, clock)
    if "weekday" in groups and not groups["week"] and wall <= here.replace(tzinfo=None):
        wall += timedelta(days=7)
    return wall


_NIGHT = ("晚上", "晚间", "晚", "夜里")
_AHEAD = {"今": 0, "明": 1, "后": 2, "大后": 3, "today": 0, "tonight": 0, "tomorrow": 1, "tmr": 1}


def _today(_: re.Match[str], here: datetime) -> date:
    return here.date()


def _named(found: re.Match[str], here: datetime) -> date:
    return here.date() + timedelta(days=_AHEAD[found["day"].lower()])


def _weekday(found: re.Match[str], here: datetime) -> date:
    """`周五` is the next Friday, today included; `下周五` and `next Friday` the one of next week."""
    name = found["weekday"].lower()
    wanted = WEEKDAYS.get(name[:3]) or number(name)
    if (found["week"] or "").strip().lower() in ("下", "next"):
        return here.date() + timedelta(days=7 - here.isoweekday() + wanted)
    return here.date() + timedelta(days=(wanted - here.isoweekday()) % 7)


def _dated(found: re.Match[str], here: datetime) -> date:
    groups = found.groupdict()
    month = int(groups["month"]) if "month" in groups else MONTHS[groups["name"][:3].lower()]
    day = date(int(groups.get("year") or here.year), month, int(groups["date"]))
    if not groups.get("year") and here.date() - day > _LATELY:
        return day.replace(year=day.year + 1)
    return day


_MONTH = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_Day = tuple[str, Callable[[re.Match[str], datetime], date]]
_ON_EITHER_SIDE: tuple[_Day, ...] = (
    (r"(?P<day>today|tonight|tomorrow|tmr)\b", _named),
    (
        r"(?P<week>next\s|this\s)?(?P<weekday>mon|tue|wed|thu|fri|sat|sun)(?:[a-z]*day)?\b",
        _weekday,
    ),
    (r"(?P<year>20[0-9]{2})\s?[-/.年]\s?(?P<month>[01]?[0-9])\s?[-/.月]\s?(?P<date>[0-3]?[0-9])[日号T]?", _dated),
    (rf"{_MONTH}\s(?P<date>[0-3]?[0-9])(?:st|nd|rd|th)?(?:,?\s(?P<year>20[0-9]{{2}}))?\b", _dated),
    (rf"(?P<date>[0-3]?[0-9])(?:st|nd|rd|th)?\s{_MONTH}(?:,?\s(?P<year>20[0-9]{{2}}))?\b", _dated),
)
"""Days that stand before the time or, as in English, after it."""
_BEFORE_THE_TIME: tuple[_Day, ...] = (
    ("", _today),
    (r"(?P<day>大后|今|明|后)(?:天|日|(?=[早晚]))", _named),
    (r"(?P<week>下|本|这)?个?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])", _weekday),
    (r"(?P<month>[01]?[0-9])\s?[-/.]\s?(?P<date>[0-3]?[0-9])\s", _dated),
    (r"(?P<month>[01]?[0-9])\s?月\s?(?P<date>[0-3]?[0-9])[日号]?", _dated),
)
_CLOCKS = (rf"\s?{CLOCK_ZH}", CLOCK_EN)
_FORMS = tuple(
    (re.compile(form, re.IGNORECASE), meaning)
    for clock in _CLOCKS
    for form, meaning in (
        *((day + clock, meaning) for day, meaning in (*_BEFORE_THE_TIME, *_ON_EITHER_SIDE)),
        *((rf"{clock},?\s(?:on\s)?{day}", meaning) for day, meaning in _ON_EITHER_SIDE),
    )
)
