"""What rules and tables do to tickets that exist: alarms join them, replies are classified, closed ones return."""

from __future__ import annotations

from rules.model import InternalNote, Status
from tests.house import House
from tests.letters import answer, letter
from tests.rules.desk import POLICY
from tests.stages.packed import (
    ANN,
    LEAD,
    MACHINE,
    NAGIOS,
    TABLES,
    WANG,
    ZHAO,
    changes,
    furnish,
    opened_by,
    queued,
)
from tests.stages.scenes import ack_of, open_ticket, remarks, ticket_of, told, words

# Alarms --------------------------------------------------------------------------------------------------------------

ALARMS = r"""
- id: alarm
  when: {subject|regex: '(?P<host>[a-z0-9-]+) is DOWN'}
  then: {category: fault, correlate: {key: "host-{host}"}}
- id: recovery
  when: {subject|regex: '(?P<host>[a-z0-9-]+) is UP'}
  then: {correlate: {key: "host-{host}", resolves: true}}
"""


def test_alarms_of_one_matter_join_its_open_ticket_and_a_recovery_resolves_it(house: House) -> None:
    with furnish(house, ALARMS).shift() as shift:
        house.post(letter(NAGIOS, "db-1 is DOWN", "first", headers=MACHINE))
        shift.turn()
        [number] = house.numbers()
        before = len(told(house, number))
        house.post(
            letter(NAGIOS, "DB-1 is DOWN", "second", headers=MACHINE),
            letter(NAGIOS, "db-2 is DOWN", "another", headers=MACHINE),
        )
        shift.turn()
        assert len(house.numbers()) == 2, "another host is another matter"
        assert words(house, number, InternalNote) == ["second"]
        assert len(told(house, number)) == before, "nobody is told twice"
        house.post(letter(NAGIOS, "db-1 is UP", "all is well", headers=MACHINE))
        shift.turn()
        assert ticket_of(house, number).status is Status.RESOLVED
        assert {kind for kind, _ in queued(house, number)} == {"new_ticket", "recovered"}
        house.post(letter(NAGIOS, "db-1 is DOWN", "again", headers=MACHINE))
        shift.turn()
        assert len(house.numbers()) == 3, "what is solved is not joined"


def test_a_recovery_of_nothing_is_set_aside_and_a_customer_keeps_a_ticket_of_their_own(small_house: House) -> None:
    with furnish(small_house, ALARMS).shift() as shift:
        small_house.post(letter(NAGIOS, "db-1 is UP", headers=MACHINE))
        shift.turn()
        [row] = small_house.rows("SELECT because FROM inbox")
        assert row.because == "recovery of host-db-1, which no open ticket is about"
        small_house.post(letter(NAGIOS, "db-1 is DOWN", headers=MACHINE))
        shift.turn()
        [alarm] = small_house.numbers()
        number = open_ticket(small_house, shift, subject="db-1 is DOWN, what happens?")
        assert remarks(small_house, number)["same matter"] == alarm
        assert ack_of(small_house, number)["To"] == ANN
        small_house.post(letter("eve@evil.test", "db-1 is UP", "believe me"))
        shift.turn()
    assert ticket_of(small_house, alarm).status is Status.NEW, "no stranger ends an alarm"


def test_a_monitor_that_looks_like_a_person_is_still_heard(small_house: House) -> None:
    with furnish(small_house, ALARMS).shift() as shift:
        number = open_ticket(small_house, shift, NAGIOS, "db-1 is DOWN")
        small_house.post(letter(NAGIOS, "db-1 is UP", "all is well"))
        shift.turn()
    assert small_house.numbers() == [number]
    assert ticket_of(small_house, number).status is Status.RESOLVED


# Replies -------------------------------------------------------------------------------------------------------------

URGED = """
- id: urged
  reference: D38
  on: reply
  when: {text|contains: urgent}
  then: {urgency: high, tags: [urged], watchers: [manager]}
- {id: data, on: reply, when: {text|contains: data}, then: {item: data}}
- {id: old, on: reply, when: {ticket.age|gt: 1d, ticket.status: new}, then: {tags: [waited]}}
"""


