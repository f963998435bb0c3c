"""What a ticket will make the desk say is what it then says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from rules.clocks import heard, next_due_at
from rules.decide import decide
from rules.forecast import MOST_MOMENTS, coming
from rules.model import Happening, Ticket, TimeCame
from rules.practice import Practice
from tests.rules.scene import NOW, PEOPLE, anns, basic

HOUR = timedelta(hours=1)
PRACTICE = Practice(basic(), PEOPLE, "Asia/Shanghai", NOW)


def opened(priority: str = "P2") -> Ticket:
    return heard(anns(priority=priority), PRACTICE, Happening.OPENED, NOW)


@given(st.sampled_from(["P1", "P2", "P3", "P4"]), st.integers(0, 90))
def test_a_forecast_is_what_the_sweeps_of_these_hours_decide(priority: str, hours: int) -> None:
    ticket, until, said = opened(priority), NOW + hours * HOUR, []
    while (moment := next_due_at(ticket, PRACTICE)) is not None and moment <= until:
        decision = decide(TimeCame(ticket), replace(PRACTICE, now=moment))
        assert decision.ticket is not None
        ticket = decision.ticket
        said += [(moment, notice.key(ticket.number)) for notice in decision.notices]
    told = [(each.at, each.notice.key(ticket.number)) for each in coming(opened(priority), PRACTICE, until)]
    assert told == said


def test_what_is_overdue_comes_now_and_once_to_each() -> None:
    late = replace(PRACTICE, now=NOW + 100 * HOUR)
    told = list(coming(opened(), late, late.now))
    assert {each.at for each in told} == {late.now}
    assert len({each.notice.recipient for each in told}) == len(told) == 3


def test_a_forecast_of_ages_ends() -> None:
    told = list(coming(opened("P1"), PRACTICE, NOW + timedelta(days=365 * 50)))
    assert HOUR * MOST_MOMENTS < told[-1].at - NOW < 4 * HOUR * MOST_MOMENTS
