"""What `explain` tells of a mail is what was decided about it, for whatever mail."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.policies import load_policy, pack_names
from rules.decide import decide
from rules.explain import explain
from rules.intake import context_of, understood
from rules.model import MailArrived, Outcome
from rules.practice import Practice
from tests.rules.scene import NOW, PEOPLE
from tests.rules.test_decide import arrivals

PRACTICES = [Practice(load_policy(name), PEOPLE, "Asia/Shanghai", NOW) for name in pack_names()]


@settings(max_examples=150)
@given(arrivals(), st.sampled_from(PRACTICES))
def test_explain_agrees_with_decide(event: MailArrived, practice: Practice) -> None:
    decision = decide(event, practice)
    known = understood(event, practice)
    explained = explain(known.mail, context_of(known, practice), practice.policy)
    assert known.found == explained.outcome
    assert decision.found in (None, explained.outcome)
    assert [trial.rule for trial in explained.trials if trial.held] == list(explained.outcome.fired)
    tried = [trial.rule for trial in explained.trials]
    assert [rule.id for rule in practice.policy.rules if rule.id in tried] == tried, "in the order of the pack"
    assert sorted((*tried, *explained.untried)) == sorted(rule.id for rule in practice.policy.rules)
    if decision.outcome is Outcome.OPENED:
        assert decision.found is not None and decision.ticket is not None
        assert (decision.ticket.category, decision.ticket.priority) == (
            explained.outcome.category,
            explained.outcome.priority,
        )


@settings(max_examples=60)
@given(arrivals(), st.sampled_from(PRACTICES))
def test_the_same_mail_is_decided_alike_however_often(event: MailArrived, practice: Practice) -> None:
    assert decide(event, practice) == decide(replace(event), practice)