def test_a_reply_is_classified_too_and_the_journal_says_why(small_house: House) -> None:
    with furnish(small_house, URGED).shift() as shift:
        number = open_ticket(small_house, shift)
        assert ticket_of(small_house, number).priority == "P2"
        small_house.post(answer(ack_of(small_house, number), ANN, "It is urgent now, data is lost."))
        shift.turn()
    ticket = ticket_of(small_house, number)
    assert (ticket.priority, ticket.category, ticket.item, ticket.tags) == ("P1", "fault", "data", ("urged",))
    assert ticket.watchers == ("boss@desk.test",)
    told_why = changes(small_house, number)
    assert told_why["priority"] == ("P1", "impact medium as before, urgency high by rule urged (D38)")
    assert told_why["category"] == ("fault", "rule data")


def test_a_reply_that_proves_nothing_is_tagged_and_changes_nothing_else(small_house: House) -> None:
    with furnish(small_house, URGED).shift() as shift:
        number = open_ticket(small_house, shift)
        small_house.post(letter(ANN, f"Re: [{number}]", "It is urgent now, data is lost."))
        shift.turn()
    ticket = ticket_of(small_house, number)
    assert (ticket.priority, ticket.category, ticket.tags, ticket.watchers) == ("P2", "other", ("urged",), ())


def test_what_an_engineer_has_set_no_rule_sets_again(small_house: House) -> None:
    rules = "- {id: back, on: reply, then: {assign: {engineer: lead@desk.test}}}\n"
    with furnish(small_house, rules).shift() as shift:
        untouched = open_ticket(small_house, shift)
        small_house.post(answer(ack_of(small_house, untouched), ANN, "Hello?"))
        shift.turn()
        assert ticket_of(small_house, untouched).assignee == LEAD
        number = open_ticket(small_house, shift)
        [notice] = told(small_house, number)
        small_house.post(answer(notice, WANG, "#assign zhao"))
        shift.turn()
        small_house.post(answer(ack_of(small_house, number), ANN, "Hello?"))
        shift.turn()
    assert ticket_of(small_house, number).assignee == ZHAO


# Tables of the pack --------------------------------------------------------------------------------------------------


def test_a_ticket_that_comes_back_is_raised_and_goes_to_whom_the_pack_names(small_house: House) -> None:
    closing = "closing: {reopen_within: 14d, raise_reopened: 1, reopened_to: lead, reference: D38}\n"
    with furnish(small_house, "", POLICY + TABLES + closing).shift() as shift:
        number = open_ticket(small_house, shift)
        had = ticket_of(small_house, number).assignee
        assert had is not None
        [notice] = told(small_house, number)
        small_house.post(answer(notice, had, "#close"))
        shift.turn()
        small_house.post(answer(ack_of(small_house, number), ANN, "Not solved."))
        shift.turn()
    ticket = ticket_of(small_house, number)
    assert (ticket.status, ticket.priority, ticket.assignee) == (Status.OPEN, "P1", LEAD)
    assert changes(small_house, number)["priority"] == ("P1", "reopened (D38)")
    assert {("assigned", LEAD), ("customer_replied", LEAD)} <= queued(small_house, number)
    assert ("assigned", had) not in queued(small_house, number)


def test_a_problem_that_comes_often_is_tagged_from_the_third_time_on(house: House) -> None:
    rules = "- {id: r, when: {text|contains: crash}, then: {item: crash}}\n"
    often = "recurrence: {count: 3, within: 30d, tag: common, reference: D45}\n"
    with furnish(house, rules, POLICY + TABLES + often).shift() as shift:
        tags = [opened_by(house, shift, f"A crash, the {n}th time.").tags for n in range(4)]
        other = opened_by(house, shift, "Nothing of that kind.")
    assert tags == [(), (), ("common",), ("common",)]
    assert other.tags == ()
    assert remarks(house, house.numbers()[2])["recurring"] == "3 or more of fault/crash/ in 30d (D45)"
