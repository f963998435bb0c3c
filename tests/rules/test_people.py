"""Who is who, and who gets a ticket."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from daemon.faults import Faults
from daemon.policies import load_people, load_policy
from rules.assignment import assigned
from rules.model import Load
from rules.people import People
from rules.policy import Policy
from rules.practice import Practice
from rules.reading import Customer
from tests.rules.desk import POLICY, outcome, pack

EXAMPLE = Path(__file__).parents[2] / "config" / "people.example.yaml"
DAY = date(2026, 10, 2)

PEOPLE = """\
engineers:
  - {address: a@x.example, name: Ann, grade: senior, team: net, skills: [vpn], aliases: [ann@home.example]}
  - {address: b@x.example, name: Bob, grade: senior, team: net}
  - address: c@x.example
    name: Cem
    grade: expert
    away: [{from: 2026-10-01, until: 2026-10-03, substitute: d@x.example}]
  - {address: d@x.example, name: Dai, grade: junior, categories: [question]}
  - {address: e@x.example, name: Eve, grade: junior}
lead: e@x.example
teams: [{id: net, name: Network, lead: a@x.example}]
roles: {manager: [b@x.example]}
customers:
  - {domain: big.example, company: Big, level: VIP}
  - {address: Boss@big.example, company: Boss of Big, level: gold, account_manager: a@x.example}
"""

GRADES = """\
grades: [{id: junior, name: Junior}, {id: senior, name: Senior}, {id: expert, name: Expert}]
roles: [{id: manager, name: Manager}]
"""


def people_of(folder: Path, text: str, policy_from: str | None = None) -> People:
    file = folder / "people.yaml"
    file.write_text(text, encoding="utf-8")
    return load_people(file, load_policy(policy_from) if policy_from else None)


def faults_of(folder: Path, text: str, policy_from: str | None = None) -> list[str]:
    with pytest.raises(Faults) as raised:
        people_of(folder, text, policy_from)
    return [str(fault).removeprefix(f"{folder}/people.yaml:") for fault in raised.value.faults]


def test_the_example_can_be_loaded_with_the_basic_pack() -> None:
    people = load_people(EXAMPLE, load_policy("basic"))
    assert [engineer.name for engineer in people.engineers] == ["李雷", "韩梅梅", "Alice Wang"]


def test_an_engineer_is_known_by_every_address_in_any_case(tmp_path: Path) -> None:
    people = people_of(tmp_path, PEOPLE)
    ann = people.engineer("A@X.example")
    assert ann is not None
    assert people.engineer("ann@HOME.example") is ann
    assert people.engineer("stranger@x.example") is None
    assert people.lead_of(ann) == "a@x.example"
    assert people.lead_of(people.engineer("d@x.example")) == "e@x.example"


def test_a_customer_is_known_by_address_before_domain(tmp_path: Path) -> None:
    people = people_of(tmp_path, PEOPLE)
    assert people.customer("boss@BIG.example") == Customer("Boss of Big", "gold", "", "a@x.example")
    assert people.customer("clerk@big.example") == Customer("Big", "VIP")
    assert people.customer("clerk@notbig.example") == Customer()


def test_every_fault_of_a_people_file_is_told_at_its_place(tmp_path: Path) -> None:
    text = """\
engineers:
  - {address: a@x.example, name: Ann, categories: [falt], grade: senor}
  - {address: A@X.example, name: Bob}
  - {address: nope, name: Cem}
lead: z@x.example
rolls: {}
customers: [{company: Both}]
"""
    assert faults_of(tmp_path, text, "response-handbook") == [
        "2:52: unknown category 'falt': there are inquiry, misuse, defect, environment, security",
        "2:66: unknown grade 'senor' (did you mean 'senior'?)",
        "4:15: 'nope' is no mail address: write one like support@example.com",
        "6:1: unknown key 'rolls' (did you mean 'roles'?)",
        "7:13: name a customer by address or by domain, one of both",
    ]
    assert faults_of(tmp_path, PEOPLE.replace("b@x.example, name", "A@x.example, name")) == [
        "3:15: 'A@x.example' is listed twice"
    ]
    assert faults_of(tmp_path, PEOPLE.replace("lead: e@", "lead: z@")) == [
        "10:7: 'z@x.example' is none of the engineers: list them there too"
    ]


def practice(policy: Policy, people: People, day: date = DAY) -> Practice:
    """Noon of this day at a desk in Shanghai."""
    return Practice(policy, people, "Asia/Shanghai", datetime(day.year, day.month, day.day, 4, tzinfo=UTC))


ASSIGNMENT = """\
assignment:
  - {priorities: [P1], to: {grade: senior}, helper: {grade: expert}, reference: A25}
  - {items: [crash], to: {skill: vpn}, reference: A26}
