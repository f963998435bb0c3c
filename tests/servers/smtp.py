"""A real SMTP server that keeps what it accepts and fails as it is told to.

Run as a program (`python -m tests.servers.smtp --port 0 --record FILE`) it prints its port and appends every accepted
mail to FILE before it says 250, for tests that kill the desk.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import click
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from aiosmtpd.smtp import Session as SmtpSession

from tests.servers.certificates import HOST, Certificate
from tests.servers.loop import LoopThread
from tests.servers.process import LOOPBACK, eventually, free_port
from tests.servers.smtp_script import Break, Fault, Script, Stage


class Security(StrEnum):
    """What a server does about TLS."""

    NONE = "none"
    STARTTLS = "starttls"
    IMPLICIT = "implicit"


@dataclass(frozen=True, slots=True)
class Accepted:
    """One mail that the server answered for. `order` counts from 1 in time; `at` is monotonic seconds."""

    order: int
    connection: int
    at: float
    reverse_path: str
    recipients: tuple[str, ...]
    raw: bytes


@dataclass(frozen=True, slots=True)
class Command:
    """One line a client sent outside of DATA, and whether it came through TLS."""

    connection: int
    secured: bool
    line: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What the server offers: TLS, accounts (then it demands AUTH, even where it would be in clear), extensions."""

    security: Security = Security.NONE
    certificate: Certificate | None = None
    accounts: Mapping[str, str] = field(default_factory=dict)
    smtputf8: bool = True
    size_limit: int = 33_554_432


class Sink:
    """An SMTP server on loopback that keeps every accepted mail. All of it may be read from any thread."""

    host = HOST

    def __init__(self, offer: Offer | None = None, record: Path | None = None, port: int | None = None) -> None:
        self.offer = offer or Offer()
        self.port = port or free_port()
        self._record = record
        self._script = Script()
        self._lock = threading.Lock()
        self._accepted: list[Accepted] = []
        self._commands: list[Command] = []
        self._opened_at: list[float] = []
        self._clear = bytearray()
        self._server: asyncio.Server | None = None
        self._live: set[_Conversation] = set()
        self._thread: LoopThread | None = None

    # What tests say.

    def start(self) -> None:
        """Listen, on the same port each time."""
        self._thread = LoopThread("smtp sink")
        self._thread.call(self.listen())

    def stop(self) -> None:
        """Cut every connection and listen no more; what was accepted stays."""
        if self._thread is not None:
            self._thread.call(self.close())
            self._thread.close()
            self._thread = None

    def at(self, stage: Stage, act: str | Break, *, to: str | None = None, times: int | None = None) -> None:
        """Fail at this stage: with a reply line, or by dropping the connection or hanging.

        `to` limits it to mails for one recipient, `times` to so many; without it the fault stays.
        """
        self._script.add(Fault(stage, act, to, times))

    def behave(self) -> None:
        """Forget every fault."""
        self._script.clear()

    # What tests read.

    @property
    def accepted(self) -> Sequence[Accepted]:
        """The accepted mails in order of time."""
        with self._lock:
            return list(self._accepted)

    def to(self, recipient: str) -> Sequence[Accepted]:
        """The accepted mails for one recipient."""
        return [mail for mail in self.accepted if recipient in mail.recipients]

    def has(self, count: int, within: float = 20.0) -> bool:
        """Whether at least so many mails are accepted within so many seconds."""
        return eventually(lambda: len(self.accepted) >= count, within)

    @property
    def commands(self) -> Sequence[Command]:
        """Every command line of every client in order of time, the lines of an AUTH exchange too."""
        with self._lock:
            return list(self._commands)

    @property
    def in_clear(self) -> bytes:
        """Every byte that any client sent without TLS."""
        with self._lock:
            return bytes(self._clear)

    @property
    def opened_at(self) -> Sequence[float]:
        """When each connection came, in monotonic seconds; the first has number 1."""
        with self._lock:
            return list(self._opened_at)

    # What the event loop does.

    async def listen(self) -> None:
        """Listen on the running event loop."""
        context = self.offer.certificate.server_context() if self.offer.certificate else None
        implicit = self.offer.security is Security.IMPLICIT
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: _Conversation(self, loop, None if implicit else context),
            LOOPBACK,
            self.port,
            ssl=context if implicit else None,
        )

    async def close(self) -> None:
        """Stop listening and cut every connection."""
        if self._server is not None:
            self._server.close()
        for conversation in list(self._live):
            conversation.cut()
        await asyncio.sleep(0)

    def opened(self, conversation: _Conversation) -> int:
        """Number a new connection."""
        self._live.add(conversation)
        with self._lock:
            self._opened_at.append(time.monotonic())
            return len(self._opened_at)

    def closed(self, conversation: _Conversation) -> None:
        """Forget a connection that has ended."""
        self._live.discard(conversation)

    def heard(self, conversation: _Conversation, received: bytes) -> None:
        """Keep what a client said."""
        with self._lock:
            if not conversation.secured:
                self._clear += received
            if not conversation.in_mail:
                lines = received.decode("utf-8", "replace").splitlines()
                self._commands += [Command(conversation.number, conversation.secured, line) for line in lines]

    def fault(self, stage: Stage, recipients: Sequence[str] = ()) -> str | Break | None:
        """What to do wrong at this point."""
        return self._script.next(stage, tuple(recipients))

    def keep(self, conversation: _Conversation, envelope: Envelope) -> None:
        """Record a mail, on disk first where a file was given."""
        with self._lock:
            mail = Accepted(
                order=len(self._accepted) + 1,
                connection=conversation.number,
                at=time.monotonic(),
                reverse_path=(envelope.mail_from or "").removeprefix("<>"),
                recipients=tuple(envelope.rcpt_tos),
                raw=bytes(envelope.original_content or b""),
            )
            if self._record is not None:
                _append(self._record, mail)
            self._accepted.append(mail)


