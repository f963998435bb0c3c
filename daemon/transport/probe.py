"""Logging in at the relay once, to see whether it would take a mail, without giving it one."""

from __future__ import annotations

from collections.abc import Sequence

from daemon.ports import Delivery
from daemon.tls import verifying_context
from daemon.transport.session import Relay, open_session
from daemon.transport.unusable import Unusable


async def ask_relay(relay: Relay) -> Sequence[str] | Delivery:
    """The extensions that the relay offers after the log-in, or why it cannot be used."""
    try:
        session = await open_session(relay, verifying_context(relay.ca_file))
    except Unusable as unusable:
        return unusable.delivery
    offered = sorted(session.offered)
    await session.part()
    return offered
