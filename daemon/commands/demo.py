"""`postdesk demo`: a whole desk at work for half a minute, without a mail server, an account or root."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from daemon.clock import FastClock, SystemClock
from daemon.options import json_option, print_json
from daemon.policies import load_policy

if TYPE_CHECKING:
    from rich.console import Console

    from daemon.demo.report import Report
    from daemon.demo.showing import Showing
    from rules.policy import Policy

DEFAULT_FOLDER = Path("postdesk-demo")
NEEDED = ("aiosmtpd", "pymap")
MISSED_SHOWN = 8


@click.command(name="demo")
@click.option("--pack", default="basic", show_default=True, help="The policy pack to show.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="A folder to make, or an empty one. Default: postdesk-demo, or postdesk-demo-2 and so on if it is there.",
)
@json_option
def command(pack: str, out: Path | None, as_json: bool) -> None:
    """Watch a desk at work: customers write, the real daemon answers, engineers reply.

    Mailboxes and mail servers live in memory on loopback; nothing leaves this machine and nothing stays running. Time
    is accelerated: a second is ten minutes. The exit status is 1 if anything that should have happened did not.

    \b
    Example:    postdesk demo --out /tmp/demo
    """
    if missing := [each for each in NEEDED if find_spec(each) is None]:
        raise click.ClickException(f"the demo needs {' and '.join(missing)}: pip install 'postdesk[demo]'")
    from daemon.demo.live import Live, console
    from daemon.demo.premises import Premises
    from daemon.demo.showing import RATE, Showing, opening_time

    policy = load_policy(pack)
    terminal = console(stderr=as_json)
    system = SystemClock()
    began = system.monotonic()
    premises = Premises(_folder(out))
    showing = Showing(premises, FastClock.starting(opening_time(system.now()), RATE), Live(terminal, RATE))
    terminal.print(f"Postdesk at work with the pack “{pack}”, in {premises.folder}")
    terminal.print(f"Time is accelerated: one second is {RATE / 60:.0f} minutes.\n")
    told = _performed(showing, policy, pack)
    seconds = system.monotonic() - began
    if as_json:
        from daemon.demo.document import document

        print_json(document(showing, told, seconds))
    elif told is not None and told.tickets:
        _tell(terminal, showing, told, policy, seconds)
    if showing.missed:
        _lament(showing)
        sys.exit(1)


def _lament(showing: Showing) -> None:
    """What did not happen, on standard error; one broken thing makes many stories stop, so the first are enough."""
    for each in showing.missed[:MISSED_SHOWN]:
        click.echo(f"postdesk: did not happen: {each}", err=True)
    if len(showing.missed) > MISSED_SHOWN:
        click.echo(f"postdesk: and {len(showing.missed) - MISSED_SHOWN} more", err=True)
    click.echo(f"postdesk: the demo failed; see {showing.premises.log}", err=True)


def _folder(out: Path | None) -> Path:
    """A folder that holds nothing yet."""
    if out is None:
        names = (DEFAULT_FOLDER, *(Path(f"{DEFAULT_FOLDER}-{number}") for number in range(2, 1000)))
        return next(each for each in names if not each.exists()).absolute()
    if out.exists() and any(out.iterdir()):
        raise click.UsageError(f"{out} is not empty: name a folder that is, or one to be made")
    return out.absolute()


def _performed(showing: Showing, policy: Policy, pack: str) -> Report | None:
    """Run it, and write what is left of it into the folder."""
    from daemon.demo.mailroom import Missed
    from daemon.demo.page import page
    from daemon.demo.report import report, save

    try:
        with showing.live.running():
            store = showing.perform(policy, pack)
    except Missed as missed:
        showing.missed.append(str(missed))
        return None
    told = report(store)
    store.close()
    save(told, showing.premises.sent, showing.premises.received)
    showing.premises.page.write_text(page(told, policy), encoding="utf-8")
    return told


def _tell(terminal: Console, showing: Showing, told: Report, policy: Policy, seconds: float) -> None:
    from daemon.demo.report import opened_by
    from daemon.demo.tables import print_files, print_report

    terminal.print()
    print_report(terminal, told, policy)
    closed = [line for line in told.tickets if line.ticket.closed_at] or told.tickets
    fullest = max(closed, key=lambda line: sum(mail.ticket == line.ticket.number for mail in told.outgoing))
    number, config = fullest.ticket.number, showing.premises.config
    terminal.rule(f"the story of {number}, as `postdesk show` tells it", align="left")
    terminal.print(_said(("show", number), config, terminal), soft_wrap=True, markup=False)
    terminal.rule(f"why {number} is {fullest.ticket.priority}, as `postdesk explain` tells it", align="left")
    mail = str(showing.premises.received / opened_by(told, number))
    terminal.print(_said(("explain", mail), config, terminal), soft_wrap=True, markup=False)
    print_files(terminal, showing.premises.folder, showing.premises.page, seconds)


def _said(words: Sequence[str], config: Path, terminal: Console) -> str:
    """What a command of ours prints."""
    command = [sys.executable, "-m", "daemon", *words, "--config", str(config)]
    place = os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
    wide = {"COLUMNS": str(terminal.width), "PYTHONPATH": place}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **wide})  # noqa: S603 - our own program with words of ours
    return done.stdout if done.returncode == 0 else done.stderr
