"""An IMAP server that says what the test wrote down, where Dovecot cannot be made to misbehave so."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping, Sequence

from tests.servers.certificates import Certificate
from tests.servers.loop import Listener

PLAIN: Mapping[str, Sequence[bytes]] = {
    "": [b"* OK scripted.example\r\n"],
    "CAPABILITY": [b"* CAPABILITY IMAP4rev1 IDLE ID AUTH=PLAIN\r\n%tag OK done\r\n"],
    "STARTTLS": [b"%tag BAD no TLS here\r\n"],
    "LOGIN": [b"%tag OK welcome\r\n"],
    "AUTHENTICATE": [b"%tag OK welcome\r\n"],
    "ID": [b"* ID NIL\r\n%tag OK done\r\n"],
    "LIST": [b'* LIST (\\Noselect) "/" ""\r\n%tag OK done\r\n'],
    "SELECT": [b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] valid\r\n%tag OK [READ-WRITE] selected\r\n"],
    "UID SEARCH": [b"* SEARCH 1\r\n%tag OK done\r\n"],
    "NOOP": [b"%tag OK done\r\n"],
    "IDLE": [b"+ idling\r\n"],
    "DONE": [b"%tag OK done\r\n"],
    "LOGOUT": [b"* BYE\r\n%tag OK done\r\n"],
}
PIECES_APART = 0.2


class ScriptedImap(Listener):
    """Answers each command with its pieces, a moment apart, `%tag` replaced; "" is the greeting, DONE ends IDLE.

    After a STARTTLS that it answers with OK it speaks TLS with the certificate.
    """

    def __init__(self, answers: Mapping[str, Sequence[bytes]], certificate: Certificate | None = None) -> None:
        super().__init__()
        self._answers = {**PLAIN, **answers}
        self._certificate = certificate
        self._lock = threading.Lock()
        self._said: list[tuple[bool, str]] = []

    @property
    def said(self) -> Sequence[str]:
        """Every line of every client, without its tag."""
        with self._lock:
            return [line for _, line in self._said]

    @property
    def said_in_clear(self) -> Sequence[str]:
        """The lines that did not come through TLS."""
        with self._lock:
            return [line for secured, line in self._said if not secured]

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        secured, idling = False, b""
        await self._say(writer, "", b"")
        while line := (await reader.readline()).decode("utf-8", "replace").strip():
            tag, verb = self._heard(line, secured)
            if verb == "AUTHENTICATE":
                writer.write(b"+ \r\n")
                await reader.readline()
            idling = tag if verb == "IDLE" else idling
            await self._say(writer, verb, idling if verb == "DONE" else tag)
            if verb == "STARTTLS" and self._certificate is not None:
                await writer.start_tls(self._certificate.server_context())
                secured = True
            elif verb == "LOGOUT":
                break

    def _heard(self, line: str, secured: bool) -> tuple[bytes, str]:  # noqa: FBT001 - The server's own state.
        tag, _, said = (" " + line if line == "DONE" else line).partition(" ")
        with self._lock:
            self._said.append((secured, said))
        words = said.upper().split()
        return tag.encode(), " ".join(words[:2] if words[0] == "UID" else words[:1])

    async def _say(self, writer: asyncio.StreamWriter, verb: str, tag: bytes) -> None:
        for index, piece in enumerate(self._answers.get(verb, [b"%tag BAD unknown\r\n"])):
            if index:
                await asyncio.sleep(PIECES_APART)
            writer.write(piece.replace(b"%tag", tag))
            await writer.drain()
