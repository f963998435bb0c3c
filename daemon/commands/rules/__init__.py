"""`postdesk rules`: the workbench of whoever tunes a pack."""

from __future__ import annotations

import click

from daemon.commands.rules import backtest, lint, stats, test


@click.group(name="rules")
def command() -> None:
    """Tune the rules of a pack: test, backtest, lint, stats."""


for each in (test, backtest, lint, stats):
    command.add_command(each.command)
