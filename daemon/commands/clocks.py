"""`postdesk clocks`: what was promised about a ticket, and where each promise stands."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

import click
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from daemon.cli import NOT_FOUND
from daemon.clock import SystemClock
from daemon.configuration import load_files
from daemon.options import WIDE, config_option, json_option, open_store, plain_console, print_json
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


_Row = tuple[Text, str, str, str, str, str, str]
_COLUMNS = ("clock", "stands", "target", "used", "due", "next", "why")


def _print(found: Iterable[Account], settings: Settings, head: str) -> None:
    """A table; where it would leave too little room for a moment, a few lines for each clock."""
    console = plain_console()
    console.print(Text(head, style="bold"))
    shown = _as_table if console.width >= WIDE else _as_lines
    for each in shown((_stand(each), *_told(each, settings)) for each in found):
        console.print(each)


def _as_table(rows: Iterable[_Row]) -> Iterator[RenderableType]:
    table = Table(*(Column(name, overflow="fold") for name in _COLUMNS), header_style="bold", pad_edge=False)
    for stand, title, *others in rows:
        table.add_row(title, stand, *others)
    yield table


def _as_lines(rows: Iterable[_Row]) -> Iterator[RenderableType]:
    for stand, title, *cells, why in rows:
        known = ", ".join(f"{name} {cell}" for name, cell in zip(_COLUMNS[2:-1], cells, strict=True) if cell)
        yield Text.assemble((title, "bold"), "  ", stand)
        yield Padding(Text("\n".join(filter(None, (known, why)))), (0, 0, 0, 2))


def _stand(each: Account) -> Text:
    return Text(each.stand.value, style=_COLOURS.get(each.stand, "dim"))


def _told(each: Account, settings: Settings) -> tuple[str, str, str, str, str, str]:
    """What is known of a clock, beside where it stands: title, target, used, due, next, why."""

    def moment(at: datetime | None) -> str:
        return local_text(at, settings.desk.timezone, settings.desk.language) if at else ""

    used = duration_text(each.consumed // MINUTE * MINUTE) if each.since else ""
    following = f"{_level(each.next_level)} {moment(each.next_at)}" if each.next_level is not None else ""
    why = f"{each.why} at {moment(each.met_at)}" if each.met_at else each.why
    return each.title, f"{each.target} {each.calendar}".strip(), used, moment(each.due_at), following, why


def _level(level: int) -> str:
    if level == DUE:
        return "due"
    return "warning" if level < DUE else f"level {level}"
