"""`postdesk restore`: a backup in the place of the desk."""

from __future__ import annotations

from pathlib import Path

import click

from daemon.backup import NotPossible, restore
from daemon.options import config_option
from daemon.settings import load_settings


@click.command(name="restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@config_option
def command(file: Path, config: Path) -> None:
    """Put a backup in the place of the database and the reply key. The daemon must be stopped.

    The present database is kept aside. What the backup still had to send is withheld, because it may have been sent
    since; look at it with `postdesk outbox list --state withheld`. Then take in what came since the backup:
    `postdesk rescan --since DAY --no-ack`.

    \b
    Example:    postdesk restore /var/backups/postdesk-2026-11-21.tar.gz
    """
    try:
        aside = restore(load_settings(config), file)
    except NotPossible as why:
        raise click.ClickException(str(why)) from None
    if aside is not None:
        click.echo(f"the database that was here is now {aside}")
    click.echo("restored; now: postdesk rescan --since DAY-OF-THE-BACKUP --no-ack")
