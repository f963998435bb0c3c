"""`postdesk check`: is everything that the daemon would start with in order?"""

from __future__ import annotations

import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import click

import daemon
import parsers
import rules
from daemon.cli import USAGE
from daemon.configuration import load_desk
from daemon.options import config_option

OURS = (daemon, parsers, rules)


@click.command(name="check")
@config_option
def command(config: Path) -> None:
    """Check settings, people, policy and templates without touching a server or the database.

    Every fault is listed as file:line:column; the exit status is 2 if there is any.

    \b
    Example:    postdesk check --config postdesk.yaml
    """
    foreign = foreign_packages()
    for fault in foreign:
        click.echo(fault, err=True)
    desk = load_desk(config)
    for _, secret in desk.settings.secrets():
        secret.read()
    if foreign:
        sys.exit(USAGE)
    rules_in_force = len(desk.policy.rules)
    click.echo(f"{config}: in order. Policy {desk.policy.id} {desk.policy.digest[:12]} with {rules_in_force} rules.")


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
