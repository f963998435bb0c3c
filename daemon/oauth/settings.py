"""What is set about logging in with tokens: who gives them out, or the command that prints one."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, model_validator

from daemon.oauth.providers import Endpoints, Grant, Provider, endpoints_of
from daemon.secrets import Secret
from daemon.settings_values import Beside, Interval
from rules.vocabulary import Declared

Https = Annotated[str, Field(pattern=r"^https://[^\s/]+(/\S*)?$")]


class OAuth(Declared):
    """Where the access tokens of one account come from: an authorization server (RFC 6749), or a command."""

    mechanism: Literal["xoauth2", "oauthbearer"] = Field(
        default="xoauth2", description="How the token is shown: xoauth2, or oauthbearer (RFC 7628)."
    )
    provider: Provider | None = Field(
        default=None, description="microsoft365 or gmail: token_url, device_url and scope are then known."
    )
    grant: Grant = Field(
        default=Grant.REFRESH_TOKEN,
        description="refresh_token (a person has agreed once), or client_credentials (an administrator has).",
    )
    client_id: str = Field(default="", description="Which application asks; from the provider's console.")
    client_secret: Secret | None = Field(default=None, description="Its secret; a public application has none.")
    tenant: str = Field(default="", pattern=r"^[A-Za-z0-9.-]*$", description="The directory's id at Microsoft.")
    refresh_token: Secret | None = Field(
        default=None, description="A refresh token got elsewhere; `postdesk oauth login` makes this needless."
    )
    token_url: Https | None = Field(default=None, description="The token endpoint, where no provider is named.")
    device_url: Https | None = Field(default=None, description="The device authorization endpoint (RFC 8628).")
    scope: str = Field(default="", description="What is asked for; the provider's usual scope by default.")
    ca_file: Beside | None = Field(default=None, description="Certificates to trust at the token endpoint.")
    timeout: Interval = Field(default=timedelta(seconds=20), description="How long an answer or the command may take.")
    token_command: tuple[str, ...] = Field(
        default=(), description="A program and its words, run without a shell; it prints an access token."
    )
    token_lifetime: Interval = Field(
        default=timedelta(minutes=5), description="How long a token that the command printed is used."
    )

    @model_validator(mode="after")
    def _one_source(self) -> OAuth:
        asked = self.client_id or self.provider or self.token_url
        if bool(self.token_command) == bool(asked):
            raise ValueError("say where tokens come from: a provider or token_url with client_id, or a token_command")
        if asked and not (self.client_id and (self.provider or self.token_url)):
            raise ValueError("client_id and a provider (or token_url) belong together")
        if self.grant is Grant.CLIENT_CREDENTIALS and self.client_secret is None:
            raise ValueError("client_credentials need a client_secret")
        if self.grant is Grant.CLIENT_CREDENTIALS and self.provider is Provider.MICROSOFT365 and not self.tenant:
            raise ValueError("client_credentials at microsoft365 need the tenant, because 'common' has none")
        return self

    @property
    def endpoints(self) -> Endpoints:
        """Where tokens are asked for; what is written out goes before what the provider has."""
        known = endpoints_of(self.provider, self.grant, self.tenant) if self.provider else Endpoints("", "", "")
        return Endpoints(
            self.token_url or known.token_url, self.device_url or known.device_url, self.scope or known.scope
        )
