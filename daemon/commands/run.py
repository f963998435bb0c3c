"""`postdesk run`: the daemon."""

from __future__ import annotations

import signal
from pathlib import Path

import click

from daemon.clock import FastClock
from daemon.heap import keep_little
from daemon.opening import SYSTEM_CLOCK, opened
from daemon.options import config_option
from daemon.watching.changes import Changes
from daemon.watching.keeper import Keeper
from daemon.watching.notify import to_systemd, watchdog_seconds
from daemon.watching.presence import present
from daemon.watching.reload import Reload
from daemon.watching.server import serving
from daemon.watching.signals import Signals


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
    Changed rules, people, templates and settings are taken in within two seconds, all of them or none; SIGHUP asks for
    it at once. Settings that need a new start are named in the log and by `postdesk health`.

    \b
    Example:    postdesk run --config /etc/postdesk/postdesk.yaml
    """
    keep_little()
    signals = Signals(signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    changes = Changes(config)
    with opened(config, demo_clock or SYSTEM_CLOCK, observing=observe) as office, present(office), serving(office):
        keeper = Keeper(office, to_systemd(), watchdog_seconds(), Reload(office, config, changes), signals)
        office.run(keeper.told_to_stop, keeper.look)
