"""`postdesk run`: the daemon."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import click

from daemon.opening import opened
from daemon.options import config_option


@click.command(name="run")
@config_option
@click.option("--observe", is_flag=True, help="Decide everything, send nothing, move nothing.")
def command(config: Path, observe: bool) -> None:
    """Work until told to stop: poll, decide, send.

    With --observe every mail that would have left is kept as `withheld`, and mails stay in the mailbox.
    SIGTERM or Ctrl-C ends it; what is in flight is finished or given back first.

    \b
    Example:    postdesk run --config /etc/postdesk/postdesk.yaml
    """
    stop = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop.set())
    with opened(config, observing=observe) as office:
        office.run(stop)
