"""`postdesk deliver`: a mail from standard input, for the pipe of a mail server."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from daemon.cli import TRY_LATER
from daemon.clock import SystemClock
from daemon.hand_in import hand_in
from daemon.options import config_option, open_store
from daemon.settings import load_settings
from daemon.store.database import StoreError

DOOR = "pipe"


@click.command(name="deliver")
@config_option
def command(config: Path) -> None:
    """Take one mail from standard input and keep it; the daemon reads it within seconds.

    The exit status is 0 once it is on the disk, and 75 when it could not be kept, so that the mail server tries again.

    \b
    Example:    postdesk deliver --config /etc/postdesk/postdesk.yaml < mail.eml
    Postfix:    support: "|/usr/bin/postdesk deliver"
    """
    try:
        settings = load_settings(config)
        raw = sys.stdin.buffer.read()
        if not raw.strip():
            raise click.UsageError("there is no mail on standard input")
        hand_in(open_store(settings), DOOR, raw, settings.limits.mail, SystemClock().now())
    except StoreError as error:
        click.echo(f"postdesk: the mail could not be kept: {error.orig}", err=True)
        sys.exit(TRY_LATER)
