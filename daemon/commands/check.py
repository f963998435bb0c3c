"""`postdesk check`: is everything that the daemon would start with in order?"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import click

import daemon
import parsers
import rules
from daemon.cli import USAGE
from daemon.clock import SystemClock
from daemon.configuration import load_files
from daemon.options import config_option
from daemon.policies import lint_days
from daemon.secrets import SecretUnreadable
from daemon.settings import Settings
from rules.calendar import local_date

OURS = (daemon, parsers, rules)


@click.command(name="check")
@config_option
def command(config: Path) -> None:
    """Check settings, people, policy and templates without touching a server or the database.

    Every fault is listed as file:line:column; the exit status is 2 if there is any. What is only to be thought of, like
    a year whose make-up working days are not known yet, is listed as a warning.

    \b
    Example:    postdesk check --config postdesk.yaml
    """
    foreign = foreign_packages()
    for fault in foreign:
        click.echo(fault, err=True)
    files = load_files(config)
    unreadable = list(_unreadable(files.settings))
    for fault in unreadable:
        click.echo(f"postdesk: {fault}", err=True)
    if foreign or unreadable:
        sys.exit(USAGE)
    policy, settings = files.policy, files.settings
    today = local_date(SystemClock().now(), settings.desk.timezone)
    for warning in lint_days(settings.policy, today):
        click.echo(f"warning: {warning}", err=True)
    click.echo(f"{config}: in order. Policy {policy.id} {policy.digest[:12]} with {len(policy.rules)} rules.")


def _unreadable(settings: Settings) -> Iterator[str]:
    """What hinders the reading of each secret that cannot be had."""
    for key, secret in settings.secrets():
        try:
            secret.read()
        except SecretUnreadable as why:
            yield f"{key}: {why}"


def foreign_packages() -> list[str]:
    """What stands in our way: another distribution may bring a package `daemon`, `parsers` or `rules` of its own."""
    owners = packages_distributions()
    homes = {Path(str(each.__file__)).parent.parent for each in OURS}
    faults = [
        f"the package {each.__name__!r} belongs to {', '.join(sorted(strangers))} too: install postdesk in an "
        "environment of its own (pipx does that)"
        for each in OURS
        if (strangers := {owner.lower() for owner in owners.get(each.__name__, ())} - {"postdesk"})
    ]
    if len(homes) > 1:
        faults.append("the packages daemon, parsers and rules come from different places: reinstall postdesk")
    return faults
