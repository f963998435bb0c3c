"""`postdesk explain`: what would become of a mail, and why, with nothing written and nothing sent."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from daemon.clock import SystemClock
from daemon.configuration import load_desk
from daemon.desk import Desk
from daemon.gather import event_of, recognised
from daemon.opening import workers_of
from daemon.options import config_option, json_option, open_store, plain_console, print_json
from daemon.store import inbox
from daemon.store.inbox import InboxRow
from daemon.workers import NotRead
from parsers.mail import Mail
from rules.decide import decide
from rules.model import Change, Decision, MailArrived, Outcome, Remark


@click.command(name="explain")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--mailbox", default=None, help="The mailbox it would come in by; the first one by default.")
@config_option
@json_option
def command(file: Path, mailbox: str | None, config: Path, as_json: bool) -> None:
    """Explain what Postdesk would do with a mail: what was read in it, which ticket it finds, what is decided and why.

    \b
    Example:    postdesk explain mail.eml
    """
    desk = load_desk(config)
    raw = file.read_bytes()
    with closing(workers_of(desk.settings)) as workers:
        [read] = workers.read([raw])
    if isinstance(read, NotRead):
        raise click.ClickException(f"reading it failed ({read.why}); three such failures would put it into quarantine")
    mail = recognised(read.mail, desk)
    event, duplicate_of = _rehearsed(mail, mailbox or desk.settings.mailboxes[0].name, len(raw), desk)
    decision = decide(event, desk.practice(event.arrived_at))
    if as_json:
        print_json(
            {"mail": asdict(mail), "duplicate_of": duplicate_of, "match": event.match, "decision": asdict(decision)}
        )
        return
    _print(plain_console(), event, decision, duplicate_of)


def _rehearsed(mail: Mail, mailbox: str, size: int, desk: Desk) -> tuple[MailArrived, int | None]:
    """The mail as an event of the present store, in a transaction that is undone."""
    now = SystemClock().now()
    row = InboxRow(0, mailbox, "", size, whole=True, silent=False, arrived_at=now, attempts=1)
    with open_store(desk.settings).rehearse() as c:
        owner = inbox.owner_of(c, mailbox, mail.fingerprint)
        return event_of(c, row, mail, desk, now), owner.id if owner else None


def _print(console: Console, event: MailArrived, decision: Decision, duplicate_of: int | None) -> None:
    mail = event.mail
    found = f"{event.ticket.number} by {event.match}, {event.trust.name.lower()}" if event.ticket else "none"
    _table(
        console,
        {
            "from": mail.sender.address if mail.sender else f"nobody we could name ({mail.sender_shown})",
            "subject": mail.subject,
            "language": mail.language,
            "written by": f"a machine: {mail.automatic.origin}, {mail.automatic.marker}"
            if mail.automatic
            else "a person",
            "new part": f"{len(mail.new_text)} of {len(mail.text)} characters ({mail.cut.reason})",
            "attachments": ", ".join(each.name for each in mail.attachments) or "none",
            "defects": ", ".join(mail.defects) or "none",
            "ticket found": found,
            "claims": event.claimed or "nothing",
        },
    )
    if duplicate_of is not None:
        console.print(f"It is a duplicate of mail {duplicate_of}: it would be recorded, and nothing else would happen.")
        return
    console.print(Text(f"\n{_verdict(decision)}", style="bold"))
    for entry in decision.entries:
        if isinstance(entry, Change):
            console.print(f"  {entry.field}: {entry.new}   because {entry.because}", markup=False)
        elif isinstance(entry, Remark):
            console.print(f"  {entry.what}: {entry.detail}", markup=False)
    for notice in decision.notices:
        console.print(f"  mail {notice.kind} to {notice.recipient} in {notice.language}", markup=False)


def _verdict(decision: Decision) -> str:
    match decision.outcome:
        case Outcome.OPENED:
            return f"It would open {decision.ticket.number if decision.ticket else 'a ticket'}."
        case Outcome.APPENDED:
            return f"It would go to {decision.ticket.number if decision.ticket else 'its ticket'}: {decision.because}."
        case Outcome.SET_ASIDE:
            return f"It would be set aside: {decision.because}."


def _table(console: Console, rows: dict[str, str]) -> None:
    table = Table(show_header=False, box=None, pad_edge=False)
    for name, value in rows.items():
        table.add_row(Text(name, style="dim"), Text(value))
    console.print(table)
