"""The time at which something is said to have happened, in Chinese or English words, absolute or relative."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from rules.calendar import at_local, local

_DIGITS = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
}
_DIGITS |= {"半": 0, "日": 7, "天": 7, "末": 6}
ENGLISH_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}
ENGLISH_NUMBERS |= {"couple of": 2}
MONTHS = {name: at for at, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
WEEKDAYS = {name: at for at, name in enumerate("mon tue wed thu fri sat sun".split(), 1)}
_LONG_AGO = timedelta(days=180)
_AFTERNOON = ("下午", "晚上", "傍晚", "晚间", "晚", "夜里", "pm", "p.m.", "afternoon", "evening", "night")
_NOON = ("中午", "noon")

NUMBER = r"(?:[0-9]{1,3}|[一二两三四五六七八九十]{1,3})"
_PART = r"(?:凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚间|夜里|早|晚)"
_MINUTE = (
    r"(?:(?P<minute>(?:(?<=[点时:])|(?<=:\s))[0-5][0-9]|[0-5]?[0-9](?=\s?分))(?:\s?分)?|(?P<half>半)|"
    r"(?P<quarter>[一三])刻)"
)
_HOUR = rf"(?P<hour>{NUMBER})\s?(?:[点时](?!间|候|长)|:(?=\s?[0-5][0-9]))(?:\s?{_MINUTE})?"
CLOCK_ZH = rf"(?P<part>{_PART})?\s?(?:{_HOUR})?"
CLOCK_EN = (
    r"(?:,?\s?(?:at|around|about|@|"
    r"from)?\s?(?P<hour>[0-9]{1,2})(?::(?P<minute>[0-5][0-9]))?(?:\s?(?P<half_day>am|"
    r"pm|a\.m\.|p\.m\.|o'clock))?)?"
)


@dataclass(frozen=True, slots=True)
class Told:
    """A time that a text tells: an instant, or a day when no clock time is given, and the words that told it."""

    at: datetime | date
    words: str

    @property
    def value(self) -> str:
        """`2026-11-20T06:30Z`, or `2026-11-20` for a day."""
        if isinstance(self.at, datetime):
            return f"{self.at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"
        return self.at.isoformat()


def told_time(text: str, now: datetime, zone: str) -> Told | None:
    """The first time that a text tells which is not later than tomorrow, as its writer in `zone` meant it."""
    found = [told for told in _all(text, now, zone) if _past(told[1].at, now, zone)]
    return min(found, key=lambda told: (told[0], -len(told[1].words)))[1] if found else None


def _past(at: datetime | date, now: datetime, zone: str) -> bool:
    day = local(at, zone).date() if isinstance(at, datetime) else at
    return day <= local(now, zone).date()


def _all(text: str, now: datetime, zone: str) -> Iterator[tuple[int, Told]]:
    here = local(now, zone)
    for pattern, meaning in _FORMS:
        for found in pattern.finditer(text):
            try:
                at = meaning(found, here)
            except (ValueError, KeyError, OverflowError):
                continue
            moment = at_local(at, zone) if isinstance(at, datetime) else at
            yield found.start(), Told(moment, found[0].strip(" ,"))


# What the forms mean -------------------------------------------------------------------------------------------------


def number(text: str) -> int:
    """The number below a hundred that `12`, `十二` or `二十` says. Raises KeyError for another sign."""
    if text.isdigit():
        return int(text)
    tens, has_tens, ones = text.rpartition("十")
    if not has_tens:
        return _DIGITS[ones]
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)


def clock_time(found: re.Match[str]) -> time | None:
    """The time of day in a match of `CLOCK_ZH` or `CLOCK_EN`; None where it names no hour."""
    groups = found.groupdict()
    if not groups.get("hour"):
        return None
    hour = number(groups["hour"])
    minute = int(groups.get("minute") or 0)
    if groups.get("half"):
        minute = 30
    if groups.get("quarter"):
        minute = 15 * _DIGITS[groups["quarter"]]
    part = (groups.get("part") or groups.get("half_day") or "").lower()
    if part in _AFTERNOON and hour < 12:
        hour += 12
    if part in _NOON and hour < 3:
        hour += 12
    if part in ("am", "a.m.", "凌晨") and hour == 12:
        hour = 0
    return time(hour % 24, minute)


def _on(day: date, found: re.Match[str]) -> datetime | date:
    clock = clock_time(found)
    return datetime.combine(day, clock) if clock is not None else day  # It is local until at_local.


def _numeric(found: re.Match[str], here: datetime) -> datetime | date:
    year = found.groupdict().get("year")
    day = date(int(year) if year else here.year, int(found["month"]), int(found["day"]))
    return _on(day if year else _latest(day, here), found)


def _named_month(found: re.Match[str], here: datetime) -> datetime | date:
    month = MONTHS[found["name"][:3].lower()]
    year = found.groupdict().get("year")
    day = date(int(year) if year else here.year, month, int(found["day"]))
    return _on(day if year else _latest(day, here), found)


def _latest(day: date, here: datetime) -> date:
    """The day meant without a year: this year's, or the last year's when that is not long ago. Raises ValueError."""
    meant = day if day <= here.date() else day.replace(year=day.year - 1)
    if here.date() - meant > _LONG_AGO:
        raise ValueError("a day in the future")
    return meant


_DAYS_BACK = {"今": 0, "昨": 1, "前": 2, "大前": 3, "today": 0, "this": 0, "tonight": 0, "yesterday": 1, "last": 1}


def _day_word(found: re.Match[str], here: datetime) -> datetime | date:
    return _on(here.date() - timedelta(days=_DAYS_BACK[found["back"].lower()]), found)


def _weekday(found: re.Match[str], here: datetime) -> datetime | date:
    name = found["weekday"].lower()
    wanted = WEEKDAYS.get(name[:3]) or (int(name) if name.isdigit() else _DIGITS[name])
    back = (here.isoweekday() - wanted) % 7
    if found["last"] and back < here.isoweekday():
        back += 7
    return _on(here.date() - timedelta(days=back), found)


def _ago(found: re.Match[str], here: datetime) -> datetime | date:
    many = found["count"].lower()
    count = ENGLISH_NUMBERS.get(many) or number(many)
    unit = found["unit"].lower()
    if unit.startswith(("天", "日", "day")):
        return here.date() - timedelta(days=count)
    if unit.startswith(("周", "星期", "week")):
        return here.date() - timedelta(weeks=count)
    length = (
        timedelta(hours=count)
        if unit.startswith(("小时", "个小时", "钟头", "hour", "hr"))
        else timedelta(minutes=count)
    )
    half = timedelta(minutes=30) if found.groupdict().get("and_half") else timedelta()
    return (here - length - half).replace(tzinfo=None, second=0, microsecond=0)


def _half_hour_ago(_: re.Match[str], here: datetime) -> datetime:
    return (here - timedelta(minutes=30)).replace(tzinfo=None, second=0, microsecond=0)


def _just_now(_: re.Match[str], here: datetime) -> datetime:
    return here.replace(tzinfo=None, second=0, microsecond=0)


def _this_day(found: re.Match[str], here: datetime) -> datetime | date:
    return _on(here.date(), found)


def _bare_hour(found: re.Match[str], here: datetime) -> datetime | date:
    """An hour that is not said to be before or after noon is the latest one that has been."""
    at = datetime.combine(here.date(), clock_time(found) or time())
    later = at + timedelta(hours=12)
    return later if at.hour < 12 and later <= here.replace(tzinfo=None) else at


def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], datetime], datetime | date]], ...] = (
    (
        _form(
            rf"(?P<year>20[0-9]{{2}})\s?[-/.年]\s?(?P<month>[01]?[0-9])\s?[-/.月]\s?(?P<day>[0-3]?[0-9])(?:日|"
            rf"号|T)?,?\s?{CLOCK_ZH}"
        ),
        _numeric,
    ),
    (_form(rf"(?<![0-9])(?P<month>[01]?[0-9])\s?月\s?(?P<day>[0-3]?[0-9])\s?[日号]\s?{CLOCK_ZH}"), _numeric),
    (_form(rf"(?<![0-9/.])(?P<month>[01]?[0-9])/(?P<day>[0-3]?[0-9])\s{CLOCK_ZH}"), _numeric),
    (
        _form(
            rf"\b(?P<name>jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|"
            rf"nov|dec)[a-z]*\.?\s(?P<day>[0-3]?[0-9])(?:st|nd|rd|"
            rf"th)?\b(?:,?\s(?P<year>20[0-9]{{2}}))?{CLOCK_EN}"
        ),
        _named_month,
    ),
    (
        _form(
            rf"\b(?P<day>[0-3]?[0-9])(?:st|nd|rd|"
            rf"th)?\s(?:of\s)?(?P<name>jan|feb|mar|apr|may|jun|jul|aug|"
            rf"sep|oct|nov|"
            rf"dec)[a-z]*\.?(?:,?\s(?P<year>20[0-9]{{2}}))?{CLOCK_EN}"
        ),
        _named_month,
    ),
    (_form(rf"(?P<back>大前|今|昨|前)(?:天|日|(?=[早晚]))\s?{CLOCK_ZH}"), _day_word),
    (
        _form(
            rf"\b(?P<back>today|yesterday|tonight|this(?=\s(?:morning|"
            rf"afternoon|evening))|last(?=\snight))(?:\s(?P<part>morning|"
            rf"afternoon|evening|night))?{CLOCK_EN}"
        ),
        _day_word,
    ),
    (_form(rf"(?P<last>上)?(?:个)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])\s?{CLOCK_ZH}"), _weekday),
    (
        _form(
            rf"\b(?P<last>last\s)?(?:on\s|since\s)?(?P<weekday>mon|tues|"
            rf"wednes|thurs|fri|satur|sun)day(?:\s(?P<part>morning|"
            rf"afternoon|evening|night))?{CLOCK_EN}"
        ),
        _weekday,
    ),
    (
        _form(
            rf"(?P<count>{NUMBER})\s?(?P<unit>分钟|个?小时|个?钟头|天|日|周|"
            rf"个?星期)(?P<and_half>半)?(?:之|以)?前"
        ),
        _ago,
    ),
    (_form(r"半个?小时(?:之|以)?前|half an hour ago"), _half_hour_ago),
    (
        _form(
            r"\b(?P<count>[0-9]{1,3}|an?|one|two|three|four|five|six|"
            r"seven|couple of)\s(?P<unit>minutes?|mins?|hours?|hrs?|"
            r"days?|weeks?)\sago\b"
        ),
        _ago,
    ),
    (_form(r"刚刚|刚才|\bjust now\b|\ba moment ago\b"), _just_now),
    (
        _form(rf"(?P<part>{_PART})\s?{_HOUR}"),
        _this_day,
    ),
    (
        _form(
            rf"[从自打]\s?(?P<hour>{NUMBER})\s?[点时:]\s?(?:(?P<minute>[0-5]?[0-9])分?|(?P<half>半)|"
            rf"(?P<quarter>[一三])刻)?\s?(?=多|左右|开始|起|以?后|之后|就|到现在|到目前|至今)"
        ),
        _bare_hour,
    ),
    (
        _form(
            r"\b(?:since|at|from|"
            r"around)\s(?P<hour>[0-9]{1,2})(?::(?P<minute>[0-5][0-9])|"
            r"(?=\s?(?:am|pm|a\.m|p\.m|o'clock)))\s?(?P<half_day>am|pm|"
            r"a\.m\.|p\.m\.|o'clock)?"
        ),
        _this_day,
    ),
)
"""Each form in which a time is told. Where two begin at the same place, the longer one is meant."""
