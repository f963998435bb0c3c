"""A whole mail world in one thread: IMAP mailboxes in memory and SMTP servers that deliver into them, on loopback.

Two SMTP servers, as in life: `mx` takes mail from anybody to the addresses that exist here; `relay` is the one that the
desk sends by, and everything that leaves the desk passes `on_leaving` there.
"""

from __future__ import annotations

import asyncio
import threading
from argparse import Namespace
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from proxyprotocol.sock import SocketInfo
from pymap.backend.dict import Config, DictBackend, Identity, Login
from pymap.imap import IMAPServer
from pymap.parsing import Params
from pymap.parsing.command.select import UidSearchCommand
from pymap.parsing.message import AppendMessage
from pymap.user import Passwords, UserMetadata
from pysasl.hashing import Cleartext

from daemon.ports import Clock

HOST = "127.0.0.1"
START_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the servers listen."""

    imap: int
    mx: int
    relay: int


@dataclass(frozen=True, slots=True)
class Leaving:
    """A mail as the desk handed it over: RFC 5321 envelope, bytes, and when."""

    reverse_path: str
    recipient: str
    raw: bytes
    at: datetime


@dataclass(slots=True)
class World:
    """Mailboxes by address with their passwords, other addresses of them, and domains with ways of their own.

    Those in `greylisting` make a new sender wait once; mail to those `elsewhere` is taken and passed on to nobody here.
    """

    passwords: Mapping[str, str]
    aliases: Mapping[str, str]
    greylisting: Sequence[str]
    elsewhere: Sequence[str]
    clock: Clock
    on_leaving: Callable[[Leaving], None]
    _login: Login = field(init=False)
    _waited: set[str] = field(init=False, default_factory=set)

    @contextmanager
    def running(self) -> Iterator[Ports]:
        """The world lives inside this block. Raises `OSError` if no port can be had, `TimeoutError` if it hangs."""
        ready: list[Ports | Exception] = []
        told = threading.Event()
        loop = asyncio.new_event_loop()
        over = asyncio.Event()
        thread = threading.Thread(target=self._live, args=(loop, over, ready, told), name="mail-world", daemon=True)
        thread.start()
        try:
            if not told.wait(START_SECONDS):
                raise TimeoutError("the mail world of the demo does not start")
            if isinstance(ready[0], Exception):
                raise ready[0]
            yield ready[0]
        finally:
            if not loop.is_closed():
                loop.call_soon_threadsafe(over.set)
            thread.join(START_SECONDS)

    def _live(
        self,
        loop: asyncio.AbstractEventLoop,
        over: asyncio.Event,
        ready: list[Ports | Exception],
        told: threading.Event,
    ) -> None:
        async def live() -> None:
            async with AsyncExitStack() as stack:
                ready.append(await self._open(stack))
                told.set()
                await over.wait()

        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            try:
                runner.run(live())
            except OSError as error:
                ready.append(error)
                told.set()

    async def _open(self, stack: AsyncExitStack) -> Ports:
        self._login = await self._accounts(stack)
        imap = IMAPServer(self._login, self._login.config)
        imap.commands.register(_UidSearch)
        return Ports(
            imap=await _listening(stack, await asyncio.start_server(partial(_greet, imap), HOST, 0)),
            mx=await self._smtp(stack, _Mx(self)),
            relay=await self._smtp(stack, _Relay(self)),
        )

    async def _accounts(self, stack: AsyncExitStack) -> Login:
        user, password = next(iter(self.passwords.items()))
        options: dict[str, Any] = {"demo_data": False, "demo_user": user, "demo_password": password}
        config = Config(
            _arguments(), host=HOST, port=0, tls_enabled=False, secure_auth=False, hash_context=Cleartext(), **options
        )
        config.apply_context()
        login = Login(config)
        await DictBackend(login, config).start(stack)
        for address, password in self.passwords.items():
            hashed = await Passwords(config).hash_password(password)
            await _identity(address, login).set(UserMetadata(config, address, password=hashed))
        return login

    async def _smtp(self, stack: AsyncExitStack, door: _Mx | _Relay) -> int:
        loop = asyncio.get_running_loop()
        make = partial(SMTP, door, hostname="mail.demo.example", enable_SMTPUTF8=True, loop=loop)
        return await _listening(stack, await loop.create_server(make, HOST, 0))

    def mailbox_of(self, address: str) -> str | None:
        """The mailbox that mail to this address goes to: without its plus part (RFC 5233), and by its alias."""
        local, _, domain = address.lower().rpartition("@")
        plain = f"{local.partition('+')[0]}@{domain}"
        found = self.aliases.get(plain, plain)
        return found if found in self.passwords else None

    def must_wait(self, address: str) -> bool:
        """Whether the server of this address sends a stranger away once, as greylisting does (RFC 6647)."""
        domain = address.rpartition("@")[2]
        if domain not in self.greylisting or domain in self._waited:
            return False
        self._waited.add(domain)
        return True

    async def deliver(self, envelope: Envelope) -> None:
        """Put the mail into each recipient's mailbox, with the trace of its last hop (RFC 5321 section 4.4)."""
        for recipient in envelope.rcpt_tos:
            mailbox = self.mailbox_of(recipient)
            if mailbox is not None:
                trace = f"Return-Path: <{_reverse_path(envelope)}>\r\nDelivered-To: {recipient}\r\n".encode()
                mail = AppendMessage(trace + _content(envelope), self.clock.now(), frozenset())
                async with _identity(mailbox, self._login).new_session() as session:
                    await session.append_messages("INBOX", [mail])


