"""What a country makes of its days: public holidays, and days of the weekend that are worked in return (调休)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays import HolidayBase

SWAPS_EVERY_YEAR = frozenset({"CN"})
"""Countries that swap working days around their holidays each year, by a decree late in the year before."""

DECREED_BY = timedelta(days=31)
"""So long before a year the decree about it is out, and a package that lacks it is old."""


@dataclass(frozen=True, slots=True)
class PublicDays:
    """One year of a country: the holidays by name, and the days of the weekend on which people work."""

    holidays: Mapping[date, str]
    worked: frozenset[date]


def celebrates(country: str) -> bool:
    """Whether the holidays of a country are known, written as ISO 3166 does: `CN`, or `DE-BY` for a part of one."""
    try:
        _holidays(country)
    except NotImplementedError:
        return False
    return True


@lru_cache(maxsize=256)
def public_days(country: str, year: int) -> PublicDays:
    """One year of a country that `celebrates`."""
    found = _holidays(country, year)
    return PublicDays(dict(found), frozenset(day for day in found.weekend_workdays if day.year == year))


def _holidays(country: str, *years: int) -> HolidayBase:
    import holidays

    code, _, part = country.partition("-")
    return holidays.country_holidays(code, subdiv=part or None, years=years)


def undecreed(country: str, day: date) -> Sequence[int]:
    """The years, this day's and the next if it is near, whose make-up working days should be known and are not."""
    if country.partition("-")[0] not in SWAPS_EVERY_YEAR:
        return ()
    years = sorted({day.year, (day + DECREED_BY).year})
    return [year for year in years if not public_days(country, year).worked]
