"""The conversation with an authorization server, by Authlib over requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, assert_never

from daemon.oauth.providers import Grant
from daemon.oauth.settings import OAuth
from daemon.oauth.tokens import Tokens

LIFETIME = timedelta(minutes=50)
"""Taken for a token whose lifetime the server does not say (RFC 6749 section 5.1 only recommends that it does)."""

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


class Refused(Exception):
    """No token came. `code` is the server's error (RFC 6749 section 5.2) or a short cause of ours, `text` its words.

    `passing` is True where asking again later may help without anybody's doing.
    """

    def __init__(self, code: str, text: str = "", *, passing: bool = False) -> None:
        super().__init__(code)
        self.code, self.text, self.passing = code, text, passing


class NotInstalled(Exception):
    """The extra that speaks OAuth2 is missing."""


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What a person needs to agree on another device (RFC 8628 section 3.2), and how often we may ask; seconds."""

    device_code: str
    user_code: str
    uri: str
    expires_in: float
    interval: float


def new_tokens(oauth: OAuth, tokens: Tokens, now: datetime) -> Tokens:
    """Fresh tokens by the grant of these settings. Raises `Refused`, `NotInstalled`, `SecretUnreadable`."""
    with _asking(oauth) as session:
        match oauth.grant:
            case Grant.REFRESH_TOKEN:
                url = oauth.endpoints.token_url
                answer = session.refresh_token(url, refresh_token=tokens.refresh, **_manner(oauth))
            case Grant.CLIENT_CREDENTIALS:
                answer = _fetched(session, oauth, grant_type=oauth.grant.value)
            case _:
                assert_never(oauth.grant)
    return granted(answer, tokens, now)


def granted(answer: Mapping[str, Any], tokens: Tokens, now: datetime) -> Tokens:
    """What a token response (RFC 6749 section 5.1) makes of what was known. Raises `Refused`."""
    access = answer.get("access_token")
    if not isinstance(access, str) or not access.isascii() or not access.isprintable():
        raise Refused("no-access-token")
    try:
        lifetime = timedelta(seconds=float(answer["expires_in"]))
    except (KeyError, TypeError, ValueError, OverflowError):
        lifetime = LIFETIME
    return replace(
        tokens,
        access=access,
        issued_at=now,
        expires_at=now + lifetime,
        refresh=str(answer.get("refresh_token") or tokens.refresh),
        failure="",
        failures=0,
        failed_at=None,
        retry_at=None,
    )


def device_code(oauth: OAuth) -> DeviceCode:
    """Begin the device flow. Raises `Refused`, `NotInstalled`."""
    with _asking(oauth) as session:
        form = {"client_id": oauth.client_id, "scope": oauth.endpoints.scope}
        url = oauth.endpoints.device_url
        reply = session.request("POST", url, withhold_token=True, data=form, **_manner(oauth))
        answer = reply.json()
    if "device_code" not in answer:
        raise Refused(str(answer.get("error", "no-device-code")), str(answer.get("error_description", "")))
    uri = str(answer.get("verification_uri") or answer.get("verification_url", ""))
    seconds, pause = float(answer.get("expires_in", 900)), float(answer.get("interval", 5))
    return DeviceCode(str(answer["device_code"]), str(answer.get("user_code", "")), uri, seconds, pause)


def device_tokens(oauth: OAuth, code: DeviceCode, now: datetime) -> Tokens:
    """Ask once whether the person has agreed. Raises `Refused` ("authorization_pending" while not), `NotInstalled`."""
    with _asking(oauth) as session:
        answer = _fetched(session, oauth, grant_type=DEVICE_GRANT, device_code=code.device_code)
    return granted(answer, Tokens(), now)


def _fetched(session: Any, oauth: OAuth, **form: str) -> Mapping[str, Any]:
    answer: Mapping[str, Any] = session.fetch_token(oauth.endpoints.token_url, **form, **_manner(oauth))
    return answer


@contextmanager
def _asking(oauth: OAuth) -> Iterator[Any]:
    """A session of this client, whose every failure becomes `Refused`."""
    try:
        from authlib.integrations.base_client import OAuthError
        from authlib.integrations.requests_client import OAuth2Session
        from requests import RequestException
    except ImportError:
        raise NotInstalled("OAuth2 needs the extra: install postdesk[oauth]") from None
    secret = oauth.client_secret.read() if oauth.client_secret else None
    method = "client_secret_post" if secret else "none"
    scope = oauth.endpoints.scope
    with OAuth2Session(oauth.client_id, secret, token_endpoint_auth_method=method, scope=scope) as session:
        try:
            yield session
        except OAuthError as error:
            passing = error.error in {"temporarily_unavailable", "server_error"}
            raise Refused(str(error.error), str(error.description), passing=passing) from None
        except RequestException as error:
            raise Refused("token-server-unreachable", type(error).__name__, passing=True) from None
        except ValueError:
            raise Refused("token-answer-unreadable", passing=True) from None


def _manner(oauth: OAuth) -> Mapping[str, Any]:
    """Said with each request, because what is said to the session gives way to $REQUESTS_CA_BUNDLE."""
    verify = str(oauth.ca_file) if oauth.ca_file else True
    return {"timeout": oauth.timeout.total_seconds(), "verify": verify}
