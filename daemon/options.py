"""Options and openings that several commands share."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console

from daemon.settings import Settings
from daemon.store.database import Store
from daemon.store.migrate import SchemaOutdated, standing
from rules.vocabulary import duration

_F = TypeVar("_F", bound=Callable[..., Any])


def config_option(function: _F) -> _F:
    """`--config FILE`, the settings; also POSTDESK_CONFIG."""
    return _config(click.Path(path_type=Path, dir_okay=False, exists=True))(function)


def spare_config_option(function: _F) -> _F:
    """The same for a command that does not always read them; a file that is missing is a fault once it does."""
    return _config(click.Path(path_type=Path, dir_okay=False))(function)


def _config(kind: click.Path) -> Callable[[_F], _F]:
    return click.option(
        "--config",
        "-c",
        "config",
        type=kind,
        envvar="POSTDESK_CONFIG",
        default=Path("/etc/postdesk/postdesk.yaml"),
        show_default=True,
        help="The settings file.",
    )


def policy_option(function: _F) -> _F:
    """`--policy PACK`, another pack than the one that the settings name."""
    return click.option("--policy", metavar="PACK", help="Another pack than the desk's: a name, or a folder.")(function)


class _Length(click.ParamType[timedelta]):
    """A length of time as it is written in every file of ours."""

    name = "length"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        try:
            return value if isinstance(value, timedelta) else duration(value)
        except ValueError as wrong:
            self.fail(str(wrong), param, ctx)


class Number(click.FloatRange):
    """A number between two others. What floats call not a number is below and above nothing, so it is none here."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number: float = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number


def since_option(function: _F) -> _F:
    """`--since 90d`, how far back to look."""
    option = click.option(
        "--since", type=_Length(), default="90d", show_default=True, metavar="LENGTH", help="How far back to look."
    )
    return option(function)


def json_option(function: _F) -> _F:
    """`--json`: for programs instead of people."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")(function)


def print_json(value: object) -> None:
    """One JSON document on standard output; instants as ISO 8601 in UTC."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


WIDE = 120
"""Columns of a terminal from which on everything is shown; `--json` always tells all."""


def plain_console() -> Console:
    """Where people are shown what is in mails: no part of a text is taken for a style or a picture."""
    return Console(markup=False, emoji=False, highlight=False)


def open_store(settings: Settings) -> Store:
    """The database of these settings, which must have this program's schema."""
    store = Store(settings.database_url)
    if standing(store).missing:
        raise SchemaOutdated("the database is not up to date: run `postdesk migrate` first")
    return store


def open_any_store(settings: Settings) -> Store:
    """The database of these settings, whatever its schema; the folder of a SQLite file is made."""
    if settings.database is None:
        settings.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Store(settings.database_url)
