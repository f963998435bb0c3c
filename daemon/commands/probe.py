"""`postdesk probe`: do the servers of the settings let us in, and does a mail come through?"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console

from daemon.options import Number, config_option, json_option, print_json
from daemon.settings import Settings, load_settings
from daemon.setup.findings import Finding, failed
from daemon.setup.probe import probed
from daemon.setup.round_trip import round_trip
from daemon.setup.showing import show


@click.command(name="probe")
@config_option
@json_option
@click.option("--round-trip", "sends", is_flag=True, help="Also send a mail to the desk itself and wait for it.")
@click.option(
    "--patience", type=Number(1, 3600), default=60.0, show_default=True, help="Seconds to wait for that mail."
)
def command(config: Path, as_json: bool, sends: bool, patience: float) -> None:
    """Try out the mailboxes and the relay: name, port, TLS, log-in, folder; say what is wrong and what to do.

    Nothing is changed on a server, but for the mail of --round-trip, which never becomes a ticket.
    The exit status is 0 if all is well, 1 if a step went wrong, and 2 if the settings have faults.

    \b
    Example:    postdesk probe --config postdesk.yaml --round-trip
    """
    findings = tried(load_settings(config), patience if sends else None)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        show(findings, Console())
    sys.exit(1 if failed(findings) else 0)


def tried(settings: Settings, patience: float | None) -> Sequence[Finding]:
    """Every step; the mail to the desk itself only when asked for, and all else is well."""
    findings = list(probed(settings))
    if patience is not None and not failed(findings):
        findings.append(round_trip(settings, patience))
    return findings
