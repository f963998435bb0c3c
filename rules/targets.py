"""How long a clock counts before it is due, and how long before that it warns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time, timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from rules.vocabulary import Declared, duration


class WorkingDays(Declared):
    """A target counted in working days of the clock's calendar, written `3wd`."""

    days: Annotated[int, Field(ge=1)]


class MonthEnd(Declared):
    """A target at the end of the calendar month, written `month-end`."""


class Promised(Declared):
    """A target at the moment that an engineer has told the customer (#eta), written `promised`."""


Target = timedelta | time | WorkingDays | MonthEnd | Promised

TIME_OF_DAY = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_NAMED: Mapping[str, MonthEnd | Promised] = {"month-end": MonthEnd(), "promised": Promised()}
_WORKING_DAYS = re.compile(r"([1-9][0-9]?)wd")


def target(value: object) -> Target:
    """The target that `2h`, `17:00` or `3wd` says. Raises ValueError for anything else."""
    if isinstance(value, timedelta | time | WorkingDays | MonthEnd | Promised):
        return value
    text = value if isinstance(value, str) else ""
    if text in _NAMED:
        return _NAMED[text]
    if days := _WORKING_DAYS.fullmatch(text):
        return WorkingDays(days=int(days[1]))
    if clock := TIME_OF_DAY.fullmatch(text):
        return time(int(clock[1]), int(clock[2]))
    try:
        return duration(value)
    except ValueError:
        raise ValueError(
            f"{value!r} is no target: write a duration (2h), a time of day (17:00), working days (3wd), month-end or "
            "promised"
        ) from None


TargetText = Annotated[
    Target,
    BeforeValidator(target),
    WithJsonSchema({"type": "string", "examples": ["30m", "2h", "17:00", "3wd", "month-end", "promised"]}),
]


def _share(value: object) -> object:
    if isinstance(value, str) and (percent := re.fullmatch(r"([1-9][0-9]?)%", value)):
        return int(percent[1]) / 100
    return duration(value)


Warning_ = Annotated[
    float | timedelta,
    BeforeValidator(_share),
    WithJsonSchema({"type": "string", "examples": ["75%", "30m"]}),
]
"""When a clock warns: after this share of its target (`75%`), or this long before it is due (`30m`)."""
