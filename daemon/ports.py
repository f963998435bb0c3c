"""The doors to the world: what the stages may ask of a clock, a mailbox and a mail server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds from an arbitrary start that never step."""


class MailboxError(Exception):
    """The server refused one command; the link still works."""


class MailboxDown(Exception):
    """The link is gone or was never there; a later attempt may succeed."""


class LoginRefused(MailboxDown):
    """A server, of either kind, does not accept the account; hammering would lock it."""


class NoToken(MailboxDown):
    """No access token could be had to log in with (OAuth2): the server it was meant for has no part in it."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """One mail as the server holds it. `whole` is False for headers only.

    `arrived_at` is INTERNALDATE, aware, in UTC; the server's clock may be wrong, and it lies in the far future where
    the server gives none, so whoever stores it caps it to the present.
    """

    uid: int
    raw: bytes
    arrived_at: datetime
    whole: bool = True


class Mailbox(Protocol):
    """One folder on one IMAP server. Calls that speak to it may raise `MailboxDown` or `MailboxError`."""

    @property
    def name(self) -> str:
        """The name under which settings know it."""

    @property
    def folder(self) -> str:
        """The folder whose mails these are, as settings name it."""

    def look(self) -> tuple[int, Sequence[int]]:
        """UIDVALIDITY and every UID now in the folder, ascending; connects and selects when needed."""

    def sizes(self, uids: Sequence[int]) -> Mapping[int, int]:
        """RFC822.SIZE of those that still exist."""

    def fetch(self, uids: Sequence[int]) -> Sequence[Fetched]:
        """Whole mails, without setting \\Seen; one that has vanished is missing from the answer."""

    def fetch_headers(self, uid: int) -> Fetched | None:
        """The header block alone, for a mail too large to take."""

    def file(self, uids: Sequence[int]) -> None:
        """Move these to the processed folder, creating it if it is missing."""

    def wait(self, seconds: float) -> bool:
        """Return True when mail may have come or `wake` was called, False after `seconds`."""

    def wake(self) -> None:
        """End a `wait` from another thread."""

    def close(self) -> None:
        """Let the connection go; the next call connects anew."""


class Result(StrEnum):
    """What became of one attempt to hand a message over (RFC 5321 section 4.2)."""

    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    UNKNOWN = "unknown"
    FENCED = "fenced"


@dataclass(frozen=True, slots=True)
class Delivery:
    """The outcome of one attempt: `code` is the SMTP or enhanced code or a short cause, `text` the server's words."""

    result: Result
    code: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message for one recipient (RFC 5321 section 2.3.1); an empty `reverse_path` is `MAIL FROM:<>`."""

    reverse_path: str
    recipient: str
    raw: bytes


RELAY_FAULTS = ("connect-", "tls-", "auth-", "oauth-")
"""How the `code` of a `Delivery` begins when the next mail server as a whole could not be used: no message is at fault,
and none will fare better before somebody or something has mended it."""

AUTH_REFUSED = "auth-refused"
"""The `code` for a log-in that the next mail server refused for good; hammering would lock the account."""


class StillMine(Protocol):
    """Asked right before DATA: may this attempt go on, or has its lease run out?"""

    def __call__(self) -> bool: ...


class Transport(Protocol):
    """A way to hand messages to the next mail server. Never raises for what a server says or does."""

    async def send(self, envelope: Envelope, still_mine: StillMine) -> Delivery:
        """Attempt one delivery and say what became of it."""

    async def close(self) -> None:
        """Let idle connections go."""
