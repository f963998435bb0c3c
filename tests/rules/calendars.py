"""Calendars and zones to count working time in."""

from __future__ import annotations

from datetime import datetime, timedelta

from rules.calendar import at_local, local
from rules.promises import Calendar

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

WORK = ["09:00-12:00", "13:30-18:00"]
FESTIVE = {"holidays": "CN", "closed": ["2026-03-12"], "open": {"2026-03-14": ["10:00-14:00"], "2026-03-15": []}}


def calendar(**declared: object) -> Calendar:
    return Calendar.model_validate({"id": "business", "name": "business", "hours": {"mon-fri": WORK}, **declared})


OFFICE = calendar(**FESTIVE)
NIGHT = calendar(hours={"mon-sun": ["00:00-06:00", "22:00-24:00"]}, **FESTIVE)
QUIET_NIGHT = calendar(hours={"mon-sun": ["00:00-06:00", "22:00-24:00"]})
FULL = calendar(hours={"mon-sun": ["00:00-24:00"]})
FULL_BUT_FESTIVE = calendar(hours={"mon-sun": ["00:00-24:00"]}, **FESTIVE)
SATURDAYS = calendar(hours={"mon-fri": WORK, "sat": ["09:00-12:00"]})

SHANGHAI, BERLIN, LORD_HOWE = "Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe"
ZONES = (SHANGHAI, BERLIN, "America/New_York", LORD_HOWE, "Asia/Kathmandu", "America/Sao_Paulo")


def at(text: str, zone: str = SHANGHAI) -> datetime:
    return at_local(datetime.fromisoformat(text), zone)


def shown(instant: datetime, zone: str = SHANGHAI) -> str:
    return f"{local(instant, zone):%Y-%m-%d %H:%M}"
