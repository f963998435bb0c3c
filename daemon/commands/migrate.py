"""`postdesk migrate`: bring the database to this program's schema."""

from __future__ import annotations

from pathlib import Path

import click

from daemon.options import config_option, open_any_store
from daemon.settings import load_settings
from daemon.store.lock import held
from daemon.store.migrate import migrate


@click.command(name="migrate")
@config_option
def command(config: Path) -> None:
    """Bring the database to the schema of this version. A SQLite file is copied first.

    \b
    Example:    postdesk migrate --config postdesk.yaml
    """
    store = open_any_store(load_settings(config))
    with held(store):
        applied = migrate(store)
    click.echo(f"applied {', '.join(applied)}" if applied else "the database is up to date")
