"""How the tokens of every account stand: what a monitor asks, because a mailbox without a token stays silent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from daemon.oauth.settings import OAuth
from daemon.oauth.source import TokenSource
from daemon.ports import Clock
from daemon.settings import Settings

SMTP = "smtp"
"""The name of the relay's account, beside the names of the mailboxes."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One account: until when its token lasts, since when it has it, and the last failure that no success has followed.

    `failure` is the code of RFC 6749 section 5.2 or a short cause of ours; empty when all is well.
    """

    account: str
    expires_at: datetime | None
    refreshed_at: datetime | None
    failure: str
    failures: int
    failed_at: datetime | None
    retry_at: datetime | None


def standings(settings: Settings, clock: Clock) -> Sequence[Standing]:
    """Every account that logs in with tokens, from what is kept on disk: asks nobody, and holds no secret."""
    return [standing(source) for source, _ in sources(settings, clock)]


def sources(settings: Settings, clock: Clock) -> Iterator[tuple[TokenSource, OAuth]]:
    """The token sources of these settings: each mailbox that has one, and the relay."""
    for box in settings.mailboxes:
        if box.oauth is not None:
            yield TokenSource(box.name, box.username, box.oauth, settings.state_dir, clock), box.oauth
    smtp = settings.smtp
    if smtp.oauth is not None and smtp.username is not None:
        yield TokenSource(SMTP, smtp.username, smtp.oauth, settings.state_dir, clock), smtp.oauth


def standing(source: TokenSource) -> Standing:
    """One account, from what is kept on disk."""
    kept = source.file.read()
    return Standing(
        source.account, kept.expires_at, kept.issued_at, kept.failure, kept.failures, kept.failed_at, kept.retry_at
    )
