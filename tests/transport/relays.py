"""A relay on this machine, messages for it, and a way to send them from a test."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from daemon.ports import Delivery, Envelope, Result
from daemon.tls import Tls
from daemon.transport.session import Relay
from daemon.transport.smtp import SmtpTransport
from tests.servers.process import READY_WITHIN

ANN, BOB, EVE = "ann@customer.example", "bob@customer.example", "eve@customer.example"
RAW = b"From: desk@desk.example\r\nSubject: hello\r\n\r\nWe have your mail.\r\n"


def relay(port: int) -> Relay:
    """The server at this port, in clear and without a login."""
    return Relay(
        host="localhost",
        port=port,
        tls=Tls.PLAIN,
        username=None,
        read_password=lambda: "open sesame",
        timeout=READY_WITHIN,
        final_dot_timeout=READY_WITHIN,
        local_hostname="desk.example",
        cooling=0,
    )


def letter(recipient: str = ANN, raw: bytes = RAW, reverse_path: str = "") -> Envelope:
    """A message for one recipient."""
    return Envelope(reverse_path, recipient, raw)


def mine() -> bool:
    """The lease of whoever has no rival."""
    return True


def work(relay_: Relay, talk: Callable[[SmtpTransport], Awaitable[Sequence[Delivery]]]) -> Sequence[Delivery]:
    """Give `talk` a transport for as long as it takes."""

    async def run() -> Sequence[Delivery]:
        transport = SmtpTransport(relay_)
        try:
            return await talk(transport)
        finally:
            await transport.close()

    return asyncio.run(run())


def send(relay_: Relay, *envelopes: Envelope) -> Sequence[Delivery]:
    """Send one after the other over one transport."""

    async def one_by_one(transport: SmtpTransport) -> Sequence[Delivery]:
        return [await transport.send(envelope, mine) for envelope in envelopes]

    return work(relay_, one_by_one)


def impatient(relay_: Relay) -> Relay:
    """The same with time-outs that a test can wait for."""
    return replace(relay_, timeout=1.0, final_dot_timeout=1.0)


def said(delivery: Delivery) -> tuple[Result, str]:
    """What is decided by, without the server's words."""
    return delivery.result, delivery.code
