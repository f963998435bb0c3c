"""`postdesk quarantine`: mails that could not be read or decided, and what to do with them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click
from rich.table import Table

from daemon.cli import NOT_FOUND
from daemon.clock import SystemClock
from daemon.options import config_option, json_option, open_store, plain_console, print_json
from daemon.settings import Settings, load_settings
from daemon.store import blobs, inbox
from daemon.store.database import Connection
from rules.calendar import local_text


@click.group(name="quarantine")
def command() -> None:
    """Look after mails that could not be read or decided: list, show, requeue, export, discard."""


@command.command(name="list")
@config_option
@json_option
def list_all(config: Path, as_json: bool) -> None:
    """List what is in quarantine, oldest first.

    \b
    Example:    postdesk quarantine list
    """
    settings = load_settings(config)
    with open_store(settings).read() as c:
        rows = inbox.quarantined(c)
    if as_json:
        print_json(
            [{"id": row.id, "mailbox": row.mailbox, "arrived_at": row.arrived_at, "size": row.size} for row in rows]
        )
        return
    table = Table("id", "mailbox", "arrived", "bytes", "what went wrong", header_style="bold", pad_edge=False)
    for row in rows:
        at = local_text(row.arrived_at, settings.desk.timezone, settings.desk.language)
        table.add_row(str(row.id), row.mailbox, at, str(row.size), _last_line(row.error))
    plain_console().print(table)


@command.command(name="show")
@click.argument("number", type=int)
@config_option
def show(number: int, config: Path) -> None:
    """Show why a mail is in quarantine: the whole report of its last attempt.

    \b
    Example:    postdesk quarantine show 17
    """
    settings = load_settings(config)
    with open_store(settings).read() as c:
        click.echo(_found(c, number).error or "no report was kept")


@command.command(name="requeue")
@click.argument("number", type=int)
@config_option
def requeue(number: int, config: Path) -> None:
    """Put a mail back to be read and decided again, with all its attempts before it.

    \b
    Example:    postdesk quarantine requeue 17
    """
    _change(number, load_settings(config), lambda c: inbox.requeue(c, number, SystemClock().now()))
    click.echo(f"mail {number} will be tried again")


@command.command(name="discard")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why; it is kept with the mail.")
@config_option
def discard(number: int, reason: str, config: Path) -> None:
    """Take a mail out of quarantine for good. Its bytes and your reason stay in the ledger.

    \b
    Example:    postdesk quarantine discard 17 --reason "spam"
    """
    _change(number, load_settings(config), lambda c: inbox.discard(c, number, reason))
    click.echo(f"mail {number} is discarded")


@command.command(name="export")
@click.argument("number", type=int)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@config_option
def export(number: int, file: Path, config: Path) -> None:
    """Write a quarantined mail to a file, byte for byte as it came.

    \b
    Example:    postdesk quarantine export 17 strange.eml
    """
    with open_store(load_settings(config)).read() as c:
        file.write_bytes(blobs.get(c, _found(c, number).raw_sha256))
    click.echo(f"wrote {file}")


def _change(number: int, settings: Settings, change: Callable[[Connection], None]) -> None:
    with open_store(settings).write() as c:
        _found(c, number)
        change(c)


def _found(c: Connection, number: int) -> inbox.Quarantined:
    for row in inbox.quarantined(c):
        if row.id == number:
            return row
    click.echo(f"postdesk: mail {number} is not in quarantine; `postdesk quarantine list` shows what is", err=True)
    sys.exit(NOT_FOUND)


def _last_line(error: str | None) -> str:
    lines = (error or "").strip().splitlines()
    return lines[-1] if lines else ""
