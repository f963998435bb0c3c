"""A desk of three, its basic policy, and mails that happen to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

from daemon.policies import load_policy
from parsers.mail import Attachment, Automatic, Bounce, Mail, Origin, Severity
from rules.decide import decide
from rules.model import Decision, Event, MailArrived, Match, Status, Ticket, Trust
from rules.people import Engineer, People
from rules.policy import Policy
from rules.practice import Practice
from tests.rules.desk import mail, ticket

NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
ANN, EVE = "ann@customer.test", "eve@evil.test"
WANG, LI, LEAD = "wang@desk.test", "Li@desk.test", "lead@desk.test"

PEOPLE = People(
    engineers=(
        Engineer(address=WANG, name="Wang", language="en"),
        Engineer(address=LI, name="李雷", language="zh-CN"),
        Engineer(address=LEAD, name="Lead", language="en"),
    ),
    lead=LEAD,
)


@cache
def basic() -> Policy:
    """The shipped basic pack."""
    return load_policy("basic")


def anns(status: Status = Status.OPEN, **changes: object) -> Ticket:
    """A ticket of Ann's that Wang looks after."""
    closed_at = NOW - timedelta(days=1) if status is Status.CLOSED else None
    made = ticket(requester=ANN, participants=(ANN,), assignee=WANG, category="fault", priority="P2")
    return replace(replace(made, status=status, closed_at=closed_at), **changes)  # type: ignore[arg-type]  # any field may be named


def written(by: str, words: str = "Some words.", /, **changes: object) -> Mail:
    """A mail from this address; `changes` replace fields of it."""
    return replace(mail(words, sender=by, subject="A subject"), **changes)  # type: ignore[arg-type]  # the same


def by_machine(origin: Origin, marker: str = "Auto-Submitted", sender: str = ANN) -> Mail:
    """A mail that a machine wrote."""
    bounce = Bounce((ANN,), Severity.HARD, "5.1.1", "id@desk.test") if origin is Origin.BOUNCE else None
    return written(sender, automatic=Automatic(origin, marker), bounce=bounce)


def came(what: Mail, to: Ticket | None = None, trust: Trust = Trust.PROVEN, **changes: object) -> MailArrived:
    """The event of this mail's arrival, now."""
    event = MailArrived(
        mail=what,
        mailbox="support",
        arrived_at=NOW,
        next_number="TS-20261120-009",
        language="en",
        ticket=to,
        match=Match.OWN_MESSAGE_ID if to else None,
        trust=trust if to else Trust.STRANGER,
    )
    return replace(event, **changes)  # type: ignore[arg-type]  # the same


def decided(event: Event, now: datetime = NOW) -> Decision:
    """What the desk of this scene decides."""
    return decide(event, Practice(basic(), PEOPLE, "Asia/Shanghai", now))


def sent(decision: Decision) -> list[tuple[str, str]]:
    """The kind and recipient of each notice."""
    return [(notice.kind, notice.recipient) for notice in decision.notices]


LOGO = Attachment("logo.png", "image/png", 100, "a" * 64, inline=True, decorative=True)
FILE = Attachment("report.pdf", "application/pdf", 100, "b" * 64)
