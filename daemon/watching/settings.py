"""What is set about seeing that the desk works: when it counts as ill, where a monitor may ask, the heartbeat."""

from __future__ import annotations

import ipaddress
import re
from datetime import timedelta
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from daemon.settings_values import CountOrNone, Flag, Interval, Size
from daemon.tls import is_loopback
from rules.vocabulary import Declared, Duration

_PLACE = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<four>[^:\[\]]+)):(?P<port>[0-9]{1,5})")


class Health(Declared):
    """From when on something counts as a fault."""

    poll_silent: Interval = Field(default=timedelta(minutes=15), description="A mailbox has not answered for so long.")
    mail_waiting: Interval = Field(
        default=timedelta(minutes=15), description="A mail that came in has not been decided about for so long."
    )
    outbox_waiting: Interval = Field(default=timedelta(hours=2), description="A mail of ours waits for so long.")
    lately: Interval = Field(
        default=timedelta(days=1), description="Mails that could not be delivered, and promises, count for so long."
    )
    failures_allowed: CountOrNone = Field(default=5, description="More mails than this could not be delivered lately.")
    stuck_after: Interval = Field(
        default=timedelta(minutes=10), description="A stage has stood still for so long: the watchdog is starved."
    )
    heartbeat_late: Interval = Field(
        default=timedelta(minutes=15), description="A heartbeat has not come back for so long."
    )
    disk_free: Size = Field(default=100 * 2**20, description="Less room than this is left in state_dir.")


def place_of(listen: str) -> tuple[str, int]:
    """Address and port of `127.0.0.1:9464` or `[::1]:9464`. Raises ValueError for anything else."""
    found = _PLACE.fullmatch(listen)
    address = (found["six"] or found["four"]) if found else ""
    try:
        ipaddress.ip_address(address)
    except ValueError:
        found = None
    if found is None or int(found["port"]) > 65_535:
        raise ValueError(f"{listen!r} is no address with a port: write 127.0.0.1:9464 or [::1]:9464")
    return address, int(found["port"])


class Http(Declared):
    """Where a monitor may ask for /healthz and /metrics."""

    allow_remote: Flag = Field(
        default=False, description="Whether `listen` may be an address that other machines reach; nobody logs in there."
    )
    listen: str | None = Field(default=None, description="Address and port, like 127.0.0.1:9464; null for none.")
    hosts: tuple[str, ...] = Field(
        default=(), description="Names in the Host field that are answered besides the address and localhost."
    )

    @field_validator("listen")
    @classmethod
    def _loopback_unless_allowed(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            return None
        address, _ = place_of(value)
        if not is_loopback(address) and not info.data.get("allow_remote"):
            raise ValueError(
                f"{address} can be reached from other machines, and nobody logs in there: "
                "write 127.0.0.1, or say allow_remote: true"
            )
        return value


class Heartbeat(Declared):
    """A mail of the desk to itself, by which it measures the whole way."""

    every: Annotated[Duration, Field(ge=timedelta(minutes=1))] | None = Field(
        default=None, description="How often one is sent; null for never."
    )
