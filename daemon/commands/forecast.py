"""`postdesk forecast`: every mail that will go out if nobody acts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from daemon.clock import SystemClock
from daemon.configuration import load_files
from daemon.options import WIDE, Number, config_option, json_option, open_store, plain_console, print_json
from daemon.settings import Settings
from daemon.store import outbox_listing, tickets
from daemon.store.outbox import WAITING
from rules.calendar import at_local, local_text
from rules.forecast import coming
from rules.model import Ticket
from rules.practice import Practice

LONGEST_HOURS = 24 * 366
_SHORT = frozenset({"when", "kind", "ticket"})


@dataclass(frozen=True, slots=True)
class Expected:
    """A mail that will go out; `why` says what makes it go."""

    at: datetime
    to: str
    kind: str
    ticket: str
    subject: str
    why: str


@click.command(name="forecast")
@config_option
@json_option
@click.option("--hours", default=24.0, show_default=True, type=Number(0, LONGEST_HOURS), help="How far to look.")
@click.option("--at", metavar="TIME", help="From when on, by the desk's clocks, like '2026-11-23 09:00'. Default: now.")
@click.option(
    "--limit", default=10_000, show_default=True, type=click.IntRange(1, 1_000_000), help="At most so many tickets."
)
def command(config: Path, as_json: bool, hours: float, at: str | None, limit: int) -> None:
    """List every mail that will go out if nobody acts and no mail comes, and when.

    Each promise is lived through in advance, from the moment on at which the daemon will look at its ticket. Mails that
    wait in the outbox are listed too. Nothing is written and nothing is sent.

    \b
    Examples:   postdesk forecast
                postdesk forecast --hours 8 --at '2026-11-23 09:00'
                postdesk forecast --hours 168 --json
    """
    files = load_files(config)
    settings, now = files.settings, SystemClock().now()
    zone = settings.desk.timezone
    begin = now if at is None else max(now, _instant(at, zone))
    if begin - now > timedelta(hours=LONGEST_HOURS - hours):
        raise click.UsageError(f"{at!r} and {hours:g} hours: nothing is foretold beyond {LONGEST_HOURS} hours from now")
    end = begin + timedelta(hours=hours)
    practice = Practice(files.policy, files.people, zone, now)
    with open_store(settings).read() as c:
        found = tickets.coming(c, end, limit + 1)
        queued = [
            Expected(max(row.next_at, now), row.recipient, row.kind, row.ticket_number or "", "", row.state)
            for row in outbox_listing.listing(c, WAITING, limit)
        ]
    expected = sorted([*queued, *_expected(found[:limit], practice, end)], key=lambda each: (each.at, each.ticket))
    shown = [each for each in expected if begin <= each.at <= end]
    if as_json:
        print_json([asdict(each) for each in shown])
    else:
        _print(shown, settings)
    if len(found) > limit:
        click.echo(f"postdesk: only the {limit} tickets that are due soonest were looked at; see --limit", err=True)


def _instant(text: str, zone: str) -> datetime:
    try:
        told = datetime.fromisoformat(text)
        return told.astimezone(UTC) if told.tzinfo is not None else at_local(told, zone)
    except (ValueError, OverflowError):
        raise click.UsageError(f"{text!r} is no time: write one like '2026-11-23 09:00'") from None


def _expected(found: Sequence[Ticket], practice: Practice, end: datetime) -> Iterator[Expected]:
    terminal = Console(stderr=True)
    bar = track(found, "tickets", console=terminal, transient=True, disable=not terminal.is_terminal)
    for ticket in bar:
        for each in coming(ticket, practice, end):
            notice = each.notice
            yield Expected(each.at, notice.recipient, notice.kind, ticket.number, ticket.subject, "clock")


def _print(expected: Sequence[Expected], settings: Settings) -> None:
    console = plain_console()
    wide = console.width >= WIDE
    table = Table(header_style="bold", pad_edge=False)
    for name in ("when", "to", "kind", "ticket", *(("about",) if wide else ())):
        table.add_column(name, overflow="fold", no_wrap=name in _SHORT)
    for each in expected:
        at = local_text(each.at, settings.desk.timezone, settings.desk.language)
        table.add_row(at, each.to, each.kind, each.ticket, *((each.subject,) if wide else ()))
    console.print(table)
    console.print(f"{len(expected)} mails, if nobody acts")
