"""One connection to the SMTP sink: aiosmtpd, with the faults of a script struck at their stages."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from aiosmtpd.smtp import Session as SmtpSession

from tests.servers.smtp_script import Break, Stage

if TYPE_CHECKING:
    from tests.servers.smtp import Sink


class _Hooks:
    """The points at which aiosmtpd asks what to answer."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    async def handle_MAIL(  # noqa: N802 - aiosmtpd finds its hooks by these names.
        self, server: Conversation, session: SmtpSession, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._sink.offer.accounts and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if reply := await server.suffer(Stage.MAIL):
            return reply
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd finds its hooks by these names.
        self, server: Conversation, session: SmtpSession, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if reply := await server.suffer(Stage.RECIPIENT, [address]):
            return reply
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd finds its hooks by these names.
        self, server: Conversation, session: SmtpSession, envelope: Envelope
    ) -> str:
        if reply := await server.suffer(Stage.DOT, envelope.rcpt_tos):
            return reply
        self._sink.keep(server, envelope)
        return await server.suffer(Stage.TAKEN, envelope.rcpt_tos) or "250 2.0.0 queued"


class Conversation(SMTP):
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
        if isinstance(self.transport, asyncio.WriteTransport) and not self.transport.is_closing():
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
