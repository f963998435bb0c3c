"""`postdesk run`: the daemon."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import click

from daemon.commands.options import config_option
from daemon.opening import opened


@click.command(name="run")
@config_option
def command(config: Path) -> None:
    """Work until told to stop: poll, decide, send.

    SIGTERM or Ctrl-C ends it; what is in flight is finished or given back first.

    \b
    Example:    postdesk run --config /etc/postdesk/postdesk.yaml
    """
    stop = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop.set())
    with opened(config) as office:
        office.run(stop)