"""


@pytest.mark.parametrize(
    ("text", "given", "expected", "why"),
    [
        ("urgent", Load(), "Ann", "grade senior, least open of 2 (assignment A25)"),
        (
            "urgent",
            Load({"a@x.example": 3, "b@x.example": 1}),
            "Bob",
            "grade senior, least open of 2 (assignment A25)",
        ),
        ("crash", Load(), "Ann", "skill vpn, least open of 1 (assignment A26)"),
        ("how", Load(), "Dai", "takes question"),
        ("else", Load(), "Ann", "takes other"),
        ("expert", date(2026, 10, 9), "Cem", "grade expert, least open of 1 (rule expert)"),
        ("expert", Load(), "Dai", "grade expert, least open of 1, standing in (rule expert)"),
        ("boss", Load(), "Bob", "role manager, least open of 1 (rule boss)"),
        ("nobody", Load(), "Ann", "nobody is team moon (rule nobody); takes other"),
    ],
)
def test_a_ticket_goes_where_rules_then_the_pack_then_categories_say(
    tmp_path: Path, text: str, given: Load | date, expected: str, why: str
) -> None:
    rules = """
- {id: urgent, when: {text|contains: urgent}, then: {impact: high, urgency: high}}
- {id: crash, when: {text|contains: crash}, then: {item: crash}}
- {id: ask, when: {text|contains: how}, then: {category: question}}
- {id: expert, when: {text|contains: expert}, then: {assign: {grade: expert}}}
- {id: boss, when: {text|contains: boss}, then: {assign: {role: manager}}}
- {id: nobody, when: {text|contains: nobody}, then: {assign: {team: moon}}}
"""
    policy = pack(tmp_path, rules, POLICY + GRADES + ASSIGNMENT)
    day, load = (DAY, given) if isinstance(given, Load) else (given, Load())
    taken = assigned(outcome(policy, text), practice(policy, people_of(tmp_path, PEOPLE), day), load)
    assert (taken.engineer.name, taken.why) == (expected, why)


def test_the_soonest_tickets_get_a_helper_who_is_somebody_else(tmp_path: Path) -> None:
    rules = "- {id: urgent, then: {impact: high, urgency: high}}"
    policy = pack(tmp_path, rules, POLICY + GRADES + ASSIGNMENT)
    given = assigned(outcome(policy, "a"), practice(policy, people_of(tmp_path, PEOPLE), date(2026, 10, 9)), Load())
    assert given.helper is not None
    assert (given.engineer.name, given.helper.name) == ("Ann", "Cem")
    assert given.why_helper == "grade expert, least open of 1 (helper A25)"


def test_round_robin_takes_turns(tmp_path: Path) -> None:
    rounds = POLICY + GRADES + "assignment: [{to: {grade: senior}, strategy: round_robin}]\n"
    policy = pack(tmp_path, "", rounds)
    people = people_of(tmp_path, PEOPLE)
    turns: dict[str, int] = {"b@x.example": 1}
    names = []
    for turn in range(2, 6):
        taken = assigned(outcome(policy, "a"), practice(policy, people), Load({}, dict(turns))).engineer
        turns[taken.address] = turn
        names.append(taken.name)
    assert names == ["Ann", "Bob", "Ann", "Bob"]


def test_a_helper_is_never_the_one_responsible_even_as_a_substitute(tmp_path: Path) -> None:
    people = PEOPLE.replace("substitute: d@x.example", "substitute: a@x.example")
    policy = pack(tmp_path, "- {id: urgent, then: {impact: high, urgency: high}}", POLICY + GRADES + ASSIGNMENT)
    taken = assigned(outcome(policy, "a"), practice(policy, people_of(tmp_path, people)), Load())
    assert (taken.engineer.name, taken.helper) == ("Ann", None)
    assert taken.why_helper == "everyone who is grade expert is away (helper A25)"


@pytest.mark.parametrize(("day", "expected"), [(date(2026, 10, 9), "Ann"), (date(2026, 10, 10), "Bob")])
def test_who_is_off_shift_is_passed_over_while_others_are_on(tmp_path: Path, day: date, expected: str) -> None:
    shifts = POLICY.replace(
        "calendars:\n", "calendars:\n  - {id: late, name: Late, hours: {sat-sun: ['09:00-18:00']}}\n"
    )
    policy = pack(tmp_path, "", shifts + GRADES + "assignment: [{to: {grade: senior}}]\n")
    people = PEOPLE.replace("skills: [vpn]", "shift: business").replace("name: Bob,", "name: Bob, shift: late,")
    taken = assigned(outcome(policy, "a"), practice(policy, people_of(tmp_path, people), day), Load())
    assert taken.engineer.name == expected


def test_watchers_are_the_people_behind_addresses_and_roles(tmp_path: Path) -> None:
    people = people_of(tmp_path, PEOPLE)
    named = ("account_manager", "manager", "B@x.example", "lead", "watch@elsewhere.example")
    assert people.watchers(named, "boss@big.example") == (
        "a@x.example",
        "b@x.example",
        "e@x.example",
        "watch@elsewhere.example",
    )
    assert people.watchers(["account_manager"], "clerk@big.example") == ()
