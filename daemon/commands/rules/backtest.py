"""`postdesk rules backtest`: what other rules would have made of the mails that came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.progress import track
from rich.table import Table
from rich.text import Text

from daemon.clock import SystemClock
from daemon.configuration import load_desk
from daemon.desk import Desk
from daemon.opening import workers_of
from daemon.options import (
    config_option,
    json_option,
    open_store,
    plain_console,
    policy_option,
    print_json,
    since_option,
)
from daemon.policies import load_policy
from daemon.replaying import Replayed, replayed
from daemon.store.decided import count_since
from rules.backtest import Backtest, Difference, World
from rules.policy import Policy

CHANGES_SHOWN = 40
"""Kinds of change that are counted one by one on a terminal."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A mail that fares otherwise, under the name by which the desk knows it."""

    name: str
    subject: str
    difference: Difference


@dataclass(slots=True)
class Findings:
    """The comparison, the first of the mails that fare otherwise, and how many could not be read any more."""

    test: Backtest
    changed: list[Changed] = field(default_factory=list)
    unread: int = 0


@click.command(name="backtest")
@click.option(
    "--rules",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="The new rules, for the rest of the pack as it is.",
)
@policy_option
@since_option
@click.option("--most", default=200, show_default=True, type=click.IntRange(0, 100_000), help="Mails shown one by one.")
@config_option
@json_option
def command(
    *, rules: Path | None, policy: str | None, since: timedelta, most: int, config: Path, as_json: bool
) -> None:
    """Replay the mails in the store under the desk's rules and under new ones, and show what would have differed.

    The new ones are a rules.yaml (--rules), another pack (--policy), or both; the examples of that pack must hold.

    Each mail is read and decided about anew, in the order of their coming: whether it opens a ticket, joins one or is
    set aside, every field that rules set, and whether it is acknowledged. Mails meet the tickets as that policy made
    them, so a mail that is discarded leaves its replies without one, and an alarm joins the ticket that has its key.
    Nothing is written and nothing is sent.

    Left out are what clocks do between two mails, how busy everybody was, how often a problem had occurred, and limits
    on automatic answers. A ticket opened before the first of these mails is taken as it stands now.

    \b
    Examples:   postdesk rules backtest --rules new.yaml
                postdesk rules backtest --policy ./mine --since 30d --json
    """
    if rules is None and policy is None:
        raise click.UsageError("name the new rules with --rules FILE or --policy PACK")
    desk = load_desk(config)
    new = load_policy(policy or desk.settings.policy, rules)
    found = _compared(desk, new, since, most)
    if as_json:
        print_json(_document(found))
    else:
        _print(plain_console(), found)


def _compared(desk: Desk, new: Policy, since: timedelta, most: int) -> Findings:
    now = SystemClock().now()
    store = open_store(desk.settings)
    practice = desk.practice(now)
    found = Findings(Backtest(World(practice), World(replace(practice, policy=new))))
    with closing(workers_of(desk.settings)) as workers:
        for each in _tracked(replayed(store, workers, desk, now - since), count_since(store, now - since)):
            difference = found.test.take(each.case) if each.case is not None else None
            found.unread += each.case is None
            if each.case is not None and difference is not None and len(found.changed) < most:
                name = each.row.ticket_number or f"mail {each.row.id}"
                found.changed.append(Changed(name, each.case.event.mail.subject, difference))
    return found


def _tracked(mails: Iterator[Replayed], count: int) -> Iterator[Replayed]:
    """The same mails, with a bar on a terminal that shows how far they are."""
    terminal = Console(stderr=True)
    yield from track(
        mails, "replaying", total=count, console=terminal, transient=True, disable=not terminal.is_terminal
    )


def _document(found: Findings) -> dict[str, object]:
    test = found.test
    return {
        "mails": test.mails,
        "different": test.different,
        "unread": found.unread,
        "changes": [
            {"field": field, "old": old, "new": new, "mails": count}
            for (field, old, new), count in test.changes.most_common()
        ],
        "rules": [{"rule": rule, "old": old, "new": new} for rule, old, new in _hits(test)],
        "changed": [
            {
                "mail": each.name,
                "subject": each.subject,
                "fields": {name: {"old": old, "new": new} for name, (old, new) in each.difference.changed.items()},
                "why_old": each.difference.why_old,
                "why_new": each.difference.why_new,
            }
            for each in found.changed
        ],
    }


def _hits(test: Backtest) -> Sequence[tuple[str, int, int]]:
    """How often each rule held on both sides, of those that did not hold equally often."""
    rules = dict.fromkeys((*test.fired_old, *test.fired_new))
    both = ((rule, test.fired_old[rule], test.fired_new[rule]) for rule in rules)
    return [(rule, old, new) for rule, old, new in both if old != new]


def _print(console: Console, found: Findings) -> None:
    test = found.test
    unread = f", {found.unread} could not be read any more" if found.unread else ""
    console.print(Text(f"{test.mails} mails{unread}; {test.different} would have fared otherwise", style="bold"))
    if not test.different:
        return
    counts = Table("what", "old", "new", "mails", box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for (name, old, new), count in test.changes.most_common(CHANGES_SHOWN):
        counts.add_row(name, old, new, str(count))
    rules = Table("rule", "held", "would have", box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for rule, old_hits, new_hits in _hits(test):
        rules.add_row(rule, str(old_hits), str(new_hits))
    for table in (counts, rules):
        if table.row_count:
            console.print(table)
    for each in found.changed:
        _print_mail(console, each)
    if test.different > len(found.changed):
        console.print(f"and {test.different - len(found.changed)} more mails; --most shows more of them")


def _print_mail(console: Console, changed: Changed) -> None:
    console.print(Text(f"\n{changed.name}  {changed.subject}", style="bold"))
    difference = changed.difference
    lines = [f"{name}: {old} → {new}" for name, (old, new) in difference.changed.items()]
    lines += [f"- {why}" for why in difference.why_old] + [f"+ {why}" for why in difference.why_new]
    for line in lines:
        style = {"-": "red", "+": "green"}.get(line[0], "")
        console.print(Padding(Text(line, style=style), (0, 0, 0, 2)))
