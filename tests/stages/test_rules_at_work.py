"""What each action of a rule does to a new request, shown by mails that go through the stages."""

from __future__ import annotations

from rules.facts import Fact
from rules.model import Status
from tests.house import House
from tests.letters import answer, letter, subject_of, text_of
from tests.rules.desk import POLICY
from tests.stages.packed import (
    ANN,
    HAN,
    LEAD,
    TABLES,
    WANG,
    ZHAO,
    changes,
    furnish,
    opened_by,
    queued,
    reasons,
)
from tests.stages.scenes import ack_of, journal, outcomes, remarks, ticket_of, told, words

# What a ticket is taken to be ----------------------------------------------------------------------------------------


def test_a_ticket_tells_what_it_is_who_has_it_and_why(house: House) -> None:
    rules = """
- id: outage
  reference: A19
  when: {text|contains: down}
  then: {item: crash, impact: high, urgency: high, tags: [outage]}
"""
    with furnish(house, rules).shift() as shift:
        ticket = opened_by(house, shift, "Everything is down.")
    assert (ticket.category, ticket.item, ticket.priority, ticket.tags) == ("fault", "crash", "P1", ("outage",))
    assert (ticket.impact, ticket.urgency, ticket.assignee, ticket.helper) == ("high", "high", ZHAO, WANG)
    assert {WANG, ZHAO} == {who for kind, who in queued(house, ticket.number) if kind == "new_ticket"}
    assert (
        reasons(house, ticket.number)[-1] == "P1: impact high by rule outage (A19), urgency high by rule outage (A19)"
    )
    told_why = changes(house, ticket.number)
    assert told_why["assignee"] == (ZHAO, "grade senior, least open of 1 (assignment A25)")
    assert told_why["helper"] == (WANG, "grade junior, least open of 2 (helper A25)")
    shown = house.postdesk("show", ticket.number).stdout
    assert "P1: impact high by rule outage (A19)" in shown
    assert "grade junior, least open of 2 (helper A25)" in " ".join(shown.split())


def test_tickets_go_to_the_least_busy_and_in_rounds_and_a_closed_one_burdens_nobody(house: House) -> None:
    rules = """
- {id: broken, when: {text|contains: broken}, then: {category: fault}}
- {id: ask, when: {text|contains: how}, then: {category: question}}
"""
    with furnish(house, rules).shift() as shift:
        first = opened_by(house, shift, "It is broken.")
        second = opened_by(house, shift, "It is broken too.")
        assert (first.assignee, second.assignee) == (WANG, HAN)
        [notice] = told(house, first.number)
        house.post(answer(notice, WANG, "#close"))
        shift.turn()
        assert ticket_of(house, first.number).status is Status.CLOSED
        assert opened_by(house, shift, "That is broken.").assignee == WANG, "Han has one open"
        assert [opened_by(house, shift, f"how {n}?").assignee for n in range(3)] == [HAN, WANG, HAN]
    rows = house.rows("SELECT address, open_tickets FROM workload")
    assert dict(rows) == {WANG: 2, HAN: 3}  # type: ignore[arg-type]  # a row of two is a pair


def test_rules_are_told_who_the_customer_is_and_speak_their_language(small_house: House) -> None:
    rules = """
- {id: vip, reference: D6, when: {customer.level: VIP}, then: {raise: 1, watchers: [account_manager]}}
- {id: late, when: {not: {calendar: business}}, then: {tags: [out-of-hours]}}
"""
    always = POLICY.replace('{mon-fri: ["09:00-18:00"]}', '{mon-sun: ["00:00-24:00"]}')
    with furnish(small_house, rules, always + TABLES).shift() as shift:
        vip = opened_by(small_house, shift, "Please look.", "Mei <mei@vip.test>")
        other = opened_by(small_house, shift, "Please look.")
    assert (vip.priority, vip.language, vip.watchers, vip.tags) == ("P1", "zh-CN", (HAN,), ())
    assert (other.priority, other.language, other.watchers) == ("P2", "en", ())
    [ack] = small_house.sent("mei@vip.test")
    assert "我们已收到" in subject_of(ack)


def test_what_a_mail_tells_is_kept_with_its_words_and_what_it_lacks_is_asked_for(small_house: House) -> None:
    rules = r"""
- id: order
  when: {text|regex: 'order (?P<order>[0-9]+)'}
  then: {category: fault, facts: {product: shop}}
"""
    needing = POLICY.replace("name: {zh-CN: 故障, en: Fault}", "name: Fault\n    needs: [error_code, steps, store]")
    named = needing + TABLES + "facts: [{id: store, name: {en: which store it is}}]\n"
    with furnish(small_house, rules, named).shift() as shift:
        ticket = opened_by(small_house, shift, "My order 4711 fails with error code E1001.")
        found = {each.name: each for _, each in journal(small_house, ticket.number) if isinstance(each, Fact)}
        assert found["order"] == Fact("order", "4711", "order 4711", "text")
        assert found["error_code"].value == "E1001" and found["product"].field == "rule order"
        [ack] = small_house.sent(ANN)
        asked = text_of(ack)
        assert "what you did before it happened" in asked and "which store it is" in asked
        assert "the error code" not in asked
        house_says = small_house.postdesk("show", ticket.number).stdout
        assert "error_code is E1001   from text: 'error code E1001'" in house_says
        small_house.post(answer(ack, ANN, "Steps: open the shop, press pay"))
        shift.turn()
    later = [each for _, each in journal(small_house, ticket.number) if isinstance(each, Fact)]
    assert later[-1].name == "steps"


