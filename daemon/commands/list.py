"""`postdesk list`: the tickets, or every mail that ever came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import click
from rich.table import Table

from daemon.options import config_option, json_option, open_store, plain_console, print_json
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
    """List open tickets, newest first.

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
    table = Table(header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column.removesuffix("_at").replace("_", " "), overflow="fold")
    zone, language = settings.desk.timezone, settings.desk.language
    for row in rows:
        moments = {name for name in columns if name.endswith("_at")}
        cells = (
            local_text(row[name], zone, language) if name in moments and row[name] else row[name]  # type: ignore[arg-type]  # a column that ends in _at holds an instant
            for name in columns
        )
        table.add_row(*("" if cell is None else str(cell) for cell in cells))
    console = plain_console()
    console.print(table)
    console.print(f"{len(rows)} shown")
