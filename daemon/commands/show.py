"""`postdesk show`: one ticket with its thread, its journal and the reasons."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from daemon.cli import NOT_FOUND
from daemon.options import config_option, json_option, open_store, plain_console, print_json
from daemon.settings import load_settings
from daemon.store import outbox, tickets
from daemon.store.tickets import Origin, Queued
from parsers.references import numbers_in
from rules.calendar import local_text
from rules.facts import Fact
from rules.model import Change, Entry, InternalNote, PublicMessage, Remark, Ticket


@click.command(name="show")
@click.argument("number")
@config_option
@json_option
def command(number: str, config: Path, as_json: bool) -> None:
    """Show a ticket: where it stands, what was said, what was decided and why, what was sent.

    \b
    Example:    postdesk show TS-20261121-001
    """
    settings = load_settings(config)
    number = next(iter(numbers_in(number)), number.upper())
    with open_store(settings).read() as c:
        ticket = tickets.load(c, number)
        journal = tickets.read_journal(c, number)
        sent = [dict(row._mapping) for row in outbox.of_ticket(c, number)]
    if ticket is None:
        click.echo(f"postdesk: there is no ticket {number}; `postdesk list --all` shows those there are", err=True)
        sys.exit(NOT_FOUND)
    if as_json:
        lines = [asdict(origin) | {"kind": type(entry).__name__} | asdict(entry) for origin, entry in journal]
        print_json({"ticket": asdict(ticket), "journal": lines, "outbox": sent})
        return
    console = plain_console()
    zone, language = settings.desk.timezone, settings.desk.language
    _print_ticket(console, ticket, zone, language)
    for origin, entry in journal:
        _print_entry(console, origin, entry, local_text(origin.at, zone, language))
    _print_outbox(console, sent, zone, language)


def _print_ticket(console: Console, ticket: Ticket, zone: str, language: str) -> None:
    table = Table(show_header=False, box=None, pad_edge=False)
    rows = {
        "ticket": ticket.number,
        "subject": ticket.subject,
        "status": ticket.status.value,
        "category": f"{ticket.category} / {ticket.item}" if ticket.item else ticket.category,
        "priority": ticket.priority,
        "requester": f"{ticket.requester_name} <{ticket.requester}>".strip(),
        "assignee": ticket.assignee or "nobody",
        "helper": ticket.helper or "",
        "watchers": ", ".join(ticket.watchers),
        "tags": ", ".join(ticket.tags),
        "key": ticket.correlation or "",
        "opened": local_text(ticket.opened_at, zone, language),
        "closed": local_text(ticket.closed_at, zone, language) if ticket.closed_at else "",
        "promised": f"{local_text(ticket.promised_at, zone, language)} {ticket.promised_why}".strip()
        if ticket.promised_at
        else "",
    }
    for name, value in rows.items():
        if value:
            table.add_row(Text(name, style="dim"), Text(value))
    console.print(table)
    console.print()


def _print_entry(console: Console, origin: Origin, entry: Entry | Queued, at: str) -> None:
    console.print(Text(f"{at}  ", style="dim") + _headline(origin, entry))
    if isinstance(entry, PublicMessage | InternalNote) and entry.text:
        for line in entry.text.splitlines():
            console.print(Text(f"    {line}"))


def _headline(origin: Origin, entry: Entry | Queued) -> Text:
    how = f"  ({origin.match}, {origin.trust})" if origin.match else ""
    match entry:
        case PublicMessage():
            return Text(f"{entry.author} wrote{how}{_files(entry.attachments)}", style="bold")
        case InternalNote():
            return Text(f"{entry.author} wrote, for the desk only{how}{_files(entry.attachments)}", style="yellow")
        case Change():
            was = f"{entry.old} → " if entry.old else ""
            return Text(f"{entry.field}: {was}{entry.new}   because {entry.because}")
        case Remark():
            return Text(f"{entry.what}: {entry.detail}" if entry.detail else entry.what)
        case Fact():
            said = f"   from {entry.field}: '{entry.words}'" if entry.words else f"   from {entry.field}"
            return Text(f"{entry.name} is {entry.value}{said}")
        case Queued():
            return Text(f"mail {entry.notice} to {entry.recipient}", style="cyan")


def _files(attachments: Sequence[str]) -> str:
    return f", {len(attachments)} attached" if attachments else ""


def _print_outbox(console: Console, sent: Sequence[dict[str, object]], zone: str, language: str) -> None:
    if not sent:
        return
    table = Table(title="mails", title_justify="left", header_style="bold", pad_edge=False)
    for column in ("kind", "recipient", "state", "attempts", "sent", "last code"):
        table.add_column(column, overflow="fold")
    for row in sent:
        at = local_text(row["sent_at"], zone, language) if row["sent_at"] else ""  # type: ignore[arg-type]  # a column that ends in _at holds an instant
        cells = (row["kind"], row["recipient"], row["state"], row["attempts"], at, row["last_code"] or "")
        table.add_row(*(str(cell) for cell in cells))
    console.print()
    console.print(table)
