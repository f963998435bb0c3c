"""What a moment brings about: who is told what, what the ticket becomes, and what the journal says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from rules.clocks import deadline, heard
from rules.decide import decide
from rules.model import Audience, Change, Decision, Happening, InternalNote, Remark, Status, Ticket, TimeCame
from rules.notices import ABOUT_PROMISED_TIME, ABOUT_TICKET, FROM_CLOCKS, KINDS
from rules.people import Absence, Engineer, Known, People, Team
from rules.policy import Clock
from rules.practice import Practice
from rules.terms import Choice
from tests.rules.clockwork import HOUR, clock, desk
from tests.rules.scene import ANN, LEAD, LI, NOW, WANG, anns, sent

CHEF, BOSS, EXPERT = "chef@desk.test", "boss@desk.test", "expert@desk.test"

TEAM = People(
    engineers=(
        Engineer(address=WANG, name="Wang", language="en", team="one", grade="junior"),
        Engineer(address=CHEF, name="Chef", language="en", team="one", grade="senior"),
        Engineer(address=EXPERT, name="Expert", language="en", grade="expert", skills=("databases",)),
        Engineer(address=LI, name="李雷", language="zh-CN", grade="senior"),
        Engineer(address=LEAD, name="Lead", language="en"),
    ),
    lead=LEAD,
    teams=(Team(id="one", name={"en": "One"}, lead=CHEF),),
    roles={"manager": (BOSS,), "director": ()},
    customers=(Known(address=ANN, account_manager=LI),),
)
GRADES = tuple(Choice(id=each, name={"en": each}) for each in ("junior", "senior", "expert"))


def at(now: datetime, *clocks: Clock, people: People = TEAM) -> Practice:
    practice = desk(*clocks, now=now)
    return replace(practice, people=people, policy=practice.policy.model_copy(update={"grades": GRADES}))


def came(ticket: Ticket, *clocks: Clock, after: timedelta = 2 * HOUR, people: People = TEAM) -> Decision:
    """What is decided when so long has passed since the ticket was opened now."""
    opened = heard(ticket, at(NOW, *clocks, people=people), Happening.OPENED, NOW)
    return decide(TimeCame(opened), at(NOW + after, *clocks, people=people))


def overdue(*to: str, name: str = "promise", **declared: object) -> Clock:
    return clock(name, on_due=[{"notice": "overdue", "to": to}], **declared)  # type: ignore[arg-type]  # keys of a clock


def changes(decision: Decision) -> list[tuple[str, str, str, str]]:
    return [(e.field, e.old, e.new, e.because) for e in decision.entries if isinstance(e, Change)]


def remarks(decision: Decision, what: str) -> list[str]:
    return [entry.detail for entry in decision.entries if isinstance(entry, Remark) and entry.what == what]


# Roles ---------------------------------------------------------------------------------------------------------------

ROLES: Mapping[str, tuple[dict[str, object], list[str]]] = {
    "assignee": ({}, [WANG]),
    "lead": ({}, [CHEF]),
    "manager": ({}, [BOSS]),
    "helper": ({"helper": EXPERT}, [EXPERT]),
    "watchers": ({"watchers": (BOSS, EXPERT)}, [BOSS, EXPERT]),
    "account_manager": ({}, [LI]),
}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_told_through_whoever_fills_it(role: str) -> None:
    about, told = ROLES[role]
    decision = came(replace(anns(), **about), overdue(role))  # type: ignore[arg-type]  # any field

    assert sent(decision) == [("overdue", each) for each in told]
    assert remarks(decision, "nobody-holds") == []


@pytest.mark.parametrize("role", ["director", "account_manager", "nothing-of-the-kind"])
def test_for_a_role_that_nobody_holds_the_lead_is_told_and_the_journal_says_so(role: str) -> None:
    decision = came(anns(requester="other@customer.test"), overdue(role))
    assert sent(decision) == [("overdue", CHEF)]
    assert remarks(decision, "nobody-holds") == [f"{role}: the lead is told"]


@pytest.mark.parametrize("role", ["helper", "watchers"])
def test_a_ticket_without_helper_or_watchers_asks_nobody_instead(role: str) -> None:
    decision = came(anns(), overdue(role))
    assert sent(decision) == [] and remarks(decision, "nobody-holds") == []


def test_an_assignee_without_a_team_is_led_by_the_lead_of_the_desk() -> None:
    assert sent(came(anns(assignee=EXPERT), overdue("lead"))) == [("overdue", LEAD)]


def test_a_ticket_of_nobody_is_the_leads() -> None:
    assert sent(came(anns(assignee=None), overdue("assignee", "lead"))) == [("overdue", LEAD)]


def test_who_fills_two_roles_gets_one_mail() -> None:
    assert sent(came(anns(assignee=CHEF), overdue("assignee", "lead", "manager"))) == [
        ("overdue", CHEF),
        ("overdue", BOSS),
    ]


# One mail each -------------------------------------------------------------------------------------------------------


def test_after_an_outage_each_is_told_once_of_the_highest_level_and_every_level_is_recorded() -> None:
    """T-SL-03, on one ticket: two days of silence, a cadence for the customer, two promises and their levels."""
    progress = clock("news", "1h", repeat=True, on_due=[{"notice": "progress", "to": ["requester"]}])
    first = overdue("assignee", name="first", warn_at="30m", on_warning=[{"notice": "overdue", "to": ["manager"]}])
    second = overdue(
        "assignee",
        "lead",
        name="second",
        levels=[{"after": "4h", "notices": [{"notice": "overdue", "to": ["manager", "assignee"]}]}],
    )
    decision = came(anns(), progress, first, second, after=48 * HOUR)
    told = {notice.recipient: notice.slot for notice in decision.notices}
    assert len(decision.notices) == len(told)
    assert {who: slot.rpartition(".")[0] for who, slot in told.items()} == {
        WANG: "second.1",
        BOSS: "second.1",
        ANN: "news.0",
    }
    assert told[ANN] == f"news.0.{NOW + 48 * HOUR:%Y%m%dT%H%M%S}"
    recorded = [detail.split()[:2] for detail in remarks(decision, "clock-due")]
    assert recorded == [["news", "0"], ["first", "-1"], ["first", "0"], ["second", "0"], ["second", "1"]]
    assert decision.ticket is not None
    again = decide(TimeCame(decision.ticket), at(NOW + 48 * HOUR, progress, first, second))
    assert again.notices == () and again.entries == ()


def test_what_ends_a_ticket_is_told_before_what_only_reports_on_it() -> None:
    news = clock("news", "2h", repeat=True, on_due=[{"notice": "progress", "to": ["requester"]}])
    ending = clock("ending", on_due=[{"notice": "progress", "to": ["requester"]}], at_due={"status": "closed"})
    [notice] = came(anns(), news, ending).notices
    assert (notice.recipient, notice.slot.split(".")[0]) == (ANN, "ending")


HIGHER = {"assign_higher": True}


# Effects -------------------------------------------------------------------------------------------------------------


def test_a_ticket_that_nobody_confirmed_is_closed_with_a_note_and_its_other_clocks_hear_of_it() -> None:
    """A45, A46: closed automatically; the review begins with that."""
    closing = clock(
        "closing",
        "3d",
        start="resolved",
        met_by=["reopened", "closed"],
        stopped_in=["closed"],
        at_due={"status": "closed", "note": {"zh-CN": "已自动关闭,后续持续监控", "en": "Closed automatically"}},
    )
    review = clock("review", "3wd", start="closed", stopped_in=[], calendar="business")
    opened = heard(anns(Status.RESOLVED), at(NOW, closing, review), Happening.RESOLVED, NOW)
    now = NOW + timedelta(days=3)
    decision = decide(TimeCame(opened), at(now, closing, review))
    assert decision.ticket is not None
    assert decision.ticket.status is Status.CLOSED and decision.ticket.closed_at == now
    assert ("status", "resolved", "closed", "closing") in changes(decision)
    assert [e.text for e in decision.entries if isinstance(e, InternalNote)] == ["已自动关闭,后续持续监控"]
    assert {state.name: state.met_at for state in decision.ticket.clocks} == {"closing": now, "review": None}
    assert deadline(decision.ticket, at(now, closing, review), "review") is not None


def test_an_escalation_raises_tags_and_hands_over_and_the_taker_hears_of_it() -> None:
    """C35, D38."""
    escalation = overdue(
        "manager",
        at_due={"raise": 1, "tags": ["escalated", "outage"], "assign": {"grade": "expert", "skill": "databases"}},
    )
    decision = came(anns(priority="P2"), escalation)
    assert changes(decision) == [
        ("priority", "P2", "P1", "promise"),
        ("tags", "outage", "outage, escalated", "promise"),
        ("assignee", WANG, EXPERT, "promise"),
    ]
    assert sent(decision) == [("overdue", BOSS), ("assigned", EXPERT)]
    assert remarks(decision, "happened") == ["assigned"]


@pytest.mark.parametrize(
    ("effect", "assignee", "taker"),
    [
        ({"assign": "manager-in-waiting"}, WANG, LEAD),
        (HIGHER, WANG, CHEF),
        (HIGHER, CHEF, EXPERT),
        (HIGHER, EXPERT, LEAD),
        (HIGHER, None, WANG),
        ({"assign": {"team": "one"}}, LI, WANG),
    ],
)
def test_an_assignment_finds_who_is_meant_or_the_lead(effect: object, assignee: str | None, taker: str) -> None:
    decision = came(anns(assignee=assignee), clock(at_due=effect))
    assert decision.ticket is not None and decision.ticket.assignee == taker
    assert bool(remarks(decision, "nobody-there")) is (taker == LEAD)


def test_who_is_away_is_not_given_a_ticket() -> None:
    away = Absence.model_validate({"from": date(2026, 11, 20), "until": date(2026, 11, 20)})
    engineers = tuple(
        each.model_copy(update={"away": (away,)}) if each.address == CHEF else each for each in TEAM.engineers
    )
    decision = came(anns(), clock(at_due=HIGHER), people=TEAM.model_copy(update={"engineers": engineers}))
    assert decision.ticket is not None and decision.ticket.assignee == LI


def test_a_clock_begins_another_and_leaves_alone_one_that_a_rule_skipped() -> None:
    asking = clock("asking", at_due={"start": ["reminding", "unwanted"]})
    later = [clock(name, "1h", start=None) for name in ("reminding", "unwanted")]
    decision = came(anns(skipped_clocks=("unwanted",)), asking, *later)
    assert decision.ticket is not None
    assert {state.name for state in decision.ticket.clocks} == {"asking", "reminding"}
    assert deadline(decision.ticket, at(NOW + 2 * HOUR, asking, *later), "reminding") == NOW + 3 * HOUR


def test_the_effects_of_every_level_that_passed_come_about_in_their_order() -> None:
    rising = clock(
        at_due={"tags": ["late"]},
        levels=[{"after": "1h", "effect": {"raise": 1}}, {"after": "2h", "effect": {"tags": ["later"]}}],
    )
    decision = came(anns(tags=()), rising, after=9 * HOUR)
    assert changes(decision) == [
        ("tags", "", "late", "promise"),
        ("priority", "P2", "P1", "promise"),
        ("tags", "late", "late, later", "promise"),
    ]


# The progress duty ---------------------------------------------------------------------------------------------------


def test_the_engineer_is_asked_before_the_customer_hears_from_us_and_the_lead_when_nothing_came() -> None:
    progress = clock(
        "progress",
        repeat=True,
        reset_by=["public_reply"],
        warn_at="30m",
        on_warning=[{"notice": "overdue", "to": ["assignee"]}],
        on_due=[{"notice": "progress", "to": ["requester"]}, {"notice": "overdue", "to": ["lead"]}],
    )
    asked = came(anns(), progress, after=timedelta(minutes=90))
    assert sent(asked) == [("overdue", WANG)]
    assert asked.notices[0].facts["due_at"] == NOW + 2 * HOUR
    assert asked.ticket is not None
    silent = decide(TimeCame(asked.ticket), at(NOW + 2 * HOUR, progress))
    assert sent(silent) == [("progress", ANN), ("overdue", CHEF)]
    assert silent.notices[0].facts["next_update_by"] == NOW + 4 * HOUR
    answered = heard(asked.ticket, at(NOW + 110 * HOUR / 60, progress), Happening.PUBLIC_REPLY, NOW)
    assert sent(decide(TimeCame(answered), at(NOW + 2 * HOUR, progress))) == []


@pytest.mark.parametrize("kind", sorted(FROM_CLOCKS))
def test_a_clock_tells_what_its_notice_has_room_for(kind: str) -> None:
    to = "requester" if KINDS[kind].audience is Audience.CUSTOMER else "assignee"
    target = "promised" if kind in ABOUT_PROMISED_TIME else "2h"
    promised = anns(promised_at=NOW + 2 * HOUR, promised_why="spare part")
    [notice] = came(promised, clock(target=target, on_due=[{"notice": kind, "to": [to]}])).notices
    assert set(notice.facts) == KINDS[kind].facts | ABOUT_TICKET


def test_a_machines_ticket_tells_no_customer_of_anything() -> None:
    told = clock(on_due=[{"notice": "progress", "to": ["requester", "participants"]}])
    assert sent(came(anns(participants=()), told)) == []
