"""Two policies meet the same mails, and everything in which they differ is counted and explained."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from parsers.mail import Cut, Origin
from rules.backtest import TICKETS, Backtest, Case, World
from rules.model import Status, Trust
from rules.policy import Policy
from rules.practice import Practice
from tests.rules.desk import POLICY, pack
from tests.rules.scene import ANN, NOW, PEOPLE, anns, basic, by_machine, came, written


def policy(folder: Path, name: str, rules: str) -> Policy:
    (folder / name).mkdir()
    return pack(folder / name, rules, POLICY)


def world(policy: Policy) -> World:
    return World(Practice(policy, PEOPLE, "Asia/Shanghai", NOW))


def between(old: Policy, new: Policy) -> Backtest:
    return Backtest(world(old), world(new))


def case(text: str, number: str = "TS-1") -> Case:
    return Case(came(written(ANN, text), next_number=number), opened=number)


def reply(text: str, number: str = "TS-1") -> Case:
    event = replace(came(written(ANN, text)), trust=Trust.PROVEN)
    return Case(event, thread=anns(number=number))


def test_each_change_is_counted_and_each_mail_is_explained(tmp_path: Path) -> None:
    old = policy(tmp_path, "old", "- {id: crash, when: {text|contains: crash}, then: {category: fault}}")
    new = policy(
        tmp_path,
        "new",
        "- {id: crash, when: {text|contains: crash}, then: {item: crash, impact: high, acknowledge: false}}\n"
        "- {id: ask, when: {text|contains: how}, then: {category: question}}\n",
    )
    test = between(old, new)
    texts = ["crash", "how", "else", "crash again", "nothing"]
    found = {text: test.take(case(text, f"TS-{at}")) for at, text in enumerate(texts)}
    assert (test.mails, test.different) == (5, 3)
    assert test.changes["priority", "P2", "P1"] == 2
    assert test.changes["category", "other", "question"] == 1
    assert test.changes["acknowledged", "yes", "no"] == 2
    assert (test.fired_old, test.fired_new) == ({"crash": 2}, {"crash": 2, "ask": 1})
    crash, how = found["crash"], found["how"]
    assert crash is not None and how is not None and found["else"] is None
    assert crash.changed["item"] == ("-", "crash")
    assert how.why_new[0].startswith("rule ask: category question")
    assert "category" not in crash.changed, "the sub-item brings the category that it had"


def test_a_mail_that_is_discarded_leaves_its_replies_without_a_ticket(tmp_path: Path) -> None:
    old = policy(tmp_path, "old", "- {id: keep, then: {tags: [x]}}")
    new = policy(tmp_path, "new", "- {id: drop, when: {text|contains: sale}, then: {discard: advertising}}")
    test = between(old, new)
    assert test.take(case("a sale")) is not None
    follow_up = test.take(reply("and then?"))
    assert follow_up is not None
    assert follow_up.changed["outcome"] == ("appended", "opened")
    assert test.changes["outcome", "opened", "set-aside: advertising (rule drop)"] == 1
    again = test.take(reply("hello?"))
    assert again is None or "outcome" not in again.changed, "the reply before it opened a ticket"


ALARM = """
- id: alarm
  when: {text|regex: '(?P<host>[a-z0-9-]+) is DOWN'}
  then: {tags: [alarm], correlate: {key: "alarm-{host}"}}
- id: recovery
  when: {text|regex: '(?P<host>[a-z0-9-]+) is UP'}
  then: {correlate: {key: "alarm-{host}", resolves: true}}
"""


def alarm(text: str, number: str) -> Case:
    mail = replace(by_machine(Origin.AUTO_GENERATED), text=text, cut=Cut(((0, len(text)),), "test", 1.0))
    return Case(came(mail, next_number=number), opened=number)


def test_an_alarm_joins_the_ticket_that_the_new_rules_gave_its_key(tmp_path: Path) -> None:
    test = between(policy(tmp_path, "old", ""), policy(tmp_path, "new", ALARM))
    first, again, other = (
        test.take(alarm(text, f"TS-{text}")) for text in ("db1 is DOWN", "db1 is DOWN", "db2 is DOWN")
    )
    assert first is not None and "outcome" not in first.changed
    assert again is not None and again.changed["outcome"] == ("opened", "appended")
    assert other is not None and "outcome" not in other.changed
    test.take(alarm("db1 is UP", "TS-up"))
    anew = test.take(alarm("db1 is DOWN", "TS-anew"))
    assert anew is not None and "outcome" not in anew.changed, "the ticket was resolved by the recovery"


def test_a_ticket_from_before_is_taken_as_it_stands() -> None:
    decision = world(basic()).meet(reply("more words"))
    assert decision.ticket is not None and decision.ticket.number == "TS-1"
    assert decision.ticket.status is Status.OPEN


def test_a_world_forgets_its_oldest_tickets_and_takes_them_as_they_stand() -> None:
    crowded = world(basic())
    for at in range(TICKETS + 5):
        crowded.meet(case("words", f"TS-{at}"))
    assert len(crowded._tickets) == TICKETS and "TS-0" not in crowded._tickets
    decision = crowded.meet(reply("more words", "TS-0"))
    assert decision.ticket is not None and decision.ticket.number == "TS-0"
