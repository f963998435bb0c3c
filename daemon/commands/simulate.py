"""`postdesk simulate`: a recorded mailbox lived through again under a policy, and what would have been promised."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from daemon import log
from daemon.configuration import load_desk
from daemon.desk import Desk
from daemon.options import Number, config_option, json_option, plain_console, policy_option, print_json
from daemon.policies import load_policy
from daemon.rehearsal import Recorded, recorded, rehearsed
from daemon.rereading import MailFile, mails_in
from daemon.retelling import Retold, Story, retold
from daemon.settings import Settings
from rules.calendar import local_text
from rules.clocks import Standing

MOST_MAILS, MOST_OCTETS = 20_000, 2**30
LINE_CHARS = 90
"""So much of a mail is shown."""
ARROWS = {"in": "→", "out": "←", "note": "·", "change": " "}


@click.command(name="simulate")
@click.option(
    "--mails",
    "source",
    required=True,
    metavar="PATH",
    type=click.Path(path_type=Path, exists=True),
    help="A folder of .eml files, an mbox or a Maildir.",
)
@click.option("--days", default=30.0, show_default=True, type=Number(0, 3660), help="How long to go on.")
@policy_option
@config_option
@json_option
def command(source: Path, days: float, policy: str | None, config: Path, as_json: bool) -> None:
    """Let the desk live through a recorded mailbox, from its first mail on, and show what it would have written.

    Each mail comes when its topmost Received field, else its Date, says; clocks run as they would have, and nobody at
    the desk acts but by mails in the recording. It happens in a store of its own: nothing is sent, and the desk's own
    database is not touched. Printed are the correspondence of each ticket and the promises kept and broken.

    \b
    Examples:   postdesk simulate --mails ~/Maildir --days 30
                postdesk simulate --policy ./mine --mails support.mbox --days 90 --json
    """
    desk = load_desk(config)
    if policy is not None:
        desk = replace(desk, policy=load_policy(policy))
    log.configure(desk.settings.log.format, "error")
    mails, undated = _recording(source, desk)
    if undated:
        every = len(mails) + len(undated)
        click.echo(f"postdesk: {len(undated)} of {every} mails are left out: they do not tell when they came", err=True)
    if not mails:
        raise click.ClickException(f"there are no mails in {source}")
    end = _end(mails[0], days)
    later = [mail.file.name for mail in mails if mail.at > end]
    if later:
        first = local_text(mails[0].at, desk.settings.desk.timezone, desk.settings.desk.language)
        told = f"they came more than {days:g} days after the first, {mails[0].file.name} of {first}: see --days"
        click.echo(f"postdesk: {len(later)} of {len(mails)} mails are left out: {told}", err=True)
    with _progress(mails[0].at, end) as tell, rehearsed(desk, mails, end, tell) as store:
        life = retold(store, desk.policy)
    if as_json:
        print_json(_told(life, mails, undated) | {"later": later})
    else:
        _print(life, mails, desk.settings)


def _recording(source: Path, desk: Desk) -> tuple[Sequence[Recorded], Sequence[str]]:
    files: list[MailFile] = []
    octets = 0
    for file in mails_in(source, desk.settings.limits.mail):
        octets += len(file.raw)
        if len(files) == MOST_MAILS or octets > MOST_OCTETS:
            most = f"{MOST_MAILS} mails or {MOST_OCTETS // 2**20} MiB"
            raise click.ClickException(f"{source} has more than {most}: simulate a part of it")
        files.append(file)
    return recorded(files)


def _end(first: Recorded, days: float) -> datetime:
    try:
        return first.at + timedelta(days=days)
    except OverflowError:
        raise click.ClickException(f"{first.file.name} tells that it came in the year {first.at.year}") from None


@contextmanager
def _progress(begin: datetime, end: datetime) -> Iterator[Callable[[datetime], None]]:
    """A bar for whoever watches, of how far the desk has lived."""
    terminal = Console(stderr=True)
    with Progress(console=terminal, transient=True, disable=not terminal.is_terminal) as bar:
        task = bar.add_task("days", total=(end - begin).total_seconds())
        yield lambda at: bar.update(task, completed=(at - begin).total_seconds())


def _told(life: Retold, mails: Sequence[Recorded], undated: Sequence[str]) -> dict[str, object]:
    stories = [
        {"ticket": asdict(story.ticket), "lines": [asdict(line) for line in story.lines]} for story in life.stories
    ]
    aside = [{"mail": mails[each.uid - 1].file.name} | asdict(each) for each in life.aside]
    promises = [asdict(each) for each in life.promises]
    return {"stories": stories, "aside": aside, "undated": undated, "promises": promises, "counted": life.counted}


def _print(life: Retold, mails: Sequence[Recorded], settings: Settings) -> None:
    console = plain_console()

    def moment(at: datetime | None) -> str:
        return local_text(at, settings.desk.timezone, settings.desk.language) if at else ""

    for story in life.stories:
        _print_story(console, story, moment)
    if life.aside:
        console.print(Rule(f"{len(life.aside)} mails that belong to no ticket", align="left"))
        for each in life.aside:
            name = mails[each.uid - 1].file.name
            console.print(Text(f"{moment(each.at)}  {name}: {each.becomes} {each.because}"), soft_wrap=True)
    console.print(Rule("promises", align="left"))
    table = Table("clock", *(each.value for each in Standing), header_style="bold", pad_edge=False)
    for clock, counts in life.counted.items():
        table.add_row(clock, *(str(counts[each.value]) for each in Standing))
    console.print(table)
    for broken in (each for each in life.promises if each.standing is Standing.BROKEN):
        kept = f"kept {moment(broken.met_at)}" if broken.met_at else "not kept"
        console.print(Text(f"{broken.ticket} {broken.clock}: due {moment(broken.due_at)}, {kept}", style="red"))
    console.print(f"{len(life.stories)} tickets, {len(life.promises)} promises")


def _print_story(console: Console, story: Story, moment: Callable[[datetime], str]) -> None:
    ticket = story.ticket
    console.print(
        Rule(Text(f"{ticket.number}  {ticket.priority}  {ticket.status.value}  {ticket.subject}"), align="left")
    )
    for line in story.lines:
        words = " ".join(line.what.split())
        shown = words if len(words) <= LINE_CHARS else f"{words[:LINE_CHARS]}…"
        style = {"out": "cyan", "note": "yellow", "change": "dim"}.get(line.way, "")
        console.print(Text(f"{moment(line.at)} {ARROWS[line.way]} {line.who}: {shown}", style=style), soft_wrap=True)
    console.print()
