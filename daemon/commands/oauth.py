"""`postdesk oauth`: agree to a mailbox's log-in with tokens, and see how the tokens stand."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from daemon.cli import NOT_FOUND
from daemon.clock import SystemClock
from daemon.oauth import grants
from daemon.oauth.device import agreed
from daemon.oauth.grants import NotInstalled, Refused
from daemon.oauth.providers import Grant
from daemon.oauth.settings import OAuth
from daemon.oauth.source import TokenSource
from daemon.oauth.standing import accounts, standing, standings
from daemon.options import config_option, json_option, print_json
from daemon.ports import NoToken
from daemon.settings import Settings, load_settings
from rules.calendar import local_text


@click.group(name="oauth")
def command() -> None:
    """Log in with tokens instead of passwords: login, status. Which settings it takes stands in docs/oauth.md.

    \b
    Example:    postdesk oauth login support
    """


@command.command(name="login")
@click.argument("account")
@config_option
def login(account: str, config: Path) -> None:
    """Agree to the log-in of ACCOUNT, a mailbox's name or `smtp`, on another device (RFC 8628).

    The token is kept in state_dir, readable by its owner only; run this as the user that the daemon runs as.
    A client_credentials or token_command account needs nobody's agreement: its token is asked for at once.

    \b
    Example:    postdesk oauth login support --config postdesk.yaml
    """
    settings = load_settings(config)
    source, oauth = _found(settings, account)
    try:
        if oauth.token_command or oauth.grant is Grant.CLIENT_CREDENTIALS:
            source.read()
        else:
            _agree(source, oauth)
    except Refused as refused:
        raise click.ClickException(f"{account}: no token: {refused.code} {refused.text}".rstrip()) from None
    except (NoToken, NotInstalled) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{account}: has a token until {_instant(settings, standing(account, source.file.read()).expires_at)}.")


@command.command(name="status")
@config_option
@json_option
def status(config: Path, as_json: bool) -> None:
    """Show until when each account's token lasts and what its last refresh failed with; asks no server.

    \b
    Example:    postdesk oauth status
    """
    settings = load_settings(config)
    found = standings(settings)
    if as_json:
        print_json([asdict(each) for each in found])
        return
    table = Table("account", "token until", "last failure", "failed at", header_style="bold", pad_edge=False)
    for each in found:
        table.add_row(
            each.account, _instant(settings, each.expires_at), each.failure or "-", _instant(settings, each.failed_at)
        )
    Console().print(table)


def _agree(source: TokenSource, oauth: OAuth) -> None:
    if not oauth.endpoints.device_url:
        raise click.ClickException(_NO_DEVICE_FLOW)
    clock = SystemClock()
    code = grants.device_code(oauth)
    click.echo(f"Open {code.uri} in a browser, on any machine, and enter the code {code.user_code}")
    click.echo(f"Log in there as {source.username}. Waiting for you to agree (Ctrl-C gives up) ...")
    source.keep(agreed(oauth, code, clock))


_NO_DEVICE_FLOW = (
    "this provider grants no mail by the device flow (Google does not): get a refresh token as docs/oauth.md says "
    "and name it in the settings, refresh_token: {file: ...}"
)


def _found(settings: Settings, account: str) -> tuple[TokenSource, OAuth]:
    for name, username, oauth in accounts(settings):
        if name == account:
            return TokenSource(name, username, oauth, settings.state_dir, SystemClock()), oauth
    names = ", ".join(name for name, _, _ in accounts(settings)) or "none"
    click.echo(f"postdesk: no account '{account}' logs in with oauth; these do: {names}", err=True)
    sys.exit(NOT_FOUND)


def _instant(settings: Settings, instant: datetime | None) -> str:
    return local_text(instant, settings.desk.timezone, "en") if instant else "-"
