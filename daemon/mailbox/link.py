"""One authenticated IMAP connection: who logs in where, how the link is opened, and what its errors mean."""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import LoginError

from daemon.ports import LoginRefused, MailboxDown
from daemon.sasl import Mechanism, bearer_answer, bearer_farewell
from daemon.tls import Tls, is_loopback

LINK_ERRORS = (imaplib.IMAP4.abort, OSError)
"""What imaplib raises when the connection is of no further use; `ssl.SSLError` and `TimeoutError` are `OSError`."""

REFUSALS = (imaplib.IMAP4.error, ValueError)
"""NO, BAD, or an answer that cannot be read. `abort` is a subclass of `error`: catch `LINK_ERRORS` first."""

_PASSING = re.compile(r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG)\]", re.IGNORECASE)
"""Response codes of RFC 5530 and RFC 9051 by which a server says that the account itself is not at fault."""

_ATOM = re.compile(r"[!#$&'+\-./0-9:;<=>?@A-Z\[^_`a-z|}~]+")
_ADDRESS = re.compile(r"[^\s<>\"'=]+@[^\s<>\"']+")


@dataclass(frozen=True, slots=True)
class Account:
    """Where one mailbox lies and how it is reached.

    `folder` and `processed` are written with "/" whatever the server's separator is. `read_password` is called at each
    login and its answer is not kept. The time-outs are seconds; `idle_renewal` stays under the 29 minutes of RFC 2177.
    `search_span` bounds the UIDs asked for in one SEARCH, because imaplib refuses an answer over 1,000,000 bytes.

    With another `mechanism` than a password `read_password` gives an access token, and `refused` hears of one that the
    server did not take; it answers whether another one is worth trying soon.

    Raises `ValueError` where a password would cross a network in clear or a bound makes no sense.
    """

    name: str
    host: str
    port: int
    tls: Tls
    username: str
    read_password: Callable[[], str]
    folder: str = "INBOX"
    processed: str = "Processed"
    connect_timeout: float = 15.0
    read_timeout: float = 60.0
    idle: bool = True
    idle_renewal: float = 9 * 60.0
    ca_file: Path | None = None
    search_span: int = 50_000
    mechanism: Mechanism = Mechanism.PASSWORD
    refused: Callable[[str], bool] = lambda _secret: False

    def __post_init__(self) -> None:
        if self.tls == Tls.PLAIN and not is_loopback(self.host):
            raise ValueError(f"mailbox {self.name}: tls 'plain' is allowed to this machine only, not to {self.host}")
        if not 0 < self.idle_renewal < 29 * 60:
            raise ValueError(f"mailbox {self.name}: IDLE must be renewed within 29 minutes")
        if not 0 < self.search_span <= 80_000:
            raise ValueError(f"mailbox {self.name}: one SEARCH may ask for 1 to 80,000 mails")


def open_link(account: Account, context: ssl.SSLContext) -> IMAPClient:
    """Connect, protect the link, log in, and name ourselves.

    Raises `LoginRefused` or `MailboxDown`; no connection is left open then.
    """
    client = _connected(account, context)
    try:
        if account.tls == Tls.STARTTLS:
            client.starttls(context)
        _log_in(client, account)
        _name_ourselves(client)
    except (*LINK_ERRORS, *REFUSALS) as error:
        drop(client)
        raise MailboxDown(_failed(account, error)) from None
    except BaseException:
        drop(client)
        raise
    return client


def drop(client: IMAPClient) -> None:
    """Close the socket without a word: a dead link would answer LOGOUT only with another time-out."""
    try:
        client.shutdown()
    except OSError:
        return


def protocol_of(client: IMAPClient) -> imaplib.IMAP4:
    """The imaplib connection below the client, for the little that the client does not show."""
    protocol: imaplib.IMAP4 = client._imap
    return protocol


def words(error: BaseException) -> str:
    """What the server said, fit for a log: one line, bounded, without addresses."""
    text = "".join(c if c.isprintable() else " " for c in str(error))
    return " ".join(_ADDRESS.sub("<address>", text).split())[:200]


def _connected(account: Account, context: ssl.SSLContext) -> IMAPClient:
    try:
        client = IMAPClient(
            account.host,
            account.port,
            ssl=account.tls == Tls.SSL,
            ssl_context=context if account.tls == Tls.SSL else None,
            timeout=SocketTimeout(account.connect_timeout, account.read_timeout),
        )
    except (*LINK_ERRORS, *REFUSALS) as error:
        raise MailboxDown(_failed(account, error)) from None
    # The library forces the level to 5 at which imaplib formats every mail it reads, logged or not.
    protocol_of(client).debug = 0
    # The library writes a SEARCH in pieces; without this each waits for the server's delayed acknowledgement, 40 ms.
    client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # Without this INTERNALDATE comes back naive and in local time.
    client.normalise_times = False
    return client


def _log_in(client: IMAPClient, account: Account) -> None:
    try:
        password = account.read_password()
    except OSError as error:
        raise LoginRefused(f"{account.name}: its password cannot be read ({type(error).__name__})") from None
    try:
        _prove(client, account, password)
    except LoginError as error:
        # The library turns a link that breaks during LOGIN into a LoginError too.
        broken = isinstance(error.__context__, imaplib.IMAP4.abort) or _PASSING.search(str(error))
        kind = MailboxDown if broken or account.refused(password) else LoginRefused
        raise kind(f"{account.name}: login failed: {words(error)}") from None


def _prove(client: IMAPClient, account: Account, password: str) -> None:
    """Show the password or the token, by the one mechanism that fits."""
    mechanism = account.mechanism
    if mechanism is Mechanism.PASSWORD:
        if _fits_login(account.username, password):
            client.login(account.username, password)
        else:
            client.plain_login(account.username, password)
        return
    if not client.has_capability(f"AUTH={mechanism.upper()}"):
        raise LoginError(f"the server does not offer {mechanism.upper()}")
    answer = bearer_answer(mechanism, account.username, password, account.host, account.port)
    answers = iter((answer, bearer_farewell(mechanism)))
    # Whatever a server asks beyond its one error gets a "*", by which the exchange is given up.
    client.sasl_login(mechanism.upper(), lambda _challenge: next(answers, None))


def _fits_login(username: str, password: str) -> bool:
    """Imaplib sends LOGIN in ASCII and its user name unquoted; anything else goes by SASL PLAIN (RFC 4616)."""
    return bool(_ATOM.fullmatch(username)) and password.isascii() and password.isprintable()


def _name_ourselves(client: IMAPClient) -> None:
    """163 and 126 refuse SELECT as "Unsafe Login" to a client that has not said its ID (RFC 2971)."""
    if not client.has_capability("ID"):
        return
    try:
        client.id_({"name": "Postdesk", "vendor": "Postdesk"})
    except LINK_ERRORS:
        raise
    except REFUSALS:
        return  # Whoever minds will say so at SELECT.


def _failed(account: Account, error: BaseException) -> str:
    """One line for a person: where, and what kind of failure."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{account.name}: the certificate of {account.host} is not accepted: {error.verify_message}"
    if isinstance(error, imaplib.IMAP4.error):
        return f"{account.name}: {account.host} port {account.port}: {words(error)}"
    return f"{account.name}: no link to {account.host} port {account.port} ({type(error).__name__})"
