"""A real SMTP server that keeps what it accepts and fails as it is told to.

Run as a program (`python -m tests.servers.smtp --port 0 --record FILE`) it prints its port and appends every accepted
mail to FILE before it says 250, for tests that kill the desk.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import click
from aiosmtpd.smtp import Envelope

from tests.servers.certificates import Certificate
from tests.servers.loop import Service
from tests.servers.process import LOOPBACK, eventually
from tests.servers.smtp_conversation import Conversation
from tests.servers.smtp_record import Accepted, Command, append, recorded
from tests.servers.smtp_script import Break, Fault, Script, Stage

__all__ = ["Accepted", "Break", "Command", "Offer", "Security", "Sink", "Stage", "recorded"]


class Security(StrEnum):
    """What a server does about TLS."""

    NONE = "none"
    STARTTLS = "starttls"
    IMPLICIT = "implicit"


@dataclass(frozen=True, slots=True)
class Offer:
    """What the server offers: TLS, accounts (then it demands AUTH, even where it would be in clear), extensions."""

    security: Security = Security.NONE
    certificate: Certificate | None = None
    accounts: Mapping[str, str] = field(default_factory=dict)
    smtputf8: bool = True
    size_limit: int = 33_554_432


class Sink(Service):
    """An SMTP server on loopback that keeps every accepted mail. All of it may be read from any thread.

    `onward` hands each accepted mail on before it is acknowledged, for who wants a relay that really delivers.
    """

    def __init__(self, offer: Offer | None = None, record: Path | None = None, port: int | None = None) -> None:
        super().__init__(port)
        self.offer = offer or Offer()
        self.onward: Callable[[Accepted], None] | None = None
        self._record = record
        self._script = Script()
        self._lock = threading.Lock()
        self._accepted: list[Accepted] = []
        self._commands: list[Command] = []
        self._opened_at: list[float] = []
        self._clear = bytearray()
        self._live: set[Conversation] = set()

    def at(self, stage: Stage, act: str | Break, *, to: str | None = None, times: int | None = None) -> None:
        """Fail at this stage: with a reply line, or by dropping the connection or hanging.

        `to` limits it to mails for one recipient, `times` to so many; without it the fault stays.
        """
        self._script.add(Fault(stage, act, to, times))

    def behave(self) -> None:
        """Forget every fault."""
        self._script.clear()

    @property
    def accepted(self) -> Sequence[Accepted]:
        """The accepted mails in order of time."""
        with self._lock:
            return list(self._accepted)

    def to(self, recipient: str) -> Sequence[Accepted]:
        """The accepted mails for one recipient."""
        return [mail for mail in self.accepted if recipient in mail.recipients]

    def has(self, count: int, within: float = 60.0) -> bool:
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

    async def _listening(self) -> asyncio.Server:
        context = self.offer.certificate.server_context() if self.offer.certificate else None
        implicit = self.offer.security is Security.IMPLICIT
        loop = asyncio.get_running_loop()
        return await loop.create_server(
            lambda: Conversation(self, loop, None if implicit else context),
            LOOPBACK,
            self.port,
            ssl=context if implicit else None,
        )

    async def close(self) -> None:
        """Listen no more and cut every connection."""
        await super().close()
        for conversation in list(self._live):
            conversation.cut()
        await asyncio.sleep(0)

    def opened(self, conversation: Conversation) -> int:
        """Number a new connection."""
        self._live.add(conversation)
        with self._lock:
            self._opened_at.append(time.monotonic())
            return len(self._opened_at)

    def closed(self, conversation: Conversation) -> None:
        """Forget a connection that has ended."""
        self._live.discard(conversation)

    def heard(self, conversation: Conversation, received: bytes) -> None:
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

    def keep(self, conversation: Conversation, envelope: Envelope) -> None:
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
                append(self._record, mail)
            self._accepted.append(mail)
        if self.onward is not None:
            self.onward(mail)


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
