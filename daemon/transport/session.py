"""One connection to the relay, driven in explicit phases, so that it is always known what the server can have taken."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import aiosmtplib
from aiosmtplib.protocol import SMTPProtocol

from daemon.ports import AUTH_REFUSED, Delivery, Envelope, NoToken, Result, StillMine
from daemon.sasl import Mechanism
from daemon.tls import Tls, is_loopback
from daemon.transport.login import MECHANISMS, offered_by, prove
from daemon.transport.unusable import Unusable, unusable
from daemon.transport.wire import Reply, after_command, after_final_dot

BODY_BLOCK = 65_536
"""Bytes given to the socket at a time; each block has the whole time-out to itself (RFC 5321 section 4.5.3.2.5)."""

FAREWELL_SECONDS = 2.0
"""How long the answer to QUIT is waited for."""

_HOSTNAME = re.compile(r"[A-Za-z0-9.:\[\]-]+")

_SILENCES = (aiosmtplib.SMTPException, OSError)
"""What stands for a missing or unreadable reply; `ssl.SSLError` and `TimeoutError` are `OSError`."""


@dataclass(frozen=True, slots=True)
class Relay:
    """The next mail server and how it is reached; times are seconds.

    `read_password` is called at each login and its answer is not kept. `timeout` bounds each command and each block of
    the body, `final_dot_timeout` the reply to the final dot (RFC 5321 section 4.5.3.2.6). A connection without work
    is given up after `idle_limit`, and one that has carried `uses_limit` mails is not used again. After a failed
    attempt to connect no other is made for `cooling`.
    With another `mechanism` than a password `read_password` gives an access token, and `refused` hears of one that the
    server did not take.

    Raises `ValueError` where a password would cross a network in clear or a bound makes no sense.
    """

    host: str
    port: int
    tls: Tls
    username: str | None
    read_password: Callable[[], str]
    connections: int = 2
    timeout: float = 60.0
    final_dot_timeout: float = 600.0
    local_hostname: str | None = None
    ca_file: Path | None = None
    uses_limit: int = 100
    idle_limit: float = 30.0
    cooling: float = 1.0
    mechanism: Mechanism = Mechanism.PASSWORD
    refused: Callable[[str], bool] = lambda _secret: False

    def __post_init__(self) -> None:
        if self.tls == Tls.PLAIN and self.username is not None and not is_loopback(self.host):
            raise ValueError(f"smtp: tls 'plain' with a user name is allowed to this machine only, not to {self.host}")
        if self.connections < 1 or self.uses_limit < 1:
            raise ValueError("smtp: at least one connection, and one mail on each")
        if min(self.timeout, self.final_dot_timeout) <= 0 or min(self.idle_limit, self.cooling) < 0:
            raise ValueError("smtp: time-outs must be above 0, pauses not below")
        if self.local_hostname is not None and not _HOSTNAME.fullmatch(self.local_hostname):
            raise ValueError(f"smtp: {self.local_hostname!r} is no host name to greet with")


class Session:
    """A connection on which MAIL may be said. Not for two tasks at once. Whatever goes unanswered ends it."""

    def __init__(self, smtp: aiosmtplib.SMTP, relay: Relay) -> None:
        self._smtp = smtp
        self._relay = relay
        # Kept here, because the library forgets what was offered when the connection closes.
        self._offered = frozenset(smtp.esmtp_extensions)
        self.uses = 0

    @property
    def offered(self) -> frozenset[str]:
        """The extensions that the relay named (RFC 5321 section 4.1.1.1), in small letters."""
        return self._offered

    @property
    def alive(self) -> bool:
        """False once either side has closed."""
        return self._smtp.is_connected

    async def begin(self, envelope: Envelope) -> Delivery | None:
        """MAIL (RFC 5321 section 4.1.1.2); None if the server goes along."""
        self.uses += 1
        international = not (envelope.recipient + envelope.reverse_path).isascii()
        if international and "smtputf8" not in self._offered:
            return Delivery(Result.FAILED, "smtputf8-unsupported", "the relay takes no address outside ASCII")
        words = [b"MAIL", b"FROM:<" + envelope.reverse_path.encode() + b">"]
        if "size" in self._offered:
            words.append(b"SIZE=%d" % len(envelope.raw))
        if international:
            words.append(b"SMTPUTF8")
        return after_command(await self._ask(*words), wanted=2)

    async def finish(self, envelope: Envelope, still_mine: StillMine) -> Delivery:
        """RCPT, DATA, the body and the final dot, after `begin`."""
        ended = after_command(await self._ask(b"RCPT", b"TO:<" + envelope.recipient.encode() + b">"), wanted=2)
        if ended:
            return ended
        if not still_mine():
            return Delivery(Result.FENCED, "lease-lost")
        ended = after_command(await self._ask(b"DATA"), wanted=3)
        if ended:
            return ended
        try:
            await self._write_body(envelope.raw)
            self._protocol.write(b".\r\n")
        except _SILENCES as error:
            return Delivery(Result.DEFERRED, self._silenced(error).text)
        return after_final_dot(await self._final_reply())

    async def clear(self) -> bool:
        """RSET (RFC 5321 section 4.1.1.5); False if the connection is of no further use."""
        return self.alive and (await self._ask(b"RSET")).severity == 2

    def cut(self) -> None:
        """Close at once; see `_cut`."""
        _cut(self._smtp)

    async def part(self) -> None:
        """QUIT (RFC 5321 section 4.1.1.10), then close, whatever the server answers."""
        try:
            await self._smtp.quit(timeout=FAREWELL_SECONDS)
        except _SILENCES:
            return
        finally:
            self.cut()

    @property
    def _protocol(self) -> SMTPProtocol:
        if self._smtp.protocol is None:
            raise aiosmtplib.SMTPServerDisconnected("Connection lost")
        return self._smtp.protocol

    async def _ask(self, *words: bytes) -> Reply:
        try:
            reply = await self._smtp.execute_command(*words)
        except _SILENCES as error:
            return self._silenced(error)
        return Reply(reply.code, reply.message)

    async def _write_body(self, raw: bytes) -> None:
        """Hand over all but the final dot, which may follow only when asyncio has passed the rest on."""
        if isinstance(self._protocol.transport, asyncio.WriteTransport):
            self._protocol.transport.set_write_buffer_limits(high=1, low=0)
        for start in range(0, len(raw), BODY_BLOCK):
            self._protocol.write(raw[start : start + BODY_BLOCK])
            drained = self._protocol._drain_helper()  # noqa: SLF001 - nothing public waits for the buffer to drain.
            await asyncio.wait_for(drained, self._relay.timeout)

    async def _final_reply(self) -> Reply:
        try:
            reply = await self._protocol.read_response(timeout=self._relay.final_dot_timeout)
        except _SILENCES as error:
            return self._silenced(error)
        return Reply(reply.code, reply.message)

    def _silenced(self, error: BaseException) -> Reply:
        """A reply that comes late would be taken for the answer to something else, so the connection ends here."""
        self.cut()
        match error:
            case aiosmtplib.SMTPResponseException():
                return Reply(0, "malformed-reply")
            case TimeoutError():
                return Reply(0, "timeout")
            case _:
                return Reply(0, "disconnected")


async def open_session(relay: Relay, context: ssl.SSLContext) -> Session:
    """Connect, protect the link and log in. Raises `Unusable`; no connection is left open then, nor on cancellation."""
    smtp = aiosmtplib.SMTP(
        hostname=relay.host,
        port=relay.port,
        timeout=relay.timeout,
        use_tls=relay.tls == Tls.SSL,
        start_tls=False,
        tls_context=context,
        local_hostname=relay.local_hostname,
    )
    try:
        await _make_ready(smtp, relay)
    except _SILENCES as error:
        _cut(smtp)
        raise unusable(error) from None
    except BaseException:
        _cut(smtp)
        raise
    return Session(smtp, relay)


def _cut(smtp: aiosmtplib.SMTP) -> None:
    """Close without sending what is still in a buffer: on a link that has gone silent, sending it would never end."""
    if isinstance(smtp.transport, asyncio.WriteTransport):
        smtp.transport.abort()
    smtp.close()


async def _make_ready(smtp: aiosmtplib.SMTP, relay: Relay) -> None:
    await smtp.connect()
    await smtp.ehlo()
    if relay.tls == Tls.STARTTLS:
        await _protect(smtp)
    if relay.username is not None:
        await _log_in(smtp, relay, relay.username)


async def _protect(smtp: aiosmtplib.SMTP) -> None:
    """STARTTLS or nothing; the library drops what was sent in clear behind the reply (RFC 3207 section 4.2)."""
    if not smtp.supports_extension("starttls"):
        raise Unusable("tls-required", "the relay does not offer STARTTLS")
    try:
        await smtp.starttls()
    except aiosmtplib.SMTPResponseException as error:
        raise Unusable("tls-refused", f"{error.code} {error.message}") from None
    await smtp.ehlo()


async def _log_in(smtp: aiosmtplib.SMTP, relay: Relay, username: str) -> None:
    """Try one mechanism only: a wrong password tried three ways counts as three attempts towards a lock-out."""
    offered = [name for name in MECHANISMS[relay.mechanism] if name in offered_by(smtp)]
    if not offered:
        wanted = " or ".join(f"AUTH {name.upper()}" for name in MECHANISMS[relay.mechanism])
        raise Unusable("auth-unsupported", f"the relay does not offer {wanted}")
    try:
        password = await asyncio.to_thread(relay.read_password)
    except OSError as error:
        raise Unusable("auth-no-password", f"the password cannot be read ({type(error).__name__})") from None
    except NoToken as error:
        raise Unusable("oauth-refresh-failed", str(error)) from None
    try:
        await prove(smtp, relay.mechanism, offered[0], username, password)
    except aiosmtplib.SMTPAuthenticationError as error:
        said = f"{error.code} {error.message}"
        lasting = error.code >= 500 and not await asyncio.to_thread(relay.refused, password)
        raise Unusable(AUTH_REFUSED if lasting else "auth-deferred", said) from None
