"""How the tokens of every account stand: what a monitor asks, because a mailbox without a token stays silent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from daemon.oauth.settings import OAuth
from daemon.oauth.source import token_file
from daemon.oauth.tokens import TokenFile, Tokens
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


def standings(settings: Settings) -> Sequence[Standing]:
    """Every account that logs in with tokens, from what is kept on disk: asks nobody, and holds no secret."""
    return [
        standing(account, _kept(token_file(settings.state_dir, username, oauth)))
        for account, username, oauth in accounts(settings)
    ]


def _kept(file: TokenFile) -> Tokens:
    try:
        return file.read()
    except OSError:
        return Tokens(failure="token-file", failures=1)


def accounts(settings: Settings) -> Iterator[tuple[str, str, OAuth]]:
    """The accounts of these settings that log in with tokens, mailboxes and relay: name, user name, and how."""
    for box in settings.mailboxes:
        if box.oauth is not None:
            yield box.name, box.username, box.oauth
    smtp = settings.smtp
    if smtp.oauth is not None and smtp.username is not None:
        yield SMTP, smtp.username, smtp.oauth


def standing(account: str, kept: Tokens) -> Standing:
    """One account, from what is kept of it."""
    return Standing(
        account, kept.expires_at, kept.issued_at, kept.failure, kept.failures, kept.failed_at, kept.retry_at
    )
