"""What an engineer's mail orders, as a table: which words and orders lead to which ticket, notices and journal."""

from __future__ import annotations

from datetime import timedelta

import pytest

from daemon.policies import load_policy
from parsers.mail import Attachment
from rules.decide import decide
from rules.model import Audience, Change, Happening, InternalNote, PublicMessage, Remark, Status, Ticket, Trust
from rules.orders import ORDERS, Argument, Ear, Giver, OrderKind
from rules.practice import Practice
from tests.rules.scene import ANN, FILE, LEAD, LI, LOGO, NOW, PEOPLE, WANG, anns, basic, came, decided, sent, written

REPLY, CLOSED, ASSIGNED = ("reply", ANN), ("closed", ANN), ("assigned", LI)
PROMISE, TO_LEAD = ("promise", ANN), ("colleague_wrote", LEAD)

DONE = {
    "words alone go to the customer": ("Hello.", (), Status.OPEN, WANG, [REPLY], "Hello.", None),
    "a file alone goes to the customer": ("", (FILE,), Status.OPEN, WANG, [REPLY], "", None),
    "closing alone": ("#close", (), Status.CLOSED, WANG, [CLOSED], None, None),
    "closing with words": ("#close\nBye.", (), Status.CLOSED, WANG, [CLOSED], "Bye.", None),
    "closing under a logo": ("#close", (LOGO,), Status.CLOSED, WANG, [CLOSED], None, None),
    "a note on the line of the order": ("#note Inside.", (), Status.NEW, WANG, [], None, "Inside."),
    "closing with words on its line": ("#close Bye.", (), Status.CLOSED, WANG, [CLOSED], "Bye.", None),
    "asking and waiting": ("#wait\nWhich version?", (), Status.WAITING, WANG, [REPLY], "Which version?", None),
    "waiting alone": ("#等待客户", (), Status.WAITING, WANG, [], None, None),
    "a solution": ("#解决\nFixed.", (), Status.RESOLVED, WANG, [("resolved", ANN)], "Fixed.", None),
    "a solution without words": ("#resolve", (), Status.RESOLVED, WANG, [("resolved", ANN)], None, None),
    "a workaround": ("#临时方案\nUse the other one.", (), Status.OPEN, WANG, [REPLY], "Use the other one.", None),
    "a promised time": ("#eta 2h a part is missing", (), Status.OPEN, WANG, [PROMISE], None, None),
    "a promised time with words": ("#预计 2小时\nA part.", (), Status.OPEN, WANG, [PROMISE], "A part.", None),
    "a promised time and a note": ("#eta 2h\n#note\nNo idea.", (), Status.OPEN, WANG, [PROMISE], None, "No idea."),
    "a promise that is closed at once": ("#eta 2h\n#close", (), Status.CLOSED, WANG, [CLOSED], None, None),
    "a plan": ("#方案\nRoll back.", (), Status.NEW, WANG, [TO_LEAD], None, "Roll back."),
    "a report": ("#汇报\nFound it.", (), Status.NEW, WANG, [TO_LEAD], None, "Found it."),
    "an escalation": ("#升级 no access", (), Status.NEW, WANG, [("escalated", LEAD)], None, "no access"),
    "an assessment": ("#评估 可实施\nIn May.", (), Status.OPEN, WANG, [REPLY], "可实施\nIn May.", None),
    "a plan and a wrong category": ("#plan x\n#category fault", (), Status.NEW, WANG, [TO_LEAD], None, "x"),
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
        inside = notice.audience is Audience.DESK
        assert not notice.facts.get("text") or notice.facts["text"] == (note if inside else public)
        if public is None:
            assert notice.attachments == ()


REFUSALS = {
    "an unknown order": ("#frobnicate", anns(), "#frobnicate unknown"),
    "the unknown one is named": ("#close\n#shut", anns(), "#shut unknown"),
    "a Chinese order that is none": ("#关单", anns(), "#关单 unknown"),
    "closing what is closed": ("#close", anns(Status.CLOSED), "#close wrong-status"),
    "opening what is open": ("#reopen", anns(), "#reopen wrong-status"),
    "a promise about what is solved": ("#eta 2h", anns(Status.RESOLVED), "#eta 2h wrong-status"),
    "a promise after closing": ("#close\n#eta 2h", anns(), "#eta 2h wrong-status"),
    "solved and closed, the other way round": ("#close\n#resolve", anns(), "#resolve wrong-status"),
    "confirming what is not solved": ("#确认", anns(), "#confirm wrong-status"),
    "a moment that has passed": ("#eta 9:00", anns(), "#eta 9:00 past-time"),
    "a moment that nobody understands": ("#eta soon", anns(), "#eta soon no-time"),
    "a day without a time": ("#预计 明天", anns(), "#eta 明天 no-time"),
    "a later time without a reason": ("#eta 3h", anns(promised_at=NOW), "#eta 3h no-reason"),
    "a priority that there is not": ("#priority P9", anns(), "#priority P9 no-such-priority"),
    "a category that there is not": ("#分类 天气", anns(), "#category 天气 no-such-category"),
    "approving by one who leads nobody": ("#approve", anns(), "#approve not-allowed"),
    "a plan of nothing": ("#plan", anns(), "#plan no-words"),
    "an escalation without a reason": ("#escalate", anns(), "#escalate no-reason"),
    "assigning to nobody": ("#assign", anns(), "#assign nobody-of-that-name"),
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


def _happened(text: str, by: str = WANG, ticket: Ticket | None = None) -> list[str]:
    """What an engineer's mail makes happen, in order."""
    decision = decided(came(written(by, text), ticket or anns()))
    return [entry.detail for entry in decision.entries if isinstance(entry, Remark) and entry.what == "happened"]


ARGUMENTS = {"assign": "li", "priority": "P1", "category": "fault", "eta": "2h why"}
STANDING = {"confirm": Status.RESOLVED, "reopen": Status.CLOSED}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("kind", ORDERS, ids=lambda kind: kind.word)
def test_each_order_makes_happen_what_the_table_says(kind: OrderKind, language: str) -> None:
    line = f"{kind.spelled(language)} {ARGUMENTS.get(kind.word, 'words')}"
    by = LEAD if kind.giver is Giver.LEAD else WANG
    happened = _happened(line, by, anns(STANDING.get(kind.word, Status.OPEN)))
    assert kind.causes in happened
    assert ("public_reply" in happened) is (
        kind.answers or (kind.ear is Ear.CUSTOMER and kind.argument is Argument.WORDS)
    )


def test_every_happening_that_a_person_can_cause_has_an_order() -> None:
    of_itself = {Happening.OPENED, Happening.PUBLIC_REPLY, Happening.CUSTOMER_REPLY, Happening.RATED}
    assert {kind.causes for kind in ORDERS} == set(Happening) - of_itself


def test_words_to_the_customer_are_a_public_reply_once_and_before_the_orders() -> None:
    assert _happened("#workaround\n#eta 2h\n#wait\nUse this.") == ["public_reply", "workaround", "promised", "asked"]


def test_a_promise_is_kept_with_its_reason_in_the_time_of_the_desk() -> None:
    decision = decided(came(written(WANG, "#eta 18:00 the part comes at four"), anns()))
    assert decision.ticket is not None
    six = NOW + timedelta(hours=3)
    assert (decision.ticket.promised_at, decision.ticket.promised_why) == (six, "the part comes at four")
    assert Change("promised_at", "", six.isoformat(), "#eta the part comes at four") in decision.entries
    [notice] = decision.notices
    assert (notice.facts["promised_at"], notice.facts["promised_why"]) == (six, "the part comes at four")


@pytest.mark.parametrize("text", ["#eta 3h the part is late", "#eta 3h\nThe part is late.", "#eta 30m"])
def test_a_later_time_needs_a_reason_or_words_and_a_sooner_one_none(text: str) -> None:
    ticket = anns(promised_at=NOW + timedelta(hours=1), promised_why="a part")
    assert sent(decided(came(written(WANG, text), ticket))) == [PROMISE]


def test_a_new_category_that_has_other_priorities_brings_its_usual_one() -> None:
    policy = load_policy("fault-and-demand")
    practice = Practice(policy, PEOPLE, "Asia/Shanghai", NOW)
    ticket = anns(category="fault", priority="fatal")
    decision = decide(came(written(WANG, "#分类 客户需求"), ticket), practice)
    assert decision.ticket is not None and decision.ticket.category == "demand"
    assert decision.ticket.priority in {each.id for each in policy.priorities_of("demand")}
    kept = decide(came(written(WANG, "#category fault"), ticket), practice)
    assert kept.ticket is not None and kept.ticket.priority == "fatal"


@pytest.mark.parametrize("text", ["#approve", "#approve\nGo on."])
def test_a_lead_approves_and_the_assignee_hears_of_it(text: str) -> None:
    assert sent(decided(came(written(LEAD, text), anns()))) == [("colleague_wrote", WANG)]


def test_a_note_of_somebody_else_reaches_the_assignee_with_its_files_and_nobody_else() -> None:
    decision = decided(came(written(LI, "#note\nLook at this.", attachments=(FILE,)), anns()))
    [notice] = decision.notices
    assert (notice.kind, notice.recipient, notice.facts["text"]) == ("colleague_wrote", WANG, "Look at this.")
    assert notice.attachments == ((FILE.sha256, FILE.name, FILE.content_type),)


def test_who_leads_escalates_to_the_manager_and_who_is_at_the_top_to_nobody() -> None:
    above = PEOPLE.model_copy(update={"roles": {"manager": (LI,)}})
    event = came(written(LEAD, "#escalate too big for us"), anns())
    assert sent(decide(event, Practice(basic(), above, "Asia/Shanghai", NOW))) == [("escalated", LI)]
    [refused] = decided(event).notices
    assert (refused.kind, refused.facts["reason"]) == ("order_refused", "nobody-above")


NEAREST = {
    "#clsoe": "#close",
    "#resovle": "#resolve",
    "#临时方": "#临时方案",
    "#知识": "#知识库",
    "#xyzzy": "",
    "#priority P": "P4",
    "#category Falt": "Fault",
}


@pytest.mark.parametrize(("text", "nearest"), NEAREST.items())
def test_a_refusal_names_the_nearest_word_and_all_there_are(text: str, nearest: str) -> None:
    [notice] = decided(came(written(WANG, text), anns())).notices
    assert notice.facts["nearest"] == nearest
    assert notice.facts["orders"]


def test_a_colleague_who_is_assigned_and_written_to_gets_one_mail() -> None:
    decision = decided(came(written(WANG, "#note\n#assign li\nYours."), anns()))
    assert sent(decision) == [ASSIGNED]
    assert decision.notices[0].facts["text"] == "Yours."
