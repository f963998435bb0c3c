"""The access token of one account whenever a server asks for it: kept until it runs out, then asked for anew, once."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from daemon.log import Action, log
from daemon.oauth import grants, printed
from daemon.oauth.grants import Refused
from daemon.oauth.providers import Grant
from daemon.oauth.settings import OAuth
from daemon.oauth.tokens import TokenFile, Tokens
from daemon.ports import Clock, NoToken
from daemon.secrets import SecretUnreadable

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(minutes=30)
"""Between requests that fail, doubling: providers block a client that keeps asking."""


class TokenSource:
    """The tokens of one account. May be used from several threads, and by several processes at once.

    Accounts with the same user name and the same client share their tokens, as a mailbox and its relay usually do.
    """

    def __init__(self, account: str, username: str, oauth: OAuth, state_dir: Path, clock: Clock) -> None:
        self.account = account
        self.username = username
        self._oauth = oauth
        self._clock = clock
        self.file = token_file(state_dir, username, oauth)

    def read(self) -> str:
        """A token that is good now. Raises `NoToken`; after a failure the server is left alone for a while."""
        now = self._clock.now()
        try:
            tokens = self.file.read()
            if tokens.usable(now):
                return tokens.access
            with self.file.held():
                # Whoever held the lock before us may have brought a new one.
                tokens = self.file.read()
                return tokens.access if tokens.usable(now) else self._renewed(tokens, now)
        except OSError as error:
            text = f"{type(error).__name__}: state_dir/oauth must belong to the user that the daemon runs as"
            raise self._none("token-file", text) from None

    def refused(self, token: str) -> bool:
        """A server did not take this token. True if the next `read` will give another one that is worth trying."""
        try:
            with self.file.held():
                tokens = self.file.read()
                if tokens.access != token or tokens.issued_at is None:
                    return bool(tokens.access)
                self.file.write(tokens.spent())
        except OSError:
            return False  # The next `read` will say so.
        return self._clock.now() - tokens.issued_at > FIRST_PAUSE

    def keep(self, tokens: Tokens) -> None:
        """Take tokens that a person has just agreed to; they count more than the refresh token of the settings."""
        with self.file.held():
            self.file.write(replace(tokens, planted=self._planted()))

    def _planted(self) -> str:
        """The digest of the refresh token that the settings name; empty when they name none."""
        secret = self._oauth.refresh_token
        return hashlib.sha256(secret.read().encode()).hexdigest() if secret is not None else ""

    def _renewed(self, tokens: Tokens, now: datetime) -> str:
        if tokens.retry_at is not None and now < tokens.retry_at:
            raise self._none(tokens.failure, "asked for lately")
        try:
            fresh = self._asked(self._with_refresh_token(tokens), now)
        except Refused as refused:
            self.file.write(_failed(tokens, refused.code, now))
            raise self._failure(refused, tokens.failures + 1) from None
        except (SecretUnreadable, grants.NotInstalled) as error:
            raise self._none("not-ready", str(error)) from None
        self.file.write(fresh)
        log(Action.OAUTH_REFRESHED, mailbox=self.account)
        return fresh.access

    def _asked(self, tokens: Tokens, now: datetime) -> Tokens:
        if self._oauth.token_command:
            token = printed.token(self._oauth.token_command, self._oauth.timeout.total_seconds())
            answer = {"access_token": token, "expires_in": self._oauth.token_lifetime.total_seconds()}
            return grants.granted(answer, tokens, now)
        if self._oauth.grant is Grant.REFRESH_TOKEN and not tokens.refresh:
            raise Refused("no-refresh-token", "run `postdesk oauth login`, or name a refresh_token in the settings")
        return grants.new_tokens(self._oauth, tokens, now)

    def _with_refresh_token(self, tokens: Tokens) -> Tokens:
        """The refresh token of the settings, unless what is kept has grown from it or from a log-in since."""
        planted = self._planted()
        if not planted or tokens.planted == planted:
            return tokens
        assert self._oauth.refresh_token is not None
        return replace(tokens, refresh=self._oauth.refresh_token.read(), planted=planted)

    def _failure(self, refused: Refused, failures: int) -> NoToken:
        seconds = pause(failures).total_seconds()
        log(Action.OAUTH_REFRESH_FAILED, mailbox=self.account, code=refused.code, count=failures, seconds=seconds)
        return self._none(refused.code, refused.text)

    def _none(self, code: str, text: str) -> NoToken:
        return NoToken(f"{self.account}: no access token: {code}{f' ({text})' if text else ''}")


def pause(failures: int) -> timedelta:
    """How long the authorization server is left alone after so many failures in a row."""
    return min(FIRST_PAUSE * float(2 ** min(failures - 1, 10)), LONGEST_PAUSE)


def _failed(tokens: Tokens, code: str, now: datetime) -> Tokens:
    failures = tokens.failures + 1
    return replace(tokens, failure=code[:64], failures=failures, failed_at=now, retry_at=now + pause(failures))


def token_file(state_dir: Path, username: str, oauth: OAuth) -> TokenFile:
    """Where the tokens of this user name at this client are kept."""
    ends = oauth.endpoints
    words = "\n".join((username, oauth.client_id, ends.token_url, ends.scope, *oauth.token_command))
    return TokenFile(state_dir / "oauth" / f"{hashlib.sha256(words.encode()).hexdigest()[:16]}.json")
