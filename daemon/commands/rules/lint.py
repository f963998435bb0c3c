"""`postdesk rules lint`: what is odd about a pack though it can be loaded."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

import click

from daemon.clock import SystemClock
from daemon.configuration import load_files
from daemon.options import json_option, open_store, print_json, since_option, spare_config_option
from daemon.policies import Odd, lint_days, lint_policy
from daemon.settings import Settings
from daemon.store.database import Store
from daemon.store.decided import tally
from rules.lint import Weight


@click.command(name="lint")
@click.argument("pack", required=False)
@since_option
@click.option("--strict", is_flag=True, help="Advice counts for the exit status as well.")
@spare_config_option
@json_option
def command(*, pack: str | None, since: timedelta, strict: bool, config: Path, as_json: bool) -> None:
    """Look for rules that do nothing, conditions that cannot hold and promises that cannot be kept.

    With PACK (a name or a folder) that pack is looked at by itself, and no settings are needed. Without it, the desk's
    own is: with its people (roles that nobody holds) and its mails (rules that held for none of them).

    What cannot be meant so is `wrong`, and the exit status is then 1; what somebody should have thought about is
    `advice`. A pack that cannot be loaded has faults, which are listed, and the exit status is 2.

    \b
    Examples:   postdesk rules lint ./mine
                postdesk rules lint --since 180d --strict
    """
    now = SystemClock().now()
    if pack is None:
        files = load_files(config)
        pack = files.settings.policy
        odd = lint_policy(pack, files.people, _hits(files.settings, now - since))
    else:
        odd = lint_policy(pack)
    odd = (*odd, *(Odd(fault, Weight.ADVICE) for fault in lint_days(pack, now.date())))
    if as_json:
        print_json([asdict(each.fault) | {"weight": each.weight} for each in odd])
    else:
        _print(odd)
    sys.exit(1 if any(strict or each.weight is Weight.WRONG for each in odd) else 0)


def _hits(settings: Settings, since: datetime) -> Mapping[str, int] | None:
    """How often each rule held for the mails that came since; None where no mail tells anything yet."""
    file = Store(settings.database_url).file
    if file is not None and not file.exists():
        return None
    told = tally(open_store(settings), since)
    return {rule: fired.hits for rule, fired in told.rules.items()} if told.mails else None


def _print(odd: Sequence[Odd]) -> None:
    for each in odd:
        click.echo(f"{each.fault.file}:{each.fault.line}:{each.fault.column}: {each.weight}: {each.fault.message}")
    counted = Counter(each.weight for each in odd)
    click.echo(f"{counted[Weight.WRONG]} wrong, {counted[Weight.ADVICE]} advice" if odd else "nothing is odd")
