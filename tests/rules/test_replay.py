"""The clocks of a ticket are what its journal makes of them: the same events, read from its entries alone, come to the
same states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.mail import Origin
from rules.clocks import due, heard, settled, spoken, started
from rules.decide import decide
from rules.model import (
    Change,
    ClockState,
    Decision,
    Entry,
    Happening,
    MailArrived,
    Outcome,
    Remark,
    Status,
    Ticket,
    TimeCame,
)
from rules.practice import Practice
from tests.rules.clockwork import clock, desk
from tests.rules.scene import ANN, NOW, WANG, anns, by_machine, came, written

MINUTE = timedelta(minutes=1)

CLOCKS = (
    clock(
        "first", "2h", targets={"P4": "8h"}, met_by=["public_reply", "closed"], warn_at="75%", levels=[{"after": "4h"}]
    ),
    clock(
        "solution", "8h", calendar="business", met_by=["resolved", "closed"], paused_in=["waiting"], at_due={"raise": 1}
    ),
    clock("news", "2h", repeat=True, paused_in=["waiting"], reset_by=["public_reply"], warn_at="30m"),
    clock("daily", "17:00", repeat=True, calendar="business", only={"priorities": ["P1"]}),
    clock("asking", "12h", at_due={"status": "waiting", "start": ["reminding"]}, met_by=["customer_reply"]),
    clock("reminding", "1d", start=None, met_by=["customer_reply"], at_due={"status": "resolved", "tags": ["silent"]}),
    clock("closing", "1d", start="resolved", met_by=["reopened"], stopped_in=["closed"], at_due={"status": "closed"}),
    clock("eta", "promised", start="promised", met_by=["resolved"], warn_at="1h"),
    clock("review", "3wd", start="closed", stopped_in=[], calendar="business", met_by=["reopened"]),
)


ORDERS = ("", "#wait", "#resolve", "#reopen", "#close", "#note", "#eta 2h it is harder", "#priority P1", "#priority P3")


@dataclass(frozen=True, slots=True)
class Page:
    """What the journal has of one decision: when it was made, when what it was about had come, and its entries."""

    now: datetime
    at: datetime
    entries: Sequence[Entry]


@cache
def _pace() -> tuple[timedelta, ...]:
    return tuple(minutes * MINUTE for minutes in (0, 1, 20, 119, 120, 240, 600, 1_440, 4_000))


_steps = st.lists(
    st.tuples(st.sampled_from(["look", "look", "customer", "machine", *ORDERS]), st.sampled_from(_pace())),
    max_size=25,
)


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(["P1", "P2", "P3", "P4"]), _steps, st.sampled_from([0, 15, 300]))
def test_clocks_are_what_the_journal_makes_of_them(
    priority: str, steps: list[tuple[str, timedelta]], delay: int
) -> None:
    now = NOW
    opened = heard(anns(Status.NEW, priority=priority), desk(*CLOCKS, now=now), Happening.OPENED, now)
    ticket, pages = opened, [Page(now, now, [Remark("happened", "opened")])]
    for step, length in steps:
        now += length
        at = max(NOW, now - delay * MINUTE)
        decision = _decided(step, ticket, at, desk(*CLOCKS, now=now))
        if decision.outcome is Outcome.OPENED or decision.ticket is None:
            continue
        ticket = decision.ticket
        pages.append(Page(now, now if step == "look" else at, decision.entries))
    fresh = replace(opened, clocks=())
    assert _read(fresh, pages) == ticket.clocks


def _decided(step: str, ticket: Ticket, at: datetime, practice: Practice) -> Decision:
    match step:
        case "look":
            return decide(TimeCame(ticket), practice)
        case "customer":
            mail = written(ANN, "Still broken.")
        case "machine":
            mail = by_machine(Origin.AUTO_REPLY)
        case _:
            mail = written(WANG, f"{step}\nSome words.")
    event: MailArrived = came(mail, ticket, arrived_at=at)
    return decide(event, practice)


def _read(ticket: Ticket, pages: Sequence[Page]) -> tuple[ClockState, ...]:
    """The clocks that a journal tells of."""
    for page in pages:
        practice = desk(*CLOCKS, now=page.now)
        said = [entry.detail for entry in page.entries if isinstance(entry, Remark) and entry.what == "clock-due"]
        if said:
            found = due(ticket, practice)
            assert said == [
                f"{each.name} {moment.level} {moment.at.isoformat()}" for each in found for moment in each.passed
            ]
            ticket = spoken(ticket, found, practice)
        for entry in page.entries:
            ticket = _turned(ticket, entry, page, practice)
        ticket = settled(ticket, practice, page.at)
    return ticket.clocks


def _turned(ticket: Ticket, entry: Entry, page: Page, practice: Practice) -> Ticket:
    match entry:
        case Change("status", _, new):
            return replace(ticket, status=Status(new))
        case Change("priority", _, new):
            return replace(ticket, priority=new)
        case Change("promised_at", _, new):
            return replace(ticket, promised_at=datetime.fromisoformat(new) if new else None)
        case Change("tags", _, new):
            return replace(ticket, tags=tuple(new.split(", ")))
        case Remark("happened", what):
            return heard(ticket, practice, Happening(what), page.at)
        case Remark("clock-started", name):
            return started(ticket, [name], practice, page.at)
        case _:
            return ticket
