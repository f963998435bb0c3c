"""`postdesk outbox`: what leaves, what could not, and what was withheld."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn

import click
from rich.table import Table

from daemon.cli import NOT_FOUND
from daemon.clock import SystemClock
from daemon.options import config_option, json_option, open_store, plain_console, print_json
from daemon.settings import load_settings
from daemon.store import blobs, outbox_listing
from daemon.store.outbox import OutboxState
from rules.calendar import local_text

_STATES = [state.value for state in OutboxState]


@click.group(name="outbox")
def command() -> None:
    """Look after the mails that leave: list, show, retry, cancel."""


@command.command(name="list")
@config_option
@json_option
@click.option("--state", type=click.Choice(_STATES), multiple=True, help="Only these; by default all that is unsent.")
@click.option("--limit", default=200, show_default=True, type=click.IntRange(1, 100_000), help="At most so many.")
def list_some(config: Path, as_json: bool, state: tuple[str, ...], limit: int) -> None:
    """List mails that have not left, newest first. `--state withheld` is the report of a desk that only observed.

    \b
    Examples:   postdesk outbox list
                postdesk outbox list --state withheld --json
    """
    settings = load_settings(config)
    unsent = [each for each in OutboxState if each is not OutboxState.SENT]
    with open_store(settings).read() as c:
        rows = outbox_listing.listing(c, [OutboxState(each) for each in state] or unsent, limit)
    if as_json:
        print_json([asdict(row) for row in rows])
        return
    table = Table(
        "id", "ticket", "kind", "to", "state", "tries", "next", "last answer", header_style="bold", pad_edge=False
    )
    for row in rows:
        at = local_text(row.next_at, settings.desk.timezone, settings.desk.language)
        answer = f"{row.last_code or ''} {row.last_text or ''}".strip()
        about = (str(row.id), row.ticket_number or "", row.kind, row.recipient, row.state, str(row.attempts))
        table.add_row(*about, at, answer)
    plain_console().print(table)


@command.command(name="show")
@click.argument("number", type=int)
@config_option
def show(number: int, config: Path) -> None:
    """Print a mail of the outbox, byte for byte as it leaves.

    \b
    Example:    postdesk outbox show 42 > mail.eml
    """
    with open_store(load_settings(config)).read() as c:
        row = outbox_listing.find(c, number)
        raw = blobs.get(c, row.raw_sha256) if row else b""
    if row is None:
        _unknown(number)
    sys.stdout.buffer.write(raw)


@command.command(name="retry")
@click.argument("number", type=int)
@config_option
def retry(number: int, config: Path) -> None:
    """Send a mail now that failed, waits, was cancelled or was withheld: the same bytes, with the same Message-ID.

    \b
    Example:    postdesk outbox retry 42
    """
    _change(number, config, OutboxState.READY, "will be sent now")


@command.command(name="cancel")
@click.argument("number", type=int)
@config_option
def cancel(number: int, config: Path) -> None:
    """Never send a mail that has not left yet.

    \b
    Example:    postdesk outbox cancel 42
    """
    _change(number, config, OutboxState.CANCELLED, "is cancelled")


def _change(number: int, config: Path, state: OutboxState, told: str) -> None:
    with open_store(load_settings(config)).write() as c:
        row = outbox_listing.find(c, number)
        changed = row is not None and outbox_listing.turn(c, number, state, SystemClock().now())
    if row is None:
        _unknown(number)
    if not changed:
        raise click.ClickException(f"mail {number} is {row.state}: it cannot be changed any more")
    click.echo(f"mail {number} {told}")


def _unknown(number: int) -> NoReturn:
    click.echo(f"postdesk: there is no mail {number} in the outbox; `postdesk outbox list` shows what is", err=True)
    sys.exit(NOT_FOUND)
