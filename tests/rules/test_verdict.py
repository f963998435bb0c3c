"""What a customer says of a solution: confirmed, rated, or something else that is a reply like any other."""

from __future__ import annotations

import pytest

from daemon.policies import load_policy
from rules.decide import decide
from rules.model import Change, PublicMessage, Status, Trust
from rules.practice import Practice
from tests.rules.scene import ANN, LEAD, NOW, PEOPLE, WANG, anns, came, sent, written

DESK = Practice(load_policy("feedback-form"), PEOPLE, "Asia/Shanghai", NOW)
HEARD, CLOSED = ("customer_replied", WANG), ("closed", ANN)
REOPENED = [("customer_replied", LEAD), ("assigned", LEAD)]
"""What was not solved goes to the lead (D38)."""

SAID = {
    "confirmed": ("#确认", Status.RESOLVED, Status.CLOSED, [HEARD, CLOSED], None),
    "confirmed with thanks": ("#Confirm\n\nThank you!", Status.RESOLVED, Status.CLOSED, [HEARD, CLOSED], None),
    "confirmed what is closed": ("#confirm", Status.CLOSED, Status.OPEN, REOPENED, None),
    "confirmed what is open": ("#confirm", Status.OPEN, Status.OPEN, [HEARD], None),
    "an order that is not theirs": ("#close", Status.RESOLVED, Status.OPEN, REOPENED, None),
    "rated": ("非常满意", Status.CLOSED, Status.CLOSED, [HEARD], "very-satisfied"),
    "rated before closing": ("满意", Status.RESOLVED, Status.RESOLVED, [HEARD], "satisfied"),
    "rated with a label": ("评价：一般。", Status.CLOSED, Status.CLOSED, [HEARD], "fair"),
    "rated in English": ("Very satisfied!", Status.CLOSED, Status.CLOSED, [HEARD], "very-satisfied"),
    "rated with an opinion": ("不满意\n等了三天。", Status.CLOSED, Status.CLOSED, [HEARD], "dissatisfied"),
    "a sentence with a rating in it": ("我不满意，还是不行", Status.CLOSED, Status.OPEN, REOPENED, None),
    "a rating of what is not done": ("满意", Status.OPEN, Status.OPEN, [HEARD], None),
    "thanks": ("谢谢", Status.CLOSED, Status.CLOSED, [HEARD], None),
    "thanks at length": ("好的，收到！非常感谢你们的及时处理 🙏", Status.RESOLVED, Status.RESOLVED, [HEARD], None),
    "thanks in English": ("Many thanks for your quick help!", Status.CLOSED, Status.CLOSED, [HEARD], None),
    "thanks that ask for more": ("谢谢，但是还是打不开", Status.CLOSED, Status.OPEN, REOPENED, None),
    "thanks with a question": (
        "Thanks, and when will the other one be fixed?",
        Status.CLOSED,
        Status.OPEN,
        REOPENED,
        None,
    ),
    "thanks while it is open": ("谢谢", Status.OPEN, Status.OPEN, [HEARD], None),
    "a word that is no thanks": ("好的", Status.CLOSED, Status.OPEN, REOPENED, None),
}


@pytest.mark.parametrize(("text", "before", "after", "told", "rating"), SAID.values(), ids=SAID)
def test_a_verdict_closes_or_rates_and_any_other_word_is_a_reply(
    text: str, before: Status, after: Status, told: list[tuple[str, str]], rating: str | None
) -> None:
    decision = decide(came(written(ANN, text), anns(before)), DESK)
    assert decision.ticket is not None and decision.ticket.status is after
    assert sent(decision) == told
    assert [entry.text for entry in decision.entries if isinstance(entry, PublicMessage)] == [text]
    rated = [entry.new for entry in decision.entries if isinstance(entry, Change) and entry.field == "rating"]
    assert rated == ([] if rating is None else [rating])


@pytest.mark.parametrize("text", ["#确认", "满意"])
def test_who_has_not_proven_to_be_the_customer_judges_nothing(text: str) -> None:
    before = anns(Status.RESOLVED)
    decision = decide(came(written(ANN, text), before, Trust.KNOWN), DESK)
    assert decision.ticket is not None and decision.ticket.status is Status.RESOLVED
    assert not [entry for entry in decision.entries if isinstance(entry, Change)]