class _UidSearch(UidSearchCommand):
    """UID SEARCH answers with UIDs, but bare numbers in what it asks are sequence numbers (RFC 3501 section 6.4.8)."""

    @classmethod
    def parse(cls, buf: memoryview, params: Params) -> tuple[UidSearchCommand, memoryview]:
        found, rest = super(UidSearchCommand, cls).parse(buf, params)
        assert isinstance(found, UidSearchCommand)
        return found, rest


class _Mx:
    """Takes mail from outside."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def handle_RCPT(  # noqa: N802  # the library calls it by this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._world.mailbox_of(address) is None:
            return "550 5.1.1 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 go on"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # the same
        await self._world.deliver(envelope)
        return "250 2.0.0 delivered"


class _Relay(_Mx):
    """Takes mail from the desk, and shows what left."""

    async def handle_RCPT(  # noqa: N802  # the library calls it by this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._world.must_wait(address):
            return "451 4.7.1 greylisted, try again later"
        if address.rpartition("@")[2].lower() in self._world.elsewhere:
            envelope.rcpt_tos.append(address)
            return "250 2.1.5 passed on"
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # the same
        answer = await super().handle_DATA(server, session, envelope)
        for recipient in envelope.rcpt_tos:
            leaving = Leaving(_reverse_path(envelope), recipient, _content(envelope), self._world.clock.now())
            self._world.on_leaving(leaving)
        return answer


def _reverse_path(envelope: Envelope) -> str:
    """The sender of the envelope, empty for MAIL FROM:<> (RFC 5321 section 4.5.5)."""
    return (envelope.mail_from or "").strip("<>")


def _content(envelope: Envelope) -> bytes:
    content = envelope.original_content or envelope.content or b""
    return content if isinstance(content, bytes) else content.encode()


def _identity(address: str, login: Login) -> Identity:
    return Identity(address, login, None, frozenset())


async def _greet(imap: IMAPServer, reader: StreamReader, writer: StreamWriter) -> None:
    """Serve one connection in the task that asyncio keeps for it.

    The library's own way starts a second task that nothing refers to, and the garbage collector of Python 3.13 ends it.
    """
    await imap(reader, writer, SocketInfo.get(writer, None))


async def _listening(stack: AsyncExitStack, server: asyncio.Server) -> int:
    """The port of a server that ends with the stack."""
    stack.callback(server.close)
    port: int = server.sockets[0].getsockname()[1]
    return port


def _arguments() -> Namespace:
    nothing: dict[str, Any] = dict.fromkeys(("cert", "key", "proxy_protocol", "inherited_sockets", "passlib_cfg"))
    return Namespace(
        host=HOST, port=0, tls=False, debug=False, demo_data=False, demo_user="", demo_password="", **nothing
    )
