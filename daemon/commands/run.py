"""`postdesk run`: the daemon."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import click

from daemon.clock import FastClock
from daemon.opening import SYSTEM_CLOCK, opened
from daemon.options import config_option


@click.command(name="run")
@config_option
@click.option("--observe", is_flag=True, help="Decide everything, send nothing, move nothing.")
@click.option(
    "--demo-clock",
    metavar="BEGAN/ZERO/RATE",
    type=FastClock.parse,
    help="For demonstrations only: a clock that showed BEGAN (ISO 8601) when the machine's monotonic clock stood at "
    "ZERO seconds, and runs RATE times as fast. Every promise is then kept or broken that much sooner.",
)
def command(config: Path, observe: bool, demo_clock: FastClock | None) -> None:
    """Work until told to stop: poll, decide, send.

    With --observe every mail that would have left is kept as `withheld`, and mails stay in the mailbox.
    SIGTERM or Ctrl-C ends it; what is in flight is finished or given back first.

    \b
    Example:    postdesk run --config /etc/postdesk/postdesk.yaml
    """
    stop = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop.set())
    with opened(config, demo_clock or SYSTEM_CLOCK, observing=observe) as office:
        office.run(stop)