# Other actions of rules ----------------------------------------------------------------------------------------------


def test_a_rule_names_watchers_who_are_told_what_the_assignee_is_told(small_house: House) -> None:
    rules = "- {id: r, then: {category: fault, watchers: [manager, Audit@Desk.test, wang@desk.test]}}\n"
    with furnish(small_house, rules).shift() as shift:
        ticket = opened_by(small_house, shift, "Something.")
        assert ticket.watchers == ("boss@desk.test", "Audit@desk.test", WANG)
        small_house.post(answer(ack_of(small_house, ticket.number), ANN, "More of it."))
        shift.turn()
    for kind in ("new_ticket", "customer_replied"):
        readers = {who for each, who in queued(small_house, ticket.number) if each == kind}
        assert readers == {WANG, "boss@desk.test", "Audit@desk.test"}


def test_a_rule_assigns_sets_the_language_and_keeps_the_desk_silent(small_house: House) -> None:
    rules = "- {id: r, then: {assign: {engineer: lead@desk.test}, language: zh-CN, acknowledge: false}}\n"
    with furnish(small_house, rules).shift() as shift:
        ticket = opened_by(small_house, shift, "Something.")
    assert (ticket.assignee, ticket.language) == (LEAD, "zh-CN")
    assert remarks(small_house, ticket.number)["not acknowledged"] == "rule r"
    assert small_house.sent(ANN) == []


def test_a_rule_discards_with_a_reason_that_the_ledger_keeps(small_house: House) -> None:
    rules = "- {id: r, when: {subject|contains: lottery}, then: {discard: advertising}}\n"
    with furnish(small_house, rules).shift() as shift:
        small_house.post(letter(subject="You won the lottery"))
        shift.turn()
    assert small_house.numbers() == []
    assert outcomes(small_house) == [("done", "set-aside")]
    [row] = small_house.rows("SELECT because FROM inbox")
    assert row.because == "advertising (rule r)"


def test_a_rule_starts_a_clock_and_skips_another(small_house: House) -> None:
    rules = "- {id: r, when: {text|contains: test}, then: {clocks: {start: [review], skip: [first_response]}}}\n"
    with furnish(small_house, rules).shift() as shift:
        tested = opened_by(small_house, shift, "A test.")
        usual = opened_by(small_house, shift, "Not so.")
    assert [clock.name for clock in tested.clocks] == ["review"]
    assert [clock.name for clock in usual.clocks] == ["first_response"]
    assert tested.skipped_clocks == ("first_response",)


def test_demands_have_numbers_of_their_own_that_lead_back_to_them(house: House) -> None:
    rules = "- {id: demand, when: {text|contains: wish}, then: {series: demand}}\n"
    with furnish(house, rules).shift() as shift:
        first = opened_by(house, shift, "I wish for more.")
        fault = opened_by(house, shift, "It fails.")
        second = opened_by(house, shift, "I wish for even more.")
        assert first.number.startswith("RD2") and first.number.endswith("001")
        assert second.number == f"{first.number[:-3]}002"
        assert fault.number.startswith("TS-") and fault.number.endswith("-001")
        house.post(letter(ANN, f"about {first.number}", "It would be nice to have it soon."))
        shift.turn()
    assert len(house.numbers()) == 3
    assert "It would be nice to have it soon." in words(house, first.number)[-1]


OTHER_WORDS = """\
{% block subject %}[{{ number }}] We know of the outage{% endblock %}
{% block text %}All hands are on deck. {{ number }}{% endblock %}
{% block html %}<p>All hands are on deck. {{ number }}</p>{% endblock %}
"""


def test_a_rule_chooses_another_wording_of_the_acknowledgement(small_house: House) -> None:
    rules = "- {id: r, when: {text|contains: down}, then: {template: outage}}\n"
    folder = small_house.folder / "templates" / "en"
    folder.mkdir(parents=True)
    (folder / "acknowledgement.outage.j2").write_text(OTHER_WORDS, "utf-8")
    small_house.settings["templates"] = str(folder.parent)
    with furnish(small_house, rules).shift() as shift:
        opened_by(small_house, shift, "It is down.")
        opened_by(small_house, shift, "It is slow.", "bob@customer.test")
        opened_by(small_house, shift, "It is down.", "Mei <mei@vip.test>")
    [chosen], [usual], [chinese] = (small_house.sent(who) for who in (ANN, "bob@customer.test", "mei@vip.test"))
    assert "We know of the outage" in subject_of(chosen) and "All hands" in text_of(chosen)
    assert "We have received" in subject_of(usual)
    assert "我们已收到" in subject_of(chinese), "where there is no such wording, the usual one is said"


def test_a_wording_that_nobody_has_written_is_told_at_the_rule_that_chooses_it(small_house: House) -> None:
    furnish(small_house, "- id: r\n  then: {template: outage}\n")
    said = small_house.postdesk("check", check=False)
    assert said.returncode == 2
    assert "rules.yaml:2:20: no template is called 'acknowledgement.outage.j2'" in said.stdout + said.stderr
