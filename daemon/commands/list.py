"""`postdesk list`: the tickets, or every mail that ever came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from daemon.clock import SystemClock
from daemon.options import WIDE, config_option, json_option, open_store, plain_console, print_json
from daemon.settings import Settings, load_settings
from daemon.store import inbox, tickets
from rules.calendar import local_text
from rules.model import Status

OPEN = tuple(each.value for each in Status if each is not Status.CLOSED)


@click.command(name="list")
@config_option
@json_option
@click.option("--all", "everything", is_flag=True, help="Closed tickets too.")
@click.option("--mail", is_flag=True, help="Instead of tickets: every mail received and what became of it.")
@click.option("--limit", default=200, show_default=True, type=click.IntRange(1, 100_000), help="At most so many.")
def command(config: Path, as_json: bool, everything: bool, mail: bool, limit: int) -> None:
    """List open tickets, newest first; what is overdue is red, what is due within an hour yellow.

    \b
    Examples:   postdesk list
                postdesk list --all --json
                postdesk list --mail
    """
    settings = load_settings(config)
    rows = _mails(settings, limit) if mail else _tickets(settings, everything, limit)
    if as_json:
        print_json(rows)
    else:
        _print(rows, _MAIL_COLUMNS if mail else _TICKET_COLUMNS, settings)


_TICKET_COLUMNS = (
    "number",
    "status",
    "priority",
    "category",
    "subject",
    "requester",
    "assignee",
    "opened_at",
    "next_due_at",
)
_FOR_WIDE_SCREENS = frozenset({"category", "opened_at", "requester", "mailbox", "attempts"})
_SHORT = frozenset({"number", "status", "priority", "ticket_number", "state", "id"})
SOON = timedelta(hours=1)
"""A promise that is due within it stands out."""
_MAIL_COLUMNS = ("id", "mailbox", "arrived_at", "state", "outcome", "because", "ticket_number", "attempts")


def _tickets(settings: Settings, everything: bool, limit: int) -> Sequence[Mapping[str, object]]:
    statuses = tuple(Status) if everything else OPEN
    with open_store(settings).read() as c:
        found = tickets.listing(c, statuses, limit)
    return [asdict(ticket) | {"next_due_at": due_at} for ticket, due_at in found]


def _mails(settings: Settings, limit: int) -> Sequence[Mapping[str, object]]:
    with open_store(settings).read() as c:
        return [dict(row._mapping) for row in inbox.listing(c, limit)]


def _print(rows: Sequence[Mapping[str, object]], columns: Sequence[str], settings: Settings) -> None:
    console = plain_console()
    shown = [name for name in columns if console.width >= WIDE or name not in _FOR_WIDE_SCREENS]
    table = Table(header_style="bold", pad_edge=False)
    for name in shown:
        table.add_column(name.removesuffix("_at").replace("_", " "), overflow="fold", no_wrap=name in _SHORT)
    now = SystemClock().now()
    for row in rows:
        table.add_row(*(_styled(name, row[name], settings, now) for name in shown))
    console.print(table)
    console.print(f"{len(rows)} shown")


def _styled(name: str, value: object, settings: Settings, now: datetime) -> Text:
    """A cell; when a ticket is next due stands out as that comes near. Where nobody looks, no colour is written."""
    style = ""
    if name == "next_due_at" and isinstance(value, datetime):
        style = "red" if value <= now else "yellow" if value <= now + SOON else ""
    return Text(_cell(value, settings), style=style)


def _cell(value: object, settings: Settings) -> str:
    if isinstance(value, datetime):
        return local_text(value, settings.desk.timezone, settings.desk.language)
    return "" if value is None else str(value)
