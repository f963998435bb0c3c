"""What the rules together make of a mail."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.policies import load_policy
from rules.classify import classify
from rules.explain import explain
from rules.facts import Fact
from rules.model import Ticket
from tests.rules.desk import context, mail, outcome, pack, ticket

PACKS = ("basic", "response-handbook", "service-standard", "fault-and-demand", "feedback-form")


def test_the_first_rule_that_sets_a_field_wins_and_lists_grow(tmp_path: Path) -> None:
    rules = """
- id: one
  when: {text|contains: a}
  then: {category: fault, tags: [x, y]}
- id: two
  when: {text|contains: a}
  then: {category: question, impact: high, tags: [y, z]}
"""
    found = outcome(pack(tmp_path, rules), "a")
    assert (found.category, found.impact, found.tags) == ("fault", "high", ("x", "y", "z"))
    assert found.set_by == {"category": "one", "impact": "two"}
    assert found.fired == ("one", "two")


def test_stop_ends_the_list(tmp_path: Path) -> None:
    rules = """
- {id: one, when: {text|contains: a}, then: {category: fault}, stop: true}
- {id: two, then: {tags: [late]}}
"""
    policy = pack(tmp_path, rules)
    assert outcome(policy, "a").tags == ()
    assert outcome(policy, "b").tags == ("late",)


def test_a_rule_without_when_always_holds(tmp_path: Path) -> None:
    assert outcome(pack(tmp_path, "- {id: all, then: {category: fault}}"), "anything").category == "fault"


def test_rules_for_replies_do_not_touch_new_requests(tmp_path: Path) -> None:
    rules = """
- {id: reply, on: reply, then: {tags: [reply]}}
- {id: new, on: new, then: {tags: [new]}}
- {id: any, on: any, then: {tags: [any]}}
"""
    policy = pack(tmp_path, rules)
    assert outcome(policy, "a").tags == ("new", "any")
    assert outcome(policy, "a", ticket=ticket()).tags == ("reply", "any")


def test_the_priority_comes_from_the_matrix_and_says_why(tmp_path: Path) -> None:
    rules = """
- {id: everyone, reference: [A19], when: {text|contains: everyone}, then: {impact: high}}
- {id: ask, when: {text|contains: how}, then: {category: question}}
"""
    policy = pack(tmp_path, rules)
    found = outcome(policy, "everyone")
    assert found.priority == "P1"
    assert found.reasons[-1] == "P1: impact high by rule everyone (A19), urgency medium by default"
    assert outcome(policy, "how").reasons[-1] == (
        "P3: impact low by default of category, urgency low by default of category"
    )


def test_raises_add_up_and_stop_at_the_soonest(tmp_path: Path) -> None:
    rules = """
- {id: low, when: {text|contains: low}, then: {impact: low, urgency: low}}
- {id: vip, reference: D6, when: {text|contains: vip}, then: {raise: 1}}
- {id: boss, when: {text|contains: boss}, then: {raise: 2}}
"""
    policy = pack(tmp_path, rules)
    assert outcome(policy, "low").priority == "P3"
    assert outcome(policy, "low vip").priority == "P2"
    found = outcome(policy, "low vip boss")
    assert found.priority == "P1"
    assert found.reasons[-1] == (
        "P1: impact low by rule low, urgency low by rule low, raised from P3 by rule vip (D6), rule boss"
    )


def test_a_rule_may_set_the_priority_itself(tmp_path: Path) -> None:
    found = outcome(pack(tmp_path, "- {id: r, then: {priority: P3}}"), "a")
    assert (found.priority, found.reasons[-1]) == ("P3", "P3: by rule r")


def test_a_sub_item_brings_its_category_unless_another_was_decided(tmp_path: Path) -> None:
    rules = """
- {id: ask, when: {text|contains: how}, then: {category: question}}
- {id: crash, when: {text|contains: crash}, then: {item: crash}}
"""
    policy = pack(tmp_path, rules)
    found = outcome(policy, "crash")
    assert (found.category, found.item, found.set_by["category"]) == ("fault", "crash", "crash")
    found = outcome(policy, "how to crash")
    assert (found.category, found.item) == ("question", None)


def test_later_rules_can_ask_what_earlier_ones_decided(tmp_path: Path) -> None:
    rules = """
- {id: one, when: {text|contains: crash}, then: {item: crash, tags: [Outage]}}
- {id: two, when: {category: fault, item: crash, tags: outage}, then: {impact: high}}
- {id: three, when: {impact: high}, then: {urgency: high}}
"""
    policy = pack(tmp_path, rules)
    assert outcome(policy, "crash").priority == "P1"
    assert outcome(policy, "crash").fired == ("one", "two", "three")
    assert outcome(policy, "else").fired == ()


def test_named_groups_become_facts_and_correlation_keys(tmp_path: Path) -> None:
    rules = """
