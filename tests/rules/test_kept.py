"""When a promise is kept, by whom it is not, and what was promised at all (T-SL-05)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from parsers.mail import Origin
from rules.clocks import promises, respond_by, standing
from rules.decide import decide
from rules.model import Happening, Status, TimeCame
from tests.rules.clockwork import Life, at, clock, shown
from tests.rules.scene import ANN, NOW, by_machine, came, sent, written

FRIDAY = "2026-11-20 15:00"


@pytest.mark.parametrize(
    ("answered", "stands"),
    [("2026-11-20 16:59", "kept"), ("2026-11-20 17:00", "kept"), ("2026-11-20 17:01", "broken"), (None, "running")],
)
def test_a_promise_is_broken_by_an_answer_after_it_was_due_even_if_nobody_had_looked(
    answered: str | None, stands: str
) -> None:
    life = Life(clock(met_by=["public_reply"]), opened=at(FRIDAY))
    if answered is not None:
        life.happens(Happening.PUBLIC_REPLY, at(answered))
    [state] = life.ticket.clocks
    assert standing(state) == stands


def test_an_answer_in_time_that_was_read_late_has_kept_the_promise() -> None:
    life = Life(clock(met_by=["public_reply"]), opened=at(FRIDAY))
    life.says(at("2026-11-20 17:10"))
    life.happens(Happening.PUBLIC_REPLY, at("2026-11-20 16:50"))
    [state] = life.ticket.clocks
    assert standing(state) == "kept"


@pytest.mark.parametrize("origin", [Origin.AUTO_REPLY, Origin.READ_RECEIPT, Origin.AUTO_GENERATED])
def test_a_machine_that_answers_resumes_no_clock_and_keeps_no_promise(origin: Origin) -> None:
    """T-SL-05: an out-of-office reply to a ticket that waits for its customer."""
    waiting = clock(paused_in=["waiting"], met_by=["customer_reply"])
    life = Life(waiting, opened=at("2026-11-20 10:00"))
    life.happens(Happening.NOTED, at("2026-11-20 11:00"), Status.WAITING)
    decision = decide(came(by_machine(origin), life.ticket), life.practice(NOW))
    assert decision.ticket is not None
    assert decision.ticket.clocks == life.ticket.clocks and decision.ticket.status is Status.WAITING


def test_an_automatic_acknowledgement_is_no_response() -> None:
    decision = decide(came(written(ANN)), Life(clock(met_by=["public_reply"])).practice(NOW))
    assert ("acknowledgement", ANN) in sent(decision)
    assert decision.ticket is not None
    [state] = decision.ticket.clocks
    assert state.met_at is None


def test_only_what_was_promised_to_a_ticket_counts_as_a_promise() -> None:
    life = Life(
        clock("answer", met_by=["public_reply"]),
        clock("outage", met_by=["resolved"], only={"tags": ["disaster"]}),
        clock("news", repeat=True, met_by=["closed"]),
        clock("review", "1d"),
    )
    policy = life.practice(NOW).policy
    assert [state.name for state in promises(life.ticket, policy)] == ["answer"]
    assert list(promises(replace(life.ticket, priority="P4"), policy)) == []


@pytest.mark.parametrize(("priority", "told"), [("P1", "2026-11-20 15:30"), ("P2", "2026-11-23 18:00"), ("P4", None)])
def test_an_acknowledgement_names_the_soonest_answer_that_is_promised_whatever_its_clock_is_called(
    priority: str, told: str | None
) -> None:
    """D13, D16: one clock answers urgent requests in minutes, another all others within a working day."""
    life = Life(
        clock("solution", "1h", met_by=["resolved"]),
        clock("quick", "30m", met_by=["public_reply"], only={"priorities": ["P1"]}),
        clock("slow", "1wd", met_by=["public_reply", "closed"], calendar="business"),
        opened=at(FRIDAY),
        priority=priority,
    )
    assert shown(respond_by(life.ticket, life.practice(at(FRIDAY)))) == told


def test_words_inside_answer_a_ticket_that_a_machine_opened_and_no_other() -> None:
    """A19, D2: nobody but the desk can be told of it, so nobody could keep the promise of a first response."""
    answer = clock(met_by=["public_reply"], on_due=[{"notice": "overdue", "to": ["assignee"]}])
    for participants, stands in (((), "kept"), ((ANN,), "running")):
        life = Life(answer, opened=at(FRIDAY), participants=participants)
        life.happens(Happening.NOTED, at("2026-11-20 16:00"))
        [state] = life.ticket.clocks
        assert standing(state) == stands
    late = Life(answer, opened=at(FRIDAY), participants=())
    [told] = decide(TimeCame(late.ticket), late.practice(at("2026-11-20 17:00"))).notices
    assert (told.facts["by_reply"], told.facts["orders"]) == (False, "#note #report")


def test_a_ticket_that_a_machine_opened_is_owed_no_news() -> None:
    asked = [{"notice": "update_wanted", "to": ["assignee"]}]
    news = clock(
        "news", repeat=True, warn_at="30m", on_warning=asked, on_due=[{"notice": "progress", "to": ["requester"]}]
    )
    life = Life(news, opened=at(FRIDAY), participants=())
    assert life.due_at("news") is None and life.says(at("2026-11-20 20:00")) == []
