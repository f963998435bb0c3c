"""`postdesk backup`: the whole desk in one file."""

from __future__ import annotations

from pathlib import Path

import click

from daemon.backup import NotPossible, back_up
from daemon.options import config_option
from daemon.settings import load_settings


@click.command(name="backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@config_option
def command(file: Path, config: Path) -> None:
    """Write the database and the reply key to FILE, whole and consistent, while the daemon goes on working.

    \b
    Example:    postdesk backup /var/backups/postdesk-2026-11-21.tar.gz
    """
    try:
        back_up(load_settings(config), file)
    except NotPossible as why:
        raise click.ClickException(str(why)) from None
    click.echo(f"wrote {file}, {file.stat().st_size} bytes; keep your settings, people and policy beside it")
