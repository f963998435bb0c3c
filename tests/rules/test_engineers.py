"""What an engineer's mail orders, as a table: which words and orders lead to which ticket, notices and journal."""

from __future__ import annotations

import pytest

from parsers.mail import Attachment
from rules.model import InternalNote, PublicMessage, Remark, Status, Ticket, Trust
from tests.rules.scene import ANN, FILE, LEAD, LI, LOGO, WANG, anns, came, decided, sent, written

REPLY, CLOSED, ASSIGNED = ("reply", ANN), ("closed", ANN), ("assigned", LI)

DONE = {
    "words alone go to the customer": ("Hello.", (), Status.OPEN, WANG, [REPLY], "Hello.", None),
    "a file alone goes to the customer": ("", (FILE,), Status.OPEN, WANG, [REPLY], "", None),
    "closing alone": ("#close", (), Status.CLOSED, WANG, [CLOSED], None, None),
    "closing with words": ("#close\nBye.", (), Status.CLOSED, WANG, [CLOSED], "Bye.", None),
    "closing under a logo": ("#close", (LOGO,), Status.CLOSED, WANG, [CLOSED], None, None),
    "a note": ("#note\nInside.", (), Status.NEW, WANG, [], None, "Inside."),
    "a note that is a file": ("#note", (FILE,), Status.NEW, WANG, [], None, ""),
    "a note that closes": ("#note\n#close\nInside.", (), Status.CLOSED, WANG, [CLOSED], None, "Inside."),
    "assigning by name": ("#assign 李雷", (), Status.NEW, LI, [ASSIGNED], None, None),
    "assigning by the part before the at sign": ("#assign LI", (), Status.NEW, LI, [ASSIGNED], None, None),
    "assigning by address": (f"#assign {LI.upper()}", (), Status.NEW, LI, [ASSIGNED], None, None),
    "assigning to who has it": ("#assign wang", (), Status.NEW, WANG, [], None, None),
    "assigning with words to the customer": (
        "#assign li\nLi will help you.",
        (),
        Status.OPEN,
        LI,
        [ASSIGNED, REPLY],
        "Li will help you.",
        None,
    ),
    "assigning with a note": ("#assign li\n#note\nYours.", (), Status.NEW, LI, [ASSIGNED], None, "Yours."),
    "assigning under a logo": ("#assign li", (LOGO,), Status.NEW, LI, [ASSIGNED], None, None),
    "an order below words is words": ("Hello.\n#close", (), Status.OPEN, WANG, [REPLY], "Hello.\n#close", None),
    "capitals and full width": ("＃CLOSE", (), Status.CLOSED, WANG, [CLOSED], None, None),
}


@pytest.mark.parametrize(("text", "files", "status", "assignee", "told", "public", "note"), DONE.values(), ids=DONE)
def test_what_an_engineers_mail_does(
    text: str,
    files: tuple[Attachment, ...],
    status: Status,
    assignee: str,
    told: list[tuple[str, str]],
    public: str | None,
    note: str | None,
) -> None:
    decision = decided(came(written(WANG, text, attachments=files), anns(Status.NEW)))
    assert decision.ticket is not None
    assert (decision.ticket.status, decision.ticket.assignee) == (status, assignee)
    assert sent(decision) == told
    said = [entry.text for entry in decision.entries if isinstance(entry, PublicMessage)]
    assert said == ([] if public is None else [public])
    kept = [entry.text for entry in decision.entries if isinstance(entry, InternalNote)]
    assert kept == ([] if note is None else [note])
    for notice in decision.notices:
        assert not notice.facts.get("text") or notice.facts["text"] == public
        if public is None:
            assert notice.attachments == ()


REFUSALS = {
    "an unknown order": ("#reopen", anns(), "#reopen unknown"),
    "the unknown one is named": ("#close\n#shut", anns(), "#shut unknown"),
    "a Chinese order that is none": ("#关单", anns(), "#关单 unknown"),
    "closing what is closed": ("#close", anns(Status.CLOSED), "#close closed-already"),
    "assigning to nobody": ("#assign", anns(), "#assign  nobody-of-that-name"),
    "assigning to a stranger": ("#assign zhao", anns(), "#assign zhao nobody-of-that-name"),
    "a note of nothing": ("#note", anns(), "#note no-words"),
    "nothing": ("", anns(), "no-words"),
    "only a logo": ("", anns(), "no-words"),
    "words to nobody": ("Hello.", anns(participants=()), "nobody-to-tell"),
}


@pytest.mark.parametrize(("text", "ticket", "said"), REFUSALS.values(), ids=REFUSALS)
def test_what_is_refused_changes_nothing_and_tells_only_its_author(text: str, ticket: Ticket, said: str) -> None:
    decision = decided(came(written(WANG, text, attachments=(LOGO,)), ticket))
    assert decision.ticket == ticket
    assert sent(decision) == [("order_refused", WANG)]
    [note, remark] = decision.entries
    assert note == InternalNote(WANG, text, (LOGO.sha256,))
    assert isinstance(remark, Remark) and remark == Remark("refused", said)


@pytest.mark.parametrize("text", ["Hello.", "#close", "#assign li", "#nonsense", ""])
def test_who_does_not_prove_to_be_an_engineer_orders_nothing(text: str) -> None:
    ticket = anns(Status.NEW)
    decision = decided(came(written(WANG, text), ticket, Trust.KNOWN))
    assert decision.ticket == ticket
    assert sent(decision) == [("not_verified", WANG)]
    assert not [entry for entry in decision.entries if isinstance(entry, PublicMessage)]


def test_an_engineer_who_had_enough_answers_is_not_answered_and_nothing_is_done_either() -> None:
    decision = decided(came(written(WANG, "#nonsense"), anns(), notices_left=0))
    assert (sent(decision), decision.ticket) == ([], anns())


def test_several_participants_are_each_told_once() -> None:
    several = anns(participants=(ANN, "bob@customer.test"))
    assert sent(decided(came(written(LEAD), several))) == [REPLY, ("reply", "bob@customer.test")]
