"""A time that an engineer promised: asked about before it passes, told to the customer before it passes (A39)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rules.decide import decide
from rules.model import Decision, Happening, Status, TimeCame
from tests.rules.clockwork import Life, at, clock
from tests.rules.scene import sent

ETA = clock(
    "eta",
    "promised",
    start="promised",
    met_by=["resolved", "closed"],
    paused_in=["waiting"],
    on_due=[{"notice": "overdue", "to": ["assignee"]}],
    levels=[
        {"before": "1h", "notices": [{"notice": "eta_renew", "to": ["assignee"]}]},
        {"before": "15m", "notices": [{"notice": "eta_overrun", "to": ["requester"]}]},
    ],
)
NEWS = clock("news", "2h", repeat=True, on_due=[{"notice": "progress", "to": ["requester"]}])
DEMAND = clock("demand", "30m", repeat=True, on_due=[{"notice": "report_due", "to": ["assignee"]}])


def _life(opened: str, promised: str) -> Life:
    """A ticket opened on this day, for which a time is promised at once."""
    life = Life(NEWS, DEMAND, ETA, opened=at(opened), promised_at=at(promised), promised_why="spare part")
    life.happens(Happening.PROMISED, at(opened))
    return life


def _told(life: Life, now: str) -> Decision:
    decision = decide(TimeCame(life.ticket), life.practice(at(now)))
    assert decision.ticket is not None
    life.ticket = decision.ticket
    return decision


def test_what_comes_again_by_itself_takes_not_the_place_of_a_notice_about_the_promised_time() -> None:
    life = _life("2026-11-20 15:00", "2026-11-20 18:00")
    _told(life, "2026-11-20 16:30")
    assert [kind for kind, _ in sent(_told(life, "2026-11-20 17:00"))] == ["eta_renew", "progress"]
    life = _life("2026-11-20 15:45", "2026-11-20 18:00")
    _told(life, "2026-11-20 17:15")
    delayed = _told(life, "2026-11-20 17:45")
    assert [kind for kind, _ in sent(delayed)] == ["eta_overrun", "report_due"]
    assert delayed.notices[0].facts["next_update_by"] == at("2026-11-20 19:45")


def test_a_report_names_the_promised_time_until_the_customer_hears_of_the_delay() -> None:
    life = _life("2026-11-20 15:20", "2026-11-20 18:00")
    _told(life, "2026-11-20 17:00")
    [early, *_] = _told(life, "2026-11-20 17:20").notices
    assert (early.kind, early.facts["expected_by"]) == ("progress", at("2026-11-20 18:00"))
    life = _life("2026-11-20 15:50", "2026-11-20 18:00")
    _told(life, "2026-11-20 17:45")
    [late, *_] = _told(life, "2026-11-20 17:50").notices
    assert (late.kind, late.facts["expected_by"]) == ("progress", None)


def test_a_ticket_opened_again_before_the_promised_time_goes_on_to_it() -> None:
    life = _life("2026-11-20 15:00", "2026-11-20 18:00")
    life.happens(Happening.RESOLVED, at("2026-11-20 16:00"), Status.RESOLVED)
    life.happens(Happening.REOPENED, at("2026-11-20 16:30"), Status.OPEN)
    assert life.due_at("eta") == "2026-11-20 18:00"


def test_a_ticket_opened_again_after_the_promised_time_has_kept_it() -> None:
    life = _life("2026-11-20 15:00", "2026-11-20 18:00")
    life.happens(Happening.RESOLVED, at("2026-11-20 16:00"), Status.RESOLVED)
    life.happens(Happening.REOPENED, at("2026-11-20 18:00"), Status.OPEN)
    assert life.due_at("eta") is None
    assert not [said for said in life.says(at("2026-11-20 18:30")) if said.startswith("eta")]


@pytest.mark.parametrize(
    ("answered", "said"),
    [
        ("2026-11-20 16:50", []),
        ("2026-11-20 17:20", ["eta -2 2026-11-20 17:00"]),
        ("2026-11-20 17:50", ["eta -1 2026-11-20 17:45"]),
        ("2026-11-20 18:10", ["eta 0 2026-11-20 18:00"]),
    ],
)
def test_what_the_wait_for_a_customer_kept_back_is_said_when_they_answer(answered: str, said: list[str]) -> None:
    life = _life("2026-11-20 15:00", "2026-11-20 18:00")
    life.happens(Happening.ASKED, at("2026-11-20 16:30"), Status.WAITING)
    life.happens(Happening.CUSTOMER_REPLY, at(answered), Status.OPEN)
    assert [each for each in life.says(at(answered)) if each.startswith("eta")] == said


def test_who_promises_a_time_that_is_near_is_not_told_at_once_that_it_is_late() -> None:
    life = _life("2026-11-20 17:50", "2026-11-20 18:00")
    life.ticket = replace(life.ticket, status=Status.WAITING)
    life.happens(Happening.CUSTOMER_REPLY, at("2026-11-20 17:52"), Status.OPEN)
    assert life.says(at("2026-11-20 17:54")) == []
    assert life.says(at("2026-11-20 17:55")) == ["eta -2 2026-11-20 17:55"]
    assert life.says(at("2026-11-20 17:59")) == ["eta -1 2026-11-20 17:58"]
