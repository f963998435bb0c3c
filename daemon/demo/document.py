"""The end of the demo for a program to read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from daemon.demo.report import MailIn, MailOut, Report, TicketLine
from daemon.demo.showing import Showing


def document(showing: Showing, told: Report | None, seconds: float) -> Mapping[str, object]:
    """What `--json` prints: whether all went well, the tickets, and every mail in and out."""
    folder: Path = showing.premises.folder
    return {
        "ok": not showing.missed,
        "missed": showing.missed,
        "seconds": round(seconds, 1),
        "clock_rate": showing.clock.rate,
        "folder": str(folder),
        "page": str(showing.premises.page),
        "tickets": [_ticket(each) for each in told.tickets] if told else [],
        "mails_out": [_out(each) for each in told.outgoing] if told else [],
        "mails_in": [_in(each) for each in told.incoming] if told else [],
    }


def _ticket(line: TicketLine) -> Mapping[str, object]:
    ticket = line.ticket
    return {
        "number": ticket.number,
        "subject": ticket.subject,
        "requester": ticket.requester,
        "language": ticket.language,
        "category": ticket.category,
        "priority": ticket.priority,
        "status": ticket.status.value,
        "assignee": ticket.assignee,
        "next_due_at": line.next_due_at,
        "reasons": list(line.reasons),
    }


def _out(mail: MailOut) -> Mapping[str, object]:
    return {
        "at": mail.at,
        "to": mail.to,
        "kind": mail.kind,
        "ticket": mail.ticket,
        "subject": mail.mail.subject,
        "state": mail.state,
        "attempts": mail.attempts,
    }


def _in(mail: MailIn) -> Mapping[str, object]:
    return {
        "at": mail.at,
        "from": mail.sender,
        "subject": mail.mail.subject,
        "ticket": mail.ticket,
        "outcome": mail.outcome,
        "because": mail.because,
        "not_answered_because": mail.why_silent,
        "remark": mail.remark,
        "defects": list(mail.mail.defects),
    }
