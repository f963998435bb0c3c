"""`postdesk rules`: the workbench of whoever tunes a pack."""

from __future__ import annotations

import click

from daemon.commands.rules import lint, stats, test


@click.group(name="rules")
def command() -> None:
    """Tune the rules of a pack: test, lint, stats."""


for each in (test, lint, stats):
    command.add_command(each.command)