class _Hooks:
    """The points at which aiosmtpd asks what to answer."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    async def handle_MAIL(  # noqa: N802 - aiosmtpd finds its hooks by these names.
        self, server: _Conversation, session: SmtpSession, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._sink.offer.accounts and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if reply := await server.suffer(Stage.MAIL):
            return reply
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd finds its hooks by these names.
        self, server: _Conversation, session: SmtpSession, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if reply := await server.suffer(Stage.RECIPIENT, [address]):
            return reply
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd finds its hooks by these names.
        self, server: _Conversation, session: SmtpSession, envelope: Envelope
    ) -> str:
        if reply := await server.suffer(Stage.DOT, envelope.rcpt_tos):
            return reply
        self._sink.keep(server, envelope)
        return await server.suffer(Stage.TAKEN, envelope.rcpt_tos) or "250 2.0.0 queued"


class _Conversation(SMTP):
    """One connection."""

    def __init__(self, sink: Sink, loop: asyncio.AbstractEventLoop, context: Any) -> None:
        self._sink = sink
        self.number = 0
        self.in_mail = False
        super().__init__(
            _Hooks(sink),
            hostname="sink.example",
            ident="ESMTP",
            loop=loop,
            tls_context=context,
            enable_SMTPUTF8=sink.offer.smtputf8,
            data_size_limit=sink.offer.size_limit,
            authenticator=self._check_account if sink.offer.accounts else None,
            # AUTH is offered in clear too: whether a client falls for it is what the tests ask.
            auth_require_tls=False,
            auth_exclude_mechanism=[] if sink.offer.accounts else ["LOGIN", "PLAIN"],
        )

    @property
    def secured(self) -> bool:
        """Whether what comes now comes through TLS."""
        return self.transport is not None and self.transport.get_extra_info("sslcontext") is not None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not self.number:
            self.number = self._sink.opened(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._sink.closed(self)
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        self._sink.heard(self, data)
        super().data_received(data)

    def cut(self) -> None:
        """End the connection without a word."""
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()

    async def suffer(self, stage: Stage, recipients: Sequence[str] = ()) -> str | None:
        """Carry out the fault that is due here: its reply, or no return at all."""
        act = self._sink.fault(stage, recipients)
        if not isinstance(act, Break):
            return act
        if act is Break.DROP:
            self.cut()
        lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        # Losing the connection cancels this task.
        await lost
        return None

    async def _handle_client(self) -> None:
        if reply := await self.suffer(Stage.BANNER):
            await self.push(reply)
            self.cut_after_writing()
            return
        await super()._handle_client()

    def cut_after_writing(self) -> None:
        """End the connection once the client can have read the last words."""
        if self.transport is not None:
            self.transport.close()

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd finds its commands by these names.
        recipients = self.envelope.rcpt_tos if self.envelope else []
        if recipients and (reply := await self.suffer(Stage.DATA, recipients)):
            await self.push(reply)
            return
        self.in_mail = True
        try:
            await super().smtp_DATA(arg)
        finally:
            self.in_mail = False

    def _check_account(
        self, server: SMTP, session: SmtpSession, envelope: Envelope, mechanism: str, words: Any
    ) -> AuthResult:
        if not isinstance(words, LoginPassword):
            return AuthResult(success=False, handled=False)
        known = self._sink.offer.accounts.get(words.login.decode())
        # With handled=True aiosmtpd would send no reply and the client would wait for ever.
        return AuthResult(success=known is not None and known == words.password.decode(), handled=False)


def _append(path: Path, mail: Accepted) -> None:
    words = {
        "order": mail.order,
        "connection": mail.connection,
        "at": mail.at,
        "reverse_path": mail.reverse_path,
        "recipients": mail.recipients,
        "raw": base64.b64encode(mail.raw).decode(),
    }
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(words) + "\n")
        file.flush()
        os.fsync(file.fileno())


def recorded(path: Path) -> Sequence[Accepted]:
    """The mails that a sink with a record file has accepted so far."""
    if not path.exists():
        return []
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [
        Accepted(**{**row, "recipients": tuple(row["recipients"]), "raw": base64.b64decode(row["raw"])}) for row in rows
    ]


@click.command()
@click.option("--port", type=int, default=0, help="0 takes a free one.")
@click.option("--record", type=click.Path(path_type=Path), required=True)
def main(port: int, record: Path) -> None:
    """Serve until killed; the port is the first line of the output."""
    asyncio.run(_serve(Sink(record=record, port=port or None)))


async def _serve(sink: Sink) -> None:
    await sink.listen()
    sys.stdout.write(f"{sink.port}\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    main()
