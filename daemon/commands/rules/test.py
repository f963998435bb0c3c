"""`postdesk rules test`: what the rules make of mails in files."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

import click
from rich.box import SIMPLE_HEAD
from rich.table import Table

from daemon.clock import SystemClock
from daemon.configuration import load_desk
from daemon.desk import Desk
from daemon.gather import recognised
from daemon.opening import workers_of
from daemon.options import config_option, json_option, plain_console, policy_option, print_json
from daemon.policies import load_policy
from daemon.rereading import MailFile, mails_in, reread
from daemon.workers import NotRead
from parsers.mail import Mail
from rules.decide import decide
from rules.model import Decision, MailArrived

UNREAD = "cannot be read"


@dataclass(frozen=True, slots=True)
class Tested:
    """What would become of one mail, as a program is told; everything but `becomes` is empty for one set aside."""

    mail: str
    subject: str
    becomes: str
    because: str
    category: str = ""
    item: str = ""
    priority: str = ""
    tags: tuple[str, ...] = ()
    wish: str = ""
    assignee: str = ""
    acknowledged: bool = False
    rules: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


@click.command(name="test")
@click.argument(
    "paths", metavar="MAIL…|MBOX|MAILDIR", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True)
)
@policy_option
@config_option
@json_option
def command(paths: Sequence[Path], policy: str | None, config: Path, as_json: bool) -> None:
    """Show what would become of each of these mails, were it a new request, and by which rules.

    Name mails (.eml), mboxes, Maildirs or folders of .eml files. They are read as the daemon reads them, in processes
    with a deadline; nothing is written and nothing is sent. The exit status is 1 if one of them cannot be read.

    \b
    Examples:   postdesk rules test mail.eml
                postdesk rules test --policy ./mine ~/Maildir --json
    """
    desk = load_desk(config)
    if policy is not None:
        desk = replace(desk, policy=load_policy(policy))
    rows = list(_tested(paths, desk, SystemClock().now()))
    if as_json:
        print_json([asdict(row) for row in rows])
    else:
        _print(rows)
    sys.exit(1 if any(row.becomes == UNREAD for row in rows) else 0)


def _tested(paths: Iterable[Path], desk: Desk, now: datetime) -> Iterator[Tested]:
    largest = desk.settings.limits.mail
    files = (file for path in paths for file in mails_in(path, largest))
    with closing(workers_of(desk.settings)) as workers:
        for each in reread(workers, ((file, file.raw) for file in files), desk.settings.triage):
            if isinstance(each.found, NotRead):
                yield Tested(each.of.name, "", UNREAD, each.found.why.strip().splitlines()[-1])
            else:
                mail = recognised(each.found.mail, desk)
                event = _event(mail, each.of, desk, now)
                yield _told(each.of.name, mail, decide(event, desk.practice(event.arrived_at)))


def _event(mail: Mail, file: MailFile, desk: Desk, now: datetime) -> MailArrived:
    """The mail as a new request; it came when it says it was sent, unless that is still to come."""
    return MailArrived(
        mail=mail,
        mailbox=desk.settings.mailboxes[0].name,
        arrived_at=min(mail.date or now, now),
        language=desk.language_for(mail),
        oversize=file.oversize,
    )


def _told(name: str, mail: Mail, decision: Decision) -> Tested:
    ticket, found = decision.ticket, decision.found
    if ticket is None:
        rules = found.fired if found is not None else ()
        return Tested(name, mail.subject, decision.outcome.value, decision.because, rules=rules)
    return Tested(
        mail=name,
        subject=mail.subject,
        becomes=decision.outcome.value,
        because=decision.because,
        category=ticket.category,
        item=found.item or "" if found else "",
        priority=ticket.priority,
        tags=ticket.tags,
        wish=found.assign.words if found and found.assign else "",
        assignee=ticket.assignee or "",
        acknowledged=any(notice.kind == "acknowledgement" for notice in decision.notices),
        rules=found.fired if found else (),
        reasons=found.reasons if found else (),
    )


def _print(rows: Sequence[Tested]) -> None:
    console = plain_console()
    table = Table("mail", "becomes", "by rules", box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(f"{Path(row.mail).name}\n{row.subject}", "\n".join(_outcome(row)), "\n".join(row.rules))
    console.print(table)
    counted = Counter(row.becomes for row in rows)
    console.print(", ".join(f"{count} {name}" for name, count in counted.items()) or "no mails")


def _outcome(row: Tested) -> Iterator[str]:
    if not row.category:
        yield f"{row.becomes}: {row.because}"
        return
    yield row.becomes if row.acknowledged else f"{row.becomes}, not acknowledged"
    yield f"{row.priority} {row.category}{'/' if row.item else ''}{row.item}"
    yield f"to {row.assignee}{f' ({row.wish})' if row.wish else ''}"
    if row.tags:
        yield f"tags {', '.join(row.tags)}"
