"""`postdesk clocks`: what was promised about a ticket, and where each promise stands."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from daemon.cli import NOT_FOUND
from daemon.clock import SystemClock
from daemon.configuration import load_files
from daemon.options import config_option, json_option, open_store, plain_console, print_json
from daemon.settings import Settings
from daemon.store import tickets
from parsers.references import numbers_in
from rules.account import Account, Stand, accounts
from rules.calendar import local_text
from rules.practice import Practice
from rules.timetable import DUE
from rules.vocabulary import duration_text

_COLOURS = {Stand.KEPT: "green", Stand.BROKEN: "red", Stand.PAUSED: "yellow", Stand.RUNNING: "default"}
MINUTE = timedelta(minutes=1)


@click.command(name="clocks")
@click.argument("number")
@config_option
@json_option
def command(number: str, config: Path, as_json: bool) -> None:
    """Show every promise about a ticket: its target, what of it is used up, when it is due, kept or broken, and why.

    Lengths are in the time that the clock's calendar counts. The policy is that of the files as they are now.

    \b
    Example:    postdesk clocks TS-20261121-001
    """
    files = load_files(config)
    settings, now = files.settings, SystemClock().now()
    number = next(iter(numbers_in(number)), number.upper())
    with open_store(settings).read() as c:
        ticket = tickets.load(c, number)
    if ticket is None:
        click.echo(f"postdesk: there is no ticket {number}; `postdesk list --all` shows those there are", err=True)
        sys.exit(NOT_FOUND)
    practice = Practice(files.policy, files.people, settings.desk.timezone, now)
    found = list(accounts(ticket, practice, settings.desk.language))
    if as_json:
        rows = [asdict(each) | {"consumed": each.consumed.total_seconds()} for each in found]
        print_json({"ticket": number, "at": now, "priority": ticket.priority, "clocks": rows})
    else:
        _print(found, settings, f"{number}  {ticket.priority}  {ticket.status.value}  {ticket.subject}")


def _print(found: Iterable[Account], settings: Settings, head: str) -> None:
    def moment(at: datetime | None) -> str:
        return local_text(at, settings.desk.timezone, settings.desk.language) if at else ""

    table = Table("clock", "stands", "target", "used", "due", "next", "why", header_style="bold", pad_edge=False)
    for each in found:
        target = f"{each.target} {each.calendar}".strip()
        used = duration_text(each.consumed // MINUTE * MINUTE) if each.since else ""
        following = f"{_level(each.next_level)} {moment(each.next_at)}" if each.next_level is not None else ""
        stand = Text(each.stand.value, style=_COLOURS.get(each.stand, "dim"))
        met = f"{each.why} at {moment(each.met_at)}" if each.met_at else each.why
        table.add_row(each.title, stand, target, used, moment(each.due_at), following, met)
    console = plain_console()
    console.print(Text(head, style="bold"))
    console.print(table)


def _level(level: int) -> str:
    if level == DUE:
        return "due"
    return "warning" if level < DUE else f"level {level}"
