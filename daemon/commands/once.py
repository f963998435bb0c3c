"""`postdesk once`: one turn of each stage."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from daemon.office import Unreachable
from daemon.opening import opened
from daemon.options import config_option
from daemon.ports import LoginRefused, MailboxDown, MailboxError

TRY_LATER = 75


@click.command(name="once")
@config_option
@click.option("--observe", is_flag=True, help="Decide everything, send nothing, move nothing.")
def command(config: Path, observe: bool) -> None:
    """Poll, decide and send once, then end: for trying settings, or for cron.

    \b
    Example:    postdesk once --config postdesk.yaml
    """
    with opened(config, observing=observe) as office:
        try:
            office.once()
        except LoginRefused as refused:
            raise click.ClickException(f"{refused}; check username and password") from None
        except MailboxError as refused:
            raise click.ClickException(f"{refused}; check the folders of this mailbox") from None
        except (MailboxDown, Unreachable) as down:
            click.echo(f"postdesk: {down}; what was received is kept, run it again later", err=True)
            sys.exit(TRY_LATER)
