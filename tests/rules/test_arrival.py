"""What each kind of mail does to each kind of ticket, as a table of sentences."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from parsers.mail import Origin, Severity
from rules.model import Change, InternalNote, Outcome, PublicMessage, Remark, Status, Trust
from tests.rules.scene import ANN, EVE, LEAD, NOW, WANG, anns, by_machine, came, decided, sent, written

MACHINES = {
    "our own mail come back is nothing": (Origin.OURSELVES, False, Outcome.SET_ASIDE, []),
    "even to a ticket": (Origin.OURSELVES, True, Outcome.SET_ASIDE, []),
    "a vacation reply to us is kept": (Origin.AUTO_REPLY, True, Outcome.APPENDED, []),
    "a vacation reply to nothing is not": (Origin.AUTO_REPLY, False, Outcome.SET_ASIDE, []),
    "a receipt for our mail is kept": (Origin.READ_RECEIPT, True, Outcome.APPENDED, []),
    "a receipt for nothing is not": (Origin.READ_RECEIPT, False, Outcome.SET_ASIDE, []),
    "a challenge is not answered": (Origin.CHALLENGE, False, Outcome.SET_ASIDE, []),
    "a complaint about our mail is kept": (Origin.FEEDBACK_REPORT, True, Outcome.APPENDED, []),
    "a bounce of our mail is told": (Origin.BOUNCE, True, Outcome.APPENDED, [("undeliverable", WANG)]),
    "a bounce of nothing is not": (Origin.BOUNCE, False, Outcome.SET_ASIDE, []),
    "an alarm opens a ticket": (Origin.AUTO_GENERATED, False, Outcome.OPENED, [("new_ticket", WANG)]),
    "a newsletter opens a ticket": (Origin.MAILING_LIST, False, Outcome.OPENED, [("new_ticket", WANG)]),
    "an invitation opens a ticket": (Origin.CALENDAR, False, Outcome.OPENED, [("new_ticket", WANG)]),
    "an alarm to a ticket is kept": (Origin.AUTO_GENERATED, True, Outcome.APPENDED, []),
}


@pytest.mark.parametrize(("origin", "known", "outcome", "told"), MACHINES.values(), ids=MACHINES)
def test_what_a_machines_mail_becomes(
    origin: Origin, outcome: Outcome, told: list[tuple[str, str]], *, known: bool
) -> None:
    decision = decided(came(by_machine(origin), anns(Status.CLOSED) if known else None))
    assert decision.outcome is outcome
    assert sent(decision) == told
    if known and decision.ticket is not None:
        assert decision.ticket == anns(Status.CLOSED), "a machine moves nothing"
        assert not [entry for entry in decision.entries if isinstance(entry, PublicMessage | Change)]


def test_an_answer_that_only_its_subject_shows_may_be_a_persons() -> None:
    decision = decided(came(by_machine(Origin.AUTO_REPLY, "Subject")))
    assert (decision.outcome, sent(decision)) == (Outcome.OPENED, [("new_ticket", WANG)])


def test_a_delay_is_remarked_and_told_to_nobody() -> None:
    late = by_machine(Origin.BOUNCE)
    assert late.bounce is not None
    decision = decided(came(replace(late, bounce=replace(late.bounce, severity=Severity.DELAYED)), anns()))
    assert sent(decision) == []
    assert [entry.what for entry in decision.entries if isinstance(entry, Remark)] == ["bounced"]


PEOPLE = {
    "a customer who proves it reopens": (ANN, Status.CLOSED, Trust.PROVEN, Status.OPEN, [("customer_replied", WANG)]),
    "one who does not is only heard": (ANN, Status.CLOSED, Trust.KNOWN, Status.CLOSED, [("customer_replied", WANG)]),
    "a customer answers our question": (ANN, Status.WAITING, Trust.PROVEN, Status.OPEN, [("customer_replied", WANG)]),
    "a customer is not content": (ANN, Status.RESOLVED, Trust.PROVEN, Status.OPEN, [("customer_replied", WANG)]),
    "a customer adds something": (ANN, Status.NEW, Trust.PROVEN, Status.NEW, [("customer_replied", WANG)]),
    "an engineer answers": (WANG, Status.NEW, Trust.PROVEN, Status.OPEN, [("reply", ANN)]),
    "another engineer answers": (LEAD, Status.NEW, Trust.PROVEN, Status.OPEN, [("reply", ANN)]),
    "an engineer writes after closing": (WANG, Status.CLOSED, Trust.PROVEN, Status.CLOSED, [("reply", ANN)]),
    "who may not be an engineer is kept inside": (WANG, Status.NEW, Trust.KNOWN, Status.NEW, [("not_verified", WANG)]),
}


@pytest.mark.parametrize(("sender", "before", "trust", "after", "told"), PEOPLE.values(), ids=PEOPLE)
def test_what_a_persons_mail_does(
    sender: str, before: Status, trust: Trust, after: Status, told: list[tuple[str, str]]
) -> None:
    decision = decided(came(written(sender), anns(before), trust))
    assert decision.outcome is Outcome.APPENDED
    assert decision.ticket is not None and decision.ticket.status is after
    assert sent(decision) == told


SILENCES = {
    "nobody to write to": ({"sender": None, "sender_shown": "x"}, 1, "no single valid sender"),
    "the sender wants none": ({"suppress_reply": True}, 1, "asks for no automatic reply"),
    "enough were sent": ({}, 0, "had its share"),
    "more than enough were sent": ({}, -3, "had its share"),
}


@pytest.mark.parametrize(("of_mail", "left", "why"), SILENCES.values(), ids=SILENCES)
def test_why_an_acknowledgement_is_not_sent(of_mail: dict[str, object], left: int, why: str) -> None:
    decision = decided(came(written(ANN, **of_mail), notices_left=left))
    assert decision.outcome is Outcome.OPENED
    assert sent(decision) == [("new_ticket", WANG)]
    reasons = [entry.detail for entry in decision.entries if isinstance(entry, Remark)]
    assert any(why in reason for reason in reasons)


def test_a_new_request_is_acknowledged_to_who_wrote_it_and_told_to_the_assignee() -> None:
    decision = decided(came(written(EVE)))
    assert sent(decision) == [("acknowledgement", EVE), ("new_ticket", WANG)]
    assert decision.ticket is not None
    assert (decision.ticket.participants, decision.ticket.status) == ((EVE,), Status.NEW)


@pytest.mark.parametrize(("late", "opened"), [(timedelta(0), False), (timedelta(microseconds=1), True)])
def test_the_days_in_which_a_ticket_reopens_end_exactly(late: timedelta, *, opened: bool) -> None:
    old = anns(Status.CLOSED, closed_at=NOW - timedelta(days=14) - late)
    decision = decided(came(written(ANN), old))
    assert (decision.outcome is Outcome.OPENED) is opened
    if opened:
        assert Remark("claims", old.number) in decision.entries


def test_an_engineer_may_answer_however_long_ago_a_ticket_was_closed() -> None:
    old = anns(Status.CLOSED, closed_at=NOW - timedelta(days=400))
    assert sent(decided(came(written(WANG), old))) == [("reply", ANN)]


def test_an_engineer_who_asked_for_something_is_a_customer_there() -> None:
    own = anns(requester=WANG, participants=(WANG,), assignee=LEAD)
    decision = decided(came(written(WANG, "#close"), own))
    assert decision.ticket is not None and decision.ticket.status is Status.OPEN
    assert sent(decision) == [("customer_replied", LEAD)]


def test_mail_from_before_the_desk_is_tagged_and_promised_nothing() -> None:
    decision = decided(came(written(ANN), before_us=True))
    assert decision.ticket is not None
    assert "imported" in decision.ticket.tags and decision.ticket.clocks == ()


def test_a_reply_of_quotation_only_is_kept_whole() -> None:
    quoted = written(ANN, "", text="> all of it quoted")
    [entry, *_] = decided(came(quoted, anns())).entries
    assert entry == PublicMessage(ANN, "> all of it quoted")


def test_a_machines_words_are_kept_inside() -> None:
    [note, remark] = decided(came(by_machine(Origin.AUTO_REPLY), anns())).entries
    assert note == InternalNote(ANN, "Some words.")
    assert remark == Remark("automatic", "auto-reply")


def test_the_identifiers_of_a_mail_lead_to_its_ticket_and_never_grow_without_end() -> None:
    ticket = anns()
    for n in range(40):
        later = written(ANN, message_id=f"{n}@customer.test", references=(f"r{n}@x.test",))
        after = decided(came(later, ticket)).ticket
        assert after is not None
        ticket = after
    assert ticket.last_message_id == "39@customer.test"
    assert len(ticket.references) == 20 and ticket.references[-1] == "39@customer.test"
