"""Where the big providers give tokens out, and for what: their own words, so that nobody has to look them up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never


class Provider(StrEnum):
    """Whose endpoints and scopes are known here."""

    MICROSOFT365 = "microsoft365"
    GMAIL = "gmail"


class Grant(StrEnum):
    """How an access token is asked for (RFC 6749 sections 4.4 and 6)."""

    REFRESH_TOKEN = "refresh_token"  # noqa: S105 - This is the name of a grant.
    CLIENT_CREDENTIALS = "client_credentials"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The addresses of an authorization server, and the scope that reads and sends mail."""

    token_url: str
    device_url: str
    scope: str


def endpoints_of(provider: Provider, grant: Grant, tenant: str) -> Endpoints:
    """Where this provider gives out tokens; `tenant` is the directory of a company at Microsoft."""
    match provider:
        case Provider.MICROSOFT365:
            root = f"https://login.microsoftonline.com/{tenant or 'common'}/oauth2/v2.0"
            return Endpoints(f"{root}/token", f"{root}/devicecode", _MICROSOFT_SCOPES[grant])
        case Provider.GMAIL:
            # Google's device flow grants no scope that reads mail, so there is no address for it.
            return Endpoints("https://oauth2.googleapis.com/token", "", "https://mail.google.com/")
        case _:
            assert_never(provider)


_MICROSOFT_SCOPES = {
    Grant.REFRESH_TOKEN: "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send "
    "offline_access",
    Grant.CLIENT_CREDENTIALS: "https://outlook.office365.com/.default",
}
