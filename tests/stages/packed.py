"""A house under a pack of its own, and what tests of rules ask of it."""

from __future__ import annotations

from typing import Any

import yaml

from rules.model import Change, Remark, Ticket
from tests.house import House, Shift
from tests.letters import letter
from tests.rules.desk import POLICY
from tests.stages.scenes import journal, ticket_of

ANN = "ann@customer.test"
WANG, HAN, ZHAO, LEAD = "wang@desk.test", "han@desk.test", "zhao@desk.test", "lead@desk.test"
NAGIOS = "nagios@monitor.test"
MACHINE = {"Auto-Submitted": "auto-generated"}

PEOPLE: dict[str, Any] = {
    "engineers": [
        {"address": WANG, "name": "Wang", "language": "en", "grade": "junior"},
        {"address": HAN, "name": "Han", "language": "en", "grade": "junior"},
        {"address": ZHAO, "name": "Zhao", "language": "zh-CN", "grade": "senior"},
        {"address": LEAD, "name": "Lead", "language": "en"},
    ],
    "lead": LEAD,
    "roles": {"manager": ["boss@desk.test"]},
    "customers": [
        {"domain": "vip.test", "company": "Big", "level": "VIP", "language": "zh-CN", "account_manager": HAN},
    ],
}

TABLES = """\
grades: [{id: junior, name: Junior}, {id: senior, name: Senior}]
roles: [{id: manager, name: Manager}]
assignment:
  - {priorities: [P1], to: {grade: senior}, helper: {grade: junior}, reference: A25}
  - {categories: [question], to: {grade: junior}, strategy: round_robin, reference: A26}
  - {categories: [fault], to: {grade: junior}, reference: A26}
"""

LINGER = """\
  - {name: review, title: Review, start: reviewed, target: {P1: 3d, P2: 3d, P3: 3d}}
"""


def furnish(house: House, rules: str, policy: str = POLICY + TABLES) -> House:
    """The house under a pack of these rules, with the people above."""
    pack = house.folder / "pack"
    pack.mkdir()
    (pack / "policy.yaml").write_text(policy.replace("\ngrades:", f"\n{LINGER}grades:", 1), "utf-8")
    if rules:
        (pack / "rules.yaml").write_text(rules, "utf-8")
    house.settings["policy"] = str(pack)
    house.write()
    (house.folder / "people.yaml").write_text(yaml.safe_dump(PEOPLE), "utf-8")
    return house


def opened_by(house: House, shift: Shift, text: str, sender: str = ANN, **headers: str) -> Ticket:
    """The ticket that these words open."""
    before = set(house.numbers())
    house.post(letter(sender, text=text, headers=headers))
    shift.turn()
    [number] = set(house.numbers()) - before
    return ticket_of(house, number)


def changes(house: House, number: str) -> dict[str, tuple[str, str]]:
    """The latest value of each field that the journal tells, with the reason."""
    return {each.field: (each.new, each.because) for _, each in journal(house, number) if isinstance(each, Change)}


def reasons(house: House, number: str) -> list[str]:
    """Why the ticket is what it is, rule by rule and last the priority."""
    return [each.detail for _, each in journal(house, number) if isinstance(each, Remark) and each.what == "reason"]


def queued(house: House, number: str) -> set[tuple[str, str]]:
    """Kind and reader of every mail about a ticket."""
    rows = house.rows("SELECT kind, recipient FROM outbox WHERE ticket_number = :n", n=number)
    return {(row.kind, row.recipient) for row in rows}
