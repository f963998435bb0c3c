"""`postdesk rules stats`: how often each rule held for the mails that came."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

import click
from rich.box import SIMPLE_HEAD
from rich.table import Table

from daemon.clock import SystemClock
from daemon.options import config_option, json_option, open_store, plain_console, print_json, since_option
from daemon.policies import load_policy
from daemon.settings import Settings, load_settings
from daemon.store.decided import Tally, tally
from rules.calendar import local_text
from rules.policy import Policy

BAR = 20
"""Characters of the longest bar."""


@dataclass(frozen=True, slots=True)
class Line:
    """What is told of one rule. `in_pack` is False for one that is gone from the pack since it held."""

    rule: str
    reference: str
    hits: int
    share: float
    last_at: datetime | None
    in_pack: bool


@click.command(name="stats")
@since_option
@config_option
@json_option
def command(since: timedelta, config: Path, as_json: bool) -> None:
    """Show how often each rule of the desk's pack held for the mails that came lately, in the order of the rules.

    Counted is what was recorded when each mail was decided about, under whichever version of the pack was in force.

    \b
    Example:    postdesk rules stats --since 30d
    """
    settings = load_settings(config)
    told = tally(open_store(settings), SystemClock().now() - since)
    lines = list(_lines(load_policy(settings.policy), told))
    if as_json:
        print_json({"mails": told.mails, "rules": [asdict(line) for line in lines]})
    else:
        _print(lines, told.mails, settings)


def _lines(policy: Policy, told: Tally) -> Iterator[Line]:
    references = {rule.id: ", ".join(rule.reference) for rule in policy.rules}
    gone = sorted(told.rules.keys() - references.keys())
    for rule in (*references, *gone):
        fired = told.rules.get(rule)
        hits = fired.hits if fired else 0
        share = hits / told.mails if told.mails else 0.0
        yield Line(
            rule, references.get(rule, ""), hits, round(share, 4), fired.last_at if fired else None, rule in references
        )


def _print(lines: list[Line], mails: int, settings: Settings) -> None:
    console = plain_console()
    table = Table("rule", "hits", "", "last", box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    table.columns[1].justify = "right"
    for line in lines:
        bar = "█" * round(BAR * line.share) or ("▏" if line.hits else "")
        last = local_text(line.last_at, settings.desk.timezone, settings.desk.language) if line.last_at else "never"
        name = f"{line.rule} ({line.reference})" if line.reference else line.rule
        table.add_row(name if line.in_pack else f"{name}, no longer in the pack", str(line.hits), bar, last)
    console.print(table)
    console.print(f"{mails} mails; a full bar would be a rule that held for each of them")