- id: alarm
  when: {text|regex: '(?P<host>[a-z0-9-]+) is (?P<state>DOWN|UP)'}
  then:
    facts: {source: monitoring}
    correlate: {key: "alarm-{host}"}
    acknowledge: false
    clocks: {skip: [first_response]}
- id: recovery
  on: any
  when: {text|regex: '(?P<host>[a-z0-9-]+) has recovered'}
  then: {correlate: {key: "alarm-{host}", resolves: true}}
"""
    policy = pack(tmp_path, rules)
    found = outcome(policy, "DB-1 is DOWN")
    assert found.facts[:2] == (
        Fact("host", "DB-1", "DB-1 is DOWN", "text"),
        Fact("state", "DOWN", "DB-1 is DOWN", "text"),
    )
    assert found.facts[2] == Fact("source", "monitoring", "", "rule alarm")
    assert (found.correlation, found.resolves, found.acknowledge) == ("alarm-db-1", False, False)
    assert found.skip_clocks == ("first_response",)
    found = outcome(policy, "db-1 has recovered")
    assert (found.correlation, found.resolves) == ("alarm-db-1", True)


def test_a_key_whose_fact_is_missing_joins_nothing(tmp_path: Path) -> None:
    assert outcome(pack(tmp_path, '- {id: r, then: {correlate: {key: "x-{host}"}}}'), "a").correlation is None


def test_discard_assignment_series_language_and_template_are_passed_on(tmp_path: Path) -> None:
    rules = """
- id: r
  then:
    discard: advertising
    assign: {team: network}
    watchers: [a@example.com]
    series: demand
    language: en
    template: vip
"""
    found = outcome(pack(tmp_path, rules), "a")
    assert found.assign is not None
    assert (found.discard, found.assign.team, found.watchers) == ("advertising", "network", ("a@example.com",))
    assert (found.series, found.language, found.template) == ("demand", "en", "vip")


WORDS = st.sampled_from(
    "系统 宕机 所有用户 无法登录 请问 怎么 报表 导出 失败 权限 密码 down everyone cannot log in crash how vpn "
    "建议 希望 增加 钓鱼 订单 支付 "
    "数据 丢失 急 ？ ! ｖｐｎ \x00 \u202e 𝒳 ß İ".split(" ")
)
SENTENCES = st.lists(WORDS, max_size=20)
TEXTS = st.one_of(st.text(max_size=200), SENTENCES.map(" ".join), SENTENCES.map("".join))
POLICIES = {name: load_policy(name) for name in PACKS}
RULES = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from(["fault", "question", "other"]), st.booleans()), max_size=6
)


@settings(max_examples=150, deadline=None)
@given(TEXTS, TEXTS, st.sampled_from(PACKS), st.sampled_from([None, ticket()]))
def test_classifying_is_total_and_explain_agrees(subject: str, text: str, name: str, thread: Ticket | None) -> None:
    chosen = POLICIES[name]
    message, known = mail(text, subject=subject), context(ticket=thread)
    found = classify(message, known, chosen)
    assert found.category in {*(category.id for category in chosen.categories), *([thread.category] if thread else [])}
    assert found.priority in {*(priority.id for priority in chosen.priorities), *([thread.priority] if thread else [])}
    explained = explain(message, known, chosen)
    assert explained.outcome == found
    assert tuple(trial.rule for trial in explained.trials if trial.held) == found.fired
    assert all(trial.failed for trial in explained.trials if not trial.held)
    assert list(explained.lines())


@settings(max_examples=100, deadline=None)
@given(RULES, st.sets(st.sampled_from("abcd")))
def test_order_decides_and_nothing_after_a_stop_counts(
    tmp_path_factory: pytest.TempPathFactory, rules: list[tuple[str, str, bool]], letters: set[str]
) -> None:
    folder = tmp_path_factory.mktemp("order")
    written = "".join(
        f"- id: r{at}\n  when: {{text|contains: {letter}}}\n"
        f"  then: {{category: {category}}}\n  stop: {str(stop).lower()}\n"
        for at, (letter, category, stop) in enumerate(rules)
    )
    policy = pack(folder, written)
    holding = [(category, stop) for letter, category, stop in rules if letter in letters]
    found = outcome(policy, "".join(sorted(letters)))
    assert found.category == (holding[0][0] if holding else "other")
    upto = next((at + 1 for at, (_, stop) in enumerate(holding) if stop), len(holding))
    assert len(found.fired) == upto
