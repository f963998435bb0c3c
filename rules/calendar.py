"""The only home of time zones: instants are aware UTC everywhere else."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_BEIJING = timedelta(hours=8)


def local_text(instant: datetime, zone: str, language: str) -> str:
    """How people in `zone` (an IANA name) write this instant: `2026年11月21日 18:00` or `21 Nov 2026, 18:00 CST`.

    A Chinese reader takes a time without a zone for Beijing time, so there the zone is named only where it differs.
    Raises ValueError for a naive instant and ZoneInfoNotFoundError for an unknown zone.
    """
    if instant.tzinfo is None:
        raise ValueError("a naive time names no instant")
    local = instant.astimezone(ZoneInfo(zone))
    clock = f"{local:%H:%M}"
    if language.lower().startswith("zh"):
        shown = "" if local.utcoffset() == _BEIJING else f" ({_zone_name(local)})"
        return f"{local.year}年{local.month}月{local.day}日 {clock}{shown}"
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}, {clock} {_zone_name(local)}"


def local_date(instant: datetime, zone: str) -> date:
    """The date that people in `zone` (an IANA name) write at this instant."""
    return instant.astimezone(ZoneInfo(zone)).date()


def _zone_name(local: datetime) -> str:
    """`CST`, or `UTC+0545` where the zone has no letters of its own."""
    name = local.tzname() or ""
    return f"UTC{local:%z}" if not name.isalpha() else name


def local(instant: datetime, zone: str) -> datetime:
    """This instant on the clocks of `zone`, still aware."""
    return instant.astimezone(ZoneInfo(zone))


def at_local(wall: datetime, zone: str) -> datetime:
    """The instant at which clocks in `zone` show this naive time; the earlier one where they show it twice."""
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def zone_names() -> AbstractSet[str]:
    """The IANA names of every zone."""
    return available_timezones()
