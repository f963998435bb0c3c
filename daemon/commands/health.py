"""`postdesk health`: is the desk well, and if not, what is wrong and what helps?"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from daemon.clock import SystemClock
from daemon.options import config_option, json_option, print_json
from daemon.settings import Settings, load_settings
from daemon.store.database import Store
from daemon.store.signs import Sign
from daemon.watching.examine import Examination, examine, policy_on_disk
from daemon.watching.health import Vitals
from rules.calendar import local_text

DEGRADED = 1


@click.command(name="health")
@config_option
@json_option
def command(config: Path, as_json: bool) -> None:
    """Say how the desk is: each fault by name, with what helps against it.

    It works beside a running daemon and without one, and asks no mail server. The exit status is 0 for a desk that is
    well and 1 for one that is not, so that a monitor or a script can ask.

    \b
    Examples:   postdesk health
                postdesk health --json
    """
    settings = load_settings(config)
    now = SystemClock().now()
    with closing(Store(settings.database_url)) as store:
        examined = examine(store, settings, now, policy_on_disk(settings, now))
    if as_json:
        print_json(examined.told())
    else:
        _print(examined, settings)
    sys.exit(DEGRADED if examined.findings else 0)


def _print(examined: Examination, settings: Settings) -> None:
    console = Console()
    if examined.vitals is not None:
        table = Table(show_header=False, box=None, pad_edge=False)
        for name, words in _rows(examined.vitals, settings):
            table.add_row(Text(name, style="dim"), Text(words))
        console.print(table)
        console.print()
    for finding in examined.findings:
        console.print(Text(finding.trouble.value, style="bold red") + Text(f": {finding.words}", style="default"))
        console.print(Text(f"    {finding.remedy}", style="default"))
    if not examined.findings:
        console.print(Text("all is well", style="green"))


def _rows(vitals: Vitals, settings: Settings) -> Iterator[tuple[str, str]]:
    def moment(at: datetime | None) -> str:
        return local_text(at, settings.desk.timezone, settings.desk.language) if at else "never"

    for name, at in vitals.polls.items():
        yield f"mailbox {name} answered", moment(at)
    yield "mails", _counted(vitals.counts.inbox)
    yield "outbox", _counted(vitals.counts.outbox)
    yield "tickets", _counted(vitals.counts.tickets)
    policy, back = vitals.signs.get(Sign.POLICY), vitals.signs.get(Sign.HEARTBEAT_BACK)
    if policy is not None:
        yield "policy in force", f"{policy.detail[:12]} since {moment(policy.at)}"
    if back is not None:
        yield "heartbeat", f"came back after {back.detail} s at {moment(back.at)}"
    if vitals.disk_free is not None:
        yield "disk", f"{vitals.disk_free // 2**20} MiB free"


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {state}" for state, count in sorted(counts.items())) or "none"
