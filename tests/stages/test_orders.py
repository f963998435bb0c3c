"""Orders by mail, from the engineer's line to the mails that everybody gets."""

from __future__ import annotations

from datetime import timedelta
from email.message import Message

from rules.model import InternalNote, Remark, Status
from tests.house import ENGINEER, LEAD, House, Shift
from tests.letters import answer, subject_of, text_of
from tests.stages.scenes import assert_still_at_work, journal, open_ticket, ticket_of, told, words

ANN, WANG = "ann@customer.test", f"Wang <{ENGINEER}>"


def _to(house: House, number: str, address: str) -> Message:
    """The latest mail about a ticket to somebody at the desk."""
    return [mail for mail in told(house, number) if mail["To"] == address][-1]


def _orders(house: House, shift: Shift, number: str, text: str, by: str = ENGINEER) -> None:
    name = WANG if by == ENGINEER else by
    house.post(answer(_to(house, number, by), name, text))
    shift.turn()


def test_a_promised_time_reaches_the_customer_with_its_reason_in_one_mail(house: House) -> None:
    with house.shift() as shift:
        number = open_ticket(house, shift)
        _orders(house, shift, number, "#eta 2h the patch is being tested\nPlease use the other printer.")
        _, promise = house.sent(ANN)
        text = text_of(promise)
        assert "to be done by" in text and "Why: the patch is being tested" in text
        assert "Please use the other printer." in text and "#eta" not in text
        ticket = ticket_of(house, number)
        assert ticket.promised_at is not None and ticket.promised_why == "the patch is being tested"
        assert timedelta() < ticket.promised_at - house.clock.now() <= timedelta(hours=2)
        assert ticket.status is Status.OPEN
        assert_still_at_work(house, shift)


def test_a_moment_that_nobody_understands_is_refused_with_examples_and_tells_the_customer_nothing(
    small_house: House,
) -> None:
    with small_house.shift() as shift:
        number = open_ticket(small_house, shift)
        _orders(small_house, shift, number, "#eta soon\nPlease wait.")
        assert len(small_house.sent(ANN)) == 1
        assert "tomorrow 3pm" in text_of(_to(small_house, number, ENGINEER))
        assert ticket_of(small_house, number).promised_at is None


def test_what_was_meant_is_named_and_every_order_that_there_is(small_house: House) -> None:
    with small_house.shift() as shift:
        number = open_ticket(small_house, shift)
        _orders(small_house, shift, number, "#resovle\nDone.")
        refusal = text_of(_to(small_house, number, ENGINEER))
        assert "did you mean #resolve?" in refusal and "#kb" in refusal


def test_a_question_makes_the_ticket_wait_until_the_customer_answers(small_house: House) -> None:
    with small_house.shift() as shift:
        number = open_ticket(small_house, shift)
        _orders(small_house, shift, number, "#等待客户\nWhich model is it?")
        assert ticket_of(small_house, number).status is Status.WAITING
        question = small_house.sent(ANN)[-1]
        assert "Which model is it?" in text_of(question)
        small_house.post(answer(question, ANN, "A laser one."))
        shift.turn()
        assert ticket_of(small_house, number).status is Status.OPEN


def test_a_solution_is_confirmed_by_one_line_of_the_customer(small_house: House) -> None:
    with small_house.shift() as shift:
        number = open_ticket(small_house, shift)
        _orders(small_house, shift, number, "#resolve\nReplaced the fuse.")
        assert ticket_of(small_house, number).status is Status.RESOLVED
        asked = small_house.sent(ANN)[-1]
        assert "Replaced the fuse." in text_of(asked) and "#confirm" in text_of(asked)
        small_house.post(answer(asked, ANN, "#confirm\n\nThank you!"))
        shift.turn()
        assert ticket_of(small_house, number).status is Status.CLOSED
        assert "is now closed" in text_of(small_house.sent(ANN)[-1])
        assert "Thank you!" in text_of(_to(small_house, number, ENGINEER))


def test_a_plan_goes_to_the_lead_and_the_approval_back_and_neither_to_the_customer(house: House) -> None:
    with house.shift() as shift:
        number = open_ticket(house, shift)
        _orders(house, shift, number, "#plan\nRoll back tonight: MARKER")
        plan = _to(house, number, LEAD)
        assert "方案待批准" in subject_of(plan) and "MARKER" in text_of(plan)
        _orders(house, shift, number, "#批准\nGo on.", by=LEAD)
        approval = _to(house, number, ENGINEER)
        assert "Plan approved" in subject_of(approval) and "Go on." in text_of(approval)
        assert len(house.sent(ANN)) == 1
        assert words(house, number, InternalNote) == ["Roll back tonight: MARKER", "Go on."]
        remarked = [entry for _, entry in journal(house, number) if isinstance(entry, Remark)]
        because = [entry.detail for entry in remarked if entry.what == "happened"]
        assert because[-2:] == ["planned", "approved"]
        assert_still_at_work(house, shift)


def test_an_engineer_who_leads_nobody_approves_nothing(small_house: House) -> None:
    with small_house.shift() as shift:
        number = open_ticket(small_house, shift)
        _orders(small_house, shift, number, "#approve")
        assert "for a lead" in text_of(_to(small_house, number, ENGINEER))


def test_a_call_for_help_names_reason_and_words_to_the_lead_alone(small_house: House) -> None:
    with small_house.shift() as shift:
        number = open_ticket(small_house, shift)
        _orders(small_house, shift, number, "#升级 需要数据库权限\n试过重启，没有用。MARKER")
        call = _to(small_house, number, LEAD)
        assert "升级" in subject_of(call)
        assert "需要数据库权限" in text_of(call) and "试过重启，没有用。MARKER" in text_of(call)
        assert len(small_house.sent(ANN)) == 1


def test_priority_and_category_are_set_together_or_not_at_all(small_house: House) -> None:
    with small_house.shift() as shift:
        number = open_ticket(small_house, shift)
        before = ticket_of(small_house, number)
        _orders(small_house, shift, number, "#priority 紧急\n#category 天气")
        assert ticket_of(small_house, number).priority == before.priority
        _orders(small_house, shift, number, "#priority 紧急\n#分类 使用咨询")
        after = ticket_of(small_house, number)
        assert (after.priority, after.category) == ("P1", "question")
        assert len(small_house.sent(ANN)) == 1
