"""Reaching a mail server step by step, without logging in: its name, its port, and how the link is protected."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from daemon.setup.findings import Step, Trouble
from daemon.tls import Tls, verifying_context

GREETING_SECONDS = 4.0
"""How long a server that speaks first may take; one that waits for TLS never does."""

LONGEST_LINE = 8_192

_SELF_SIGNED, _EXPIRED, _NAME = {18, 19, 20, 21}, {9, 10}, {62, 64}
"""Verification codes of OpenSSL, as X509_verify_cert_error_string(3) lists them."""


@dataclass(frozen=True, slots=True)
class Target:
    """A server to reach: `protocol` is imap or smtp, `seconds` bounds each step."""

    protocol: str
    host: str
    port: int
    tls: Tls
    ca_file: Path | None
    seconds: float


class Unreached(Exception):
    """A step failed."""

    def __init__(self, step: Step, trouble: Trouble, seen: str) -> None:
        super().__init__(seen)
        self.step, self.trouble, self.seen = step, trouble, seen


def reach(target: Target, tell: Callable[[Step, str], None]) -> None:
    """Try each step and `tell` what was seen. Raises `Unreached` at the first that fails; nothing stays open."""
    tell(Step.NAME, _addresses(target))
    with _connected(target) as link:
        tell(Step.CONNECTION, f"port {target.port} answers")
        tell(Step.PROTECTION, _protected(link, target))


def _addresses(target: Target) -> str:
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError):
        raise Unreached(Step.NAME, Trouble.UNKNOWN_HOST, f"{target.host} is not known") from None
    return ", ".join(dict.fromkeys(str(entry[4][0]) for entry in found))


def _connected(target: Target) -> socket.socket:
    try:
        return socket.create_connection((target.host, target.port), timeout=target.seconds)
    except TimeoutError:
        raise Unreached(Step.CONNECTION, Trouble.NO_ANSWER, "no answer in time") from None
    except ConnectionRefusedError:
        raise Unreached(Step.CONNECTION, Trouble.PORT_CLOSED, f"port {target.port} is closed") from None
    except OSError as error:
        raise Unreached(Step.CONNECTION, Trouble.NO_ANSWER, error.strerror or type(error).__name__) from None


def _protected(link: socket.socket, target: Target) -> str:
    if target.tls is Tls.SSL:
        with _wrapped(link, target) as secured:
            _expect(_line(secured), target)
            return str(secured.version())
    _expect(_greeting(link, target), target)
    if target.tls is Tls.PLAIN:
        return "none, as told"
    _ask_for_tls(link, target)
    with _wrapped(link, target) as secured:
        return f"STARTTLS, {secured.version()}"


def _greeting(link: socket.socket, target: Target) -> str:
    """The first line of a server that speaks first. Silence may mean that it waits for TLS, which is then tried."""
    link.settimeout(min(GREETING_SECONDS, target.seconds))
    try:
        return _line(link)
    except Unreached:
        if _speaks_tls(target):
            said = f"port {target.port} speaks TLS from the first byte"
            raise Unreached(Step.PROTECTION, Trouble.TLS_SPOKEN_PLAIN_WANTED, said) from None
        raise
    finally:
        with suppress(OSError):
            link.settimeout(target.seconds)


def _speaks_tls(target: Target) -> bool:
    """Whether a fresh connection can begin with TLS; whose certificate it is does not matter, nothing is said on it."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with _connected(target) as link, context.wrap_socket(link, server_hostname=target.host):
            return True
    except (OSError, Unreached):
        return False


def _wrapped(link: socket.socket, target: Target) -> ssl.SSLSocket:
    try:
        context = verifying_context(target.ca_file)
    except OSError:
        raise Unreached(Step.PROTECTION, Trouble.CA_FILE, f"{target.ca_file} cannot be used") from None
    try:
        return context.wrap_socket(link, server_hostname=target.host)
    except ssl.SSLCertVerificationError as error:
        raise Unreached(Step.PROTECTION, _certificate(error.verify_code), error.verify_message) from None
    except ssl.SSLError as error:
        plain = target.tls is Tls.SSL and error.reason in {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE"}
        trouble = Trouble.TLS_WANTED_PLAIN_SPOKEN if plain else Trouble.TLS_FAILED
        raise Unreached(Step.PROTECTION, trouble, error.reason or "TLS failed") from None
    except OSError as error:
        raise Unreached(Step.PROTECTION, Trouble.TLS_FAILED, type(error).__name__) from None


def _certificate(code: int) -> Trouble:
    if code in _EXPIRED:
        return Trouble.CERTIFICATE_EXPIRED
    return Trouble.CERTIFICATE_NAME if code in _NAME else Trouble.CERTIFICATE_UNKNOWN


def _ask_for_tls(link: socket.socket, target: Target) -> None:
    """STARTTLS by RFC 9051 section 6.2.1 or RFC 3207."""
    if target.protocol == "imap":
        _say(link, b"a STARTTLS\r\n")
        answer = _line(link)
        taken = answer.lower().startswith("a ok")
    else:
        _say(link, b"EHLO postdesk.invalid\r\n")
        while (answer := _line(link))[3:4] == "-":
            continue
        _say(link, b"STARTTLS\r\n")
        answer = _line(link)
        taken = answer.startswith("220")
    if not taken:
        raise Unreached(Step.PROTECTION, Trouble.NO_STARTTLS, answer[:200])


def _expect(line: str, target: Target) -> None:
    """Whether the greeting is that of the protocol (RFC 9051 section 7.1, RFC 5321 section 4.2)."""
    wanted = ("* OK", "* PREAUTH") if target.protocol == "imap" else ("220",)
    if line.startswith(wanted):
        return
    kind = next((name for start, name in _KINDS.items() if line.startswith(start)), "")
    if kind and kind != target.protocol.upper():
        raise Unreached(Step.PROTECTION, Trouble.WRONG_PROTOCOL, f"a {kind} server answers: {line[:80]}")
    raise Unreached(Step.PROTECTION, Trouble.OTHER, line[:200])


_KINDS = {"+OK": "POP3", "220": "SMTP", "* ": "IMAP", "HTTP/": "web", "SSH-": "SSH"}


def _say(link: socket.socket, line: bytes) -> None:
    try:
        link.sendall(line)
    except OSError as error:
        raise Unreached(Step.PROTECTION, Trouble.NO_ANSWER, type(error).__name__) from None


def _line(link: socket.socket) -> str:
    """One line, byte by byte, because what follows it may already be TLS."""
    raw = b""
    try:
        while not raw.endswith(b"\n") and len(raw) < LONGEST_LINE:
            byte = link.recv(1)
            if not byte:
                break
            raw += byte
    except OSError:
        raise Unreached(Step.PROTECTION, Trouble.NO_ANSWER, "the server says nothing") from None
    if not raw:
        raise Unreached(Step.PROTECTION, Trouble.NO_ANSWER, "the server closed the connection without a word")
    return "".join(c if c.isprintable() else " " for c in raw.decode("utf-8", "replace")).strip()
