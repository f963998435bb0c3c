"""`postdesk explain`: what would become of a mail, and why, with nothing written and nothing sent."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import click
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from daemon.clock import SystemClock
from daemon.configuration import load_desk
from daemon.desk import Desk
from daemon.gather import event_of, recognised
from daemon.opening import workers_of
from daemon.options import config_option, json_option, open_store, plain_console, print_json
from daemon.rereading import MailFile, mail_in
from daemon.store import inbox
from daemon.store.inbox import InboxRow, Owner
from daemon.workers import NotRead
from parsers.mail import Mail
from rules.decide import decide
from rules.explain import Explanation, explain
from rules.intake import context_of
from rules.model import Change, Decision, MailArrived, Outcome, Remark


@dataclass(frozen=True, slots=True)
class Explained:
    """A mail as an event, what is decided about it, how the rules came to that, and the row of a mail like it."""

    event: MailArrived
    decision: Decision
    rules: Explanation
    owner: Owner | None


@click.command(name="explain")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--mailbox", default=None, help="The mailbox it would come in by; the first one by default.")
@config_option
@json_option
def command(file: Path, mailbox: str | None, config: Path, as_json: bool) -> None:
    """Explain what Postdesk would do with a mail, and why: what was read in it, which ticket it finds, every rule.

    Each rule that was tried is shown in its order: with what it set and the text that it matched (+), or with the first
    of its conditions that failed (-). A mail that came before is explained as if it were new. Nothing is written.

    \b
    Example:    postdesk explain mail.eml
    """
    desk = load_desk(config)
    given = mail_in(file, desk.settings.limits.mail)
    with closing(workers_of(desk.settings)) as workers:
        [read] = workers.read([given.raw])
    if isinstance(read, NotRead):
        raise click.ClickException(f"reading it failed ({read.why}); three such failures would put it into quarantine")
    told = _explained(recognised(read.mail, desk), mailbox or desk.settings.mailboxes[0].name, given, desk)
    if as_json:
        print_json(_document(told))
    else:
        _print(plain_console(), told)


def _explained(mail: Mail, mailbox: str, given: MailFile, desk: Desk) -> Explained:
    """The mail as an event of the present store, in a transaction that is undone."""
    now = SystemClock().now()
    with open_store(desk.settings).rehearse() as c:
        owner = inbox.owner_of(c, mailbox, mail.fingerprint)
        arrived_at = owner.arrived_at if owner is not None else now
        whole = given.oversize is None
        row = InboxRow(0, mailbox, "", given.size, whole=whole, silent=False, arrived_at=arrived_at, attempts=1)
        event = event_of(c, row, mail, desk, now)
    if owner is not None:
        # Its own row must not be held against it, as a Message-ID that was used before.
        event = replace(event, mail=mail)
    practice = desk.practice(arrived_at)
    rules = explain(event.mail, context_of(event, practice), practice.policy)
    return Explained(event, decide(event, practice), rules, owner)


def _document(told: Explained) -> dict[str, object]:
    return {
        "mail": asdict(told.event.mail),
        "duplicate_of": told.owner.id if told.owner else None,
        "match": told.event.match,
        "decision": asdict(told.decision),
        "rules": [asdict(trial) for trial in told.rules.trials],
        "not_tried": told.rules.untried,
        "facts": [asdict(fact) for fact in told.rules.told],
    }


def _print(console: Console, told: Explained) -> None:
    event, decision = told.event, told.decision
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
    if told.owner is not None:
        became = f", which went to {told.owner.ticket_number}" if told.owner.ticket_number else ""
        console.print(
            f"\nIt came before, as mail {told.owner.id}{became}. Again, it would only be recorded as a duplicate;"
        )
        console.print("what follows is what would become of it if it were new.")
    _print_rules(console, told)
    console.print(Text(f"\n{_verdict(decision)}", style="bold"))
    for entry in decision.entries:
        if isinstance(entry, Change):
            console.print(f"  {entry.field}: {entry.new}   because {entry.because}", markup=False)
        elif isinstance(entry, Remark) and entry.what != "reason":
            console.print(f"  {entry.what}: {entry.detail}", markup=False)
    for notice in decision.notices:
        console.print(f"  mail {notice.kind} to {notice.recipient} in {notice.language}", markup=False)


_STYLES = {"+": "green", "-": "dim", "=": "bold"}


def _print_rules(console: Console, told: Explained) -> None:
    console.print(Text("\nThe rules, in their order:", style="bold"))
    for line in told.rules.lines():
        console.print(Padding(Text(line, style=_STYLES.get(line[0], "")), (0, 0, 0, 2)))
    if told.decision.found is None:
        console.print("  They were not asked: the decision does not hang on them.")


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
