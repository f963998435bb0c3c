"""Agreeing on another device: asking the token endpoint until a person has agreed there (RFC 8628 section 3.5)."""

from __future__ import annotations

from daemon.clock import SystemClock
from daemon.oauth.grants import DeviceCode, Refused, device_tokens
from daemon.oauth.settings import OAuth
from daemon.oauth.tokens import Tokens

SLOWER = 5.0
"""Seconds by which `slow_down` makes the pause longer."""


def agreed(oauth: OAuth, code: DeviceCode, clock: SystemClock) -> Tokens:
    """The tokens that the person's agreement gives. Raises `Refused` when they decline or the code runs out."""
    until = clock.monotonic() + code.expires_in
    pause = code.interval
    while clock.monotonic() < until:
        clock.rest(pause)
        try:
            return device_tokens(oauth, code, clock.now())
        except Refused as refused:
            if refused.code == "slow_down":
                pause += SLOWER
            elif refused.code != "authorization_pending" and not refused.passing:
                raise
    raise Refused("expired_token", "nobody agreed in time")
