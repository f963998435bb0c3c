"""An SMTP server that says word for word what the test wrote down, where a well-behaved one cannot be made to."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping, Sequence

from tests.servers.certificates import Certificate
from tests.servers.loop import Listener
from tests.servers.smtp import Command

PLAIN: Mapping[str, bytes] = {
    "": b"220 scripted.example ESMTP\r\n",
    "EHLO": b"250-scripted.example\r\n250-8BITMIME\r\n250 SIZE 1000000\r\n",
    "HELO": b"250 scripted.example\r\n",
    "MAIL": b"250 2.1.0 OK\r\n",
    "RCPT": b"250 2.1.5 OK\r\n",
    "DATA": b"354 go on\r\n",
    ".": b"250 2.0.0 queued\r\n",
    "AUTH": b"235 2.7.0 welcome\r\n",
    "=": b"535 5.7.8 no\r\n",
    "RSET": b"250 2.0.0 OK\r\n",
    "QUIT": b"221 2.0.0 bye\r\n",
}


class ScriptedSmtp(Listener):
    """Answers each verb with the bytes given for it; "" is the banner, "." the final dot, "=" the line after a 334.

    After a STARTTLS that it answers with 220 it speaks TLS with the certificate, and answers from `secured`.
    """

    def __init__(
        self, answers: Mapping[str, bytes], certificate: Certificate | None = None, secured: Mapping[str, bytes] = PLAIN
    ) -> None:
        super().__init__()
        self._plain = {**PLAIN, **answers}
        self._secured = secured
        self._certificate = certificate
        self._lock = threading.Lock()
        self._commands: list[Command] = []
        self._mails: list[bytes] = []
        self._connections = 0

    @property
    def commands(self) -> Sequence[Command]:
        """Every command line in order of time."""
        with self._lock:
            return list(self._commands)

    @property
    def mails(self) -> Sequence[bytes]:
        """What came between DATA and the final dot, dot-stuffed as it came."""
        with self._lock:
            return list(self._mails)

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        number, answers, secured = self._connections, self._plain, False
        writer.write(answers[""])
        while line := (await reader.readline()).decode("utf-8", "replace").strip():
            verb = line.partition(" ")[0].upper()
            with self._lock:
                self._commands.append(Command(number, secured, line))
            answer = answers.get(verb, b"502 5.5.2 unknown\r\n")
            writer.write(answer)
            await writer.drain()
            if verb == "DATA" and answer.startswith(b"3"):
                await self._take(reader)
                writer.write(answers["."])
            elif answer.startswith(b"334"):
                await reader.readline()
                writer.write(answers["="])
            elif verb == "STARTTLS" and answer.startswith(b"220") and self._certificate is not None:
                await writer.start_tls(self._certificate.server_context())
                answers, secured = {**PLAIN, **self._secured}, True
            elif verb == "QUIT":
                break

    async def _take(self, reader: asyncio.StreamReader) -> None:
        mail = b""
        while not mail.endswith(b"\r\n.\r\n"):
            mail += await reader.readuntil(b"\r\n")
        with self._lock:
            self._mails.append(mail[:-3])
