"""The end of the demo in words: tickets, mails, what was not answered and why, a decision, where the files are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from daemon.demo.clients import CHINA
from daemon.demo.live import NARROW
from daemon.demo.report import MailIn, MailOut, Report, TicketLine
from daemon.store.outbox import OutboxState
from rules.policy import Policy


def ticket_table(lines: Sequence[TicketLine], policy: Policy) -> Table:
    """Every ticket as it stands."""
    table = _table("number", "subject", "category", "priority", "status", "assignee", "next due")
    for line in lines:
        ticket, language = line.ticket, line.ticket.language
        due = f"{line.next_due_at.astimezone(CHINA):%m-%d %H:%M}" if line.next_due_at else ""
        table.add_row(
            ticket.number,
            Text(ticket.subject, overflow="ellipsis", no_wrap=True),
            policy.category_name(ticket.category, language),
            policy.priority_name(ticket.priority, language),
            policy.status_name(ticket.status, language),
            (ticket.assignee or "nobody").partition("@")[0],
            due,
        )
    return table


def mail_table(mails: Sequence[MailOut], width: int) -> Table:
    """Every mail that went out, and those that did not get through."""
    table = _table("time", "to", "kind", "subject", "")
    for mail in mails:
        subject = Text(mail.mail.subject, overflow="ellipsis", no_wrap=True)
        to = mail.to if width >= NARROW else mail.to.partition("@")[0]
        table.add_row(f"{mail.at.astimezone(CHINA):%H:%M}", to, mail.kind, subject, _remark(mail))
    return table


def _remark(mail: MailOut) -> str:
    if mail.state != OutboxState.SENT:
        return mail.state
    return f"at attempt {mail.attempts}" if mail.attempts > 1 else ""


def care_table(mails: Sequence[MailIn]) -> Table:
    """Every mail that nothing was sent back to, and every other one that was out of the ordinary, with the reason."""
    table = _table("from", "subject", "why")
    for mail in mails:
        if mail.why_silent is not None:
            table.add_row(_short(mail.sender, 34), _short(mail.mail.subject, 40), f"not answered: {mail.why_silent}")
        elif mail.remark is not None:
            table.add_row(_short(mail.sender, 34), _short(mail.mail.subject, 40), mail.remark)
    return table


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _table(*columns: str) -> Table:
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for column in columns:
        narrow = column in {"subject", "from"}
        table.add_column(
            column, overflow="ellipsis" if narrow else "fold", no_wrap=column in {"number", "time", "next due"}
        )
    return table


def print_report(console: Console, told: Report, policy: Policy) -> None:
    """The three tables."""
    console.print(Rule(f"{len(told.tickets)} tickets", align="left"))
    console.print(ticket_table(told.tickets, policy))
    console.print(Rule(f"{len(told.sent)} mails out", align="left"))
    console.print(mail_table(told.outgoing, console.width))
    silent = sum(mail.why_silent is not None for mail in told.incoming)
    console.print(Rule(f"{len(told.incoming)} mails in, {silent} of them not answered; with care:", align="left"))
    console.print(care_table(told.incoming))


def print_files(console: Console, folder: Path, page: Path, seconds: float) -> None:
    """Where to look further."""
    console.print(Rule("look further", align="left"))
    for path, what in (
        (page, "every mail as a mail client shows it: open it in a browser"),
        (folder / "sent", "the mails that left"),
        (folder / "received", "the mails that came"),
        (folder / "daemon.log", "what the daemon said"),
        (folder / "postdesk.yaml", f"its settings; try: postdesk list --all --config {folder}/postdesk.yaml"),
    ):
        console.print(Text.assemble((f"  {path}", "bold"), f"   {what}"), soft_wrap=True)
    console.print(f"\nAll of it took {seconds:.0f} seconds. Nothing is left running.")
