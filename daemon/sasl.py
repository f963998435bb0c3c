"""How an account proves who it is: by a password, or by an access token in one of two mechanisms."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal


class Mechanism(StrEnum):
    """What `Account` and `Relay` log in with."""

    PASSWORD = "password"  # noqa: S105 - This is the name of a way to log in.
    XOAUTH2 = "xoauth2"
    OAUTHBEARER = "oauthbearer"


Bearing = Literal[Mechanism.XOAUTH2, Mechanism.OAUTHBEARER]


def bearer_answer(mechanism: Bearing, username: str, token: str, host: str, port: int) -> bytes:
    """The first and only answer of the client: Google's XOAUTH2, or OAUTHBEARER (RFC 7628 section 3.1)."""
    if mechanism is Mechanism.XOAUTH2:
        return f"user={username}\x01auth=Bearer {token}\x01\x01".encode()
    name = username.replace("=", "=3D").replace(",", "=2C")
    return f"n,a={name},\x01host={host}\x01port={port}\x01auth=Bearer {token}\x01\x01".encode()


def bearer_farewell(mechanism: Bearing) -> bytes:
    """What ends the exchange after the server has told its error in a challenge (RFC 7628 section 3.2.3)."""
    return b"" if mechanism is Mechanism.XOAUTH2 else b"\x01"
