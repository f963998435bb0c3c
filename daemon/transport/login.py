"""AUTH at the relay: a password by the mechanisms of old, or an access token."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import aiosmtplib

from daemon.sasl import Bearing, Mechanism, bearer_answer, bearer_farewell

MECHANISMS = {
    Mechanism.PASSWORD: ("plain", "login"),
    Mechanism.XOAUTH2: ("xoauth2",),
    Mechanism.OAUTHBEARER: ("oauthbearer",),
}
"""What may be used for each proof, best first."""


def offered_by(smtp: aiosmtplib.SMTP) -> Sequence[str]:
    """The mechanisms that the relay names, in small letters; the library leaves out those it does not know."""
    return smtp.esmtp_extensions.get("auth", "").lower().replace("=", " ").split()


async def prove(smtp: aiosmtplib.SMTP, mechanism: Mechanism, offered: str, username: str, password: str) -> None:
    """Show the password or the token by the mechanism `offered`. Raises what the library raises."""
    if mechanism is not Mechanism.PASSWORD:
        await _bear(smtp, mechanism, bearer_answer(mechanism, username, password, smtp.hostname or "", smtp.port or 0))
    elif offered == "plain":
        await smtp.auth_plain(username, password)
    else:
        await smtp.auth_login(username, password)


async def _bear(smtp: aiosmtplib.SMTP, mechanism: Bearing, answer: bytes) -> None:
    """AUTH with a token (RFC 4954 section 4); a server that refuses it tells why in a challenge first."""
    reply = await smtp.execute_command(b"AUTH", mechanism.upper().encode(), base64.b64encode(answer))
    if reply.code == 334:
        reply = await smtp.execute_command(base64.b64encode(bearer_farewell(mechanism)))
    if reply.code != 235:
        raise aiosmtplib.SMTPAuthenticationError(reply.code, reply.message)
