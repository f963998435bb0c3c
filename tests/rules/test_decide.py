"""What holds for every decision, whatever arrives: it is made, and it tells nobody what is not theirs to know."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.compose.message import Sender, Stamp, compose
from daemon.compose.wording import Wording, load_wording
from daemon.resources import resource
from parsers.mail import Address, Attachment, Automatic, Bounce, Cut, Mail, Origin, Severity
from rules.model import (
    Audience,
    Change,
    ClockState,
    Decision,
    DeliveryFailed,
    InternalNote,
    MailArrived,
    Match,
    Outcome,
    Status,
    Ticket,
    TimeCame,
    Trust,
)
from rules.notices import ABOUT_TICKET, KINDS
from tests.rules.scene import ANN, EVE, LEAD, LI, NOW, PEOPLE, WANG, anns, came, decided, sent, written

STAFF = {engineer.address.casefold() for engineer in PEOPLE.engineers}

_addresses = st.sampled_from([ANN, EVE, WANG, LI.casefold(), LI, LEAD, "support@desk.test"])
_texts = st.one_of(
    st.sampled_from(
        ["#close", "#note\nsecret", "#assign li\nsecret", "#nonsense", "secret", "", "自动回复", "\0\ud800"]
    ),
    st.text(max_size=40),
)
_moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001 - hypothesis takes naive bounds
_files = st.builds(
    Attachment,
    st.text(max_size=8),
    st.just("text/plain"),
    st.integers(0, 9),
    st.just("c" * 64),
    decorative=st.booleans(),
)


@st.composite
def _mails(draw: st.DrawFn) -> Mail:
    text = draw(_texts) + draw(_texts)
    ends = sorted(draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=4).filter(lambda n: len(n) % 2 == 0)))
    sender = draw(st.none() | st.builds(Address, _addresses, _texts))
    return Mail(
        sender=sender,
        sender_shown=draw(_texts),
        to=(),
        cc=(),
        delivered_to=(),
        subject=draw(_texts),
        message_id=draw(st.none() | _texts),
        in_reply_to=tuple(draw(st.lists(_texts, max_size=2))),
        references=tuple(draw(st.lists(_texts, max_size=30))),
        date=draw(st.none() | _moments),
        text=text,
        html="",
        cut=Cut(tuple(zip(ends[::2], ends[1::2], strict=True)), "drawn", 0.5),
        attachments=tuple(draw(st.lists(_files, max_size=2))),
        language=draw(st.sampled_from(["zh", "en", "other"])),
        automatic=draw(st.none() | st.builds(Automatic, st.sampled_from(Origin), st.sampled_from(["Subject", "x"]))),
        suppress_reply=draw(st.booleans()),
        bounce=draw(
            st.none()
            | st.builds(
                Bounce, st.lists(_addresses, max_size=2).map(tuple), st.sampled_from(Severity), _texts, st.none()
            )
        ),
        forwarded=None,
        headers=tuple(
            draw(st.lists(st.tuples(st.sampled_from(["List-Unsubscribe", "Precedence", "X"]), _texts), max_size=2))
        ),
        defects=tuple(draw(st.lists(_texts, max_size=2))),
        fingerprint=draw(st.text("0123456789abcdef", min_size=64, max_size=64)),
        size=draw(st.integers(0, 2**40)),
    )


_clocks = st.lists(
    st.builds(
        ClockState,
        st.sampled_from(["first_response", "progress", "gone"]),
        _moments,
        st.none() | st.just(NOW),
        st.none() | st.just(NOW),
    ),
    max_size=3,
    unique_by=lambda state: state.name,
).map(tuple)


@st.composite
def _tickets(draw: st.DrawFn) -> Ticket:
    status = draw(st.sampled_from(Status))
    return anns(
        status,
        participants=draw(st.sampled_from([(ANN,), (), (ANN, "bob@customer.test"), (WANG,)])),
        assignee=draw(st.sampled_from([WANG, LI, LEAD, None, "gone@desk.test"])),
        category=draw(st.sampled_from(["fault", "other", "gone"])),
        priority=draw(st.sampled_from(["P1", "P4", "gone"])),
        language=draw(st.sampled_from(["en", "zh-CN", "xx"])),
        subject=draw(_texts),
        closed_at=draw(_moments) if status is Status.CLOSED else None,
        clocks=draw(_clocks),
    )


@st.composite
def arrivals(draw: st.DrawFn) -> MailArrived:
    ticket = draw(st.none() | _tickets())
    return came(
        draw(_mails()),
        ticket,
        draw(st.sampled_from(Trust)),
        match=draw(st.sampled_from(Match)) if ticket else None,
        arrived_at=draw(_moments),
        claimed=draw(st.none() | st.just("TS-20200101-001")),
        notices_left=draw(st.integers(-2, 3)),
        oversize=draw(st.none() | st.integers(0, 10**9)),
        before_us=draw(st.booleans()),
    )


@cache
def _shipped() -> Wording:
    return load_wording(resource("templates"), None, "Asia/Shanghai", "en")


def _assert_only_those_concerned_are_told(decision: Decision) -> None:
    if decision.ticket is None:
        assert decision.notices == () and decision.entries == ()
        return
    for notice in decision.notices:
        reader = notice.recipient.casefold()
        if notice.audience is Audience.CUSTOMER:
            assert reader in decision.ticket.participants
        else:
            assert reader in STAFF | {(decision.ticket.assignee or "").casefold()}
        assert set(notice.facts) == KINDS[notice.kind].facts | ABOUT_TICKET
        assert all(isinstance(value, str | int | datetime | list | None) for value in notice.facts.values())
    keys = [notice.key(decision.ticket.number) for notice in decision.notices]
    assert len(keys) == len(set(keys))


@settings(max_examples=120)
@given(arrivals())
def test_every_mail_is_decided_and_tells_only_those_concerned(event: MailArrived) -> None:
    decision = decided(event)
    _assert_only_those_concerned_are_told(decision)
    assert decision.because
    assert (decision.ticket is None) is (decision.outcome is Outcome.SET_ASIDE)


@settings(max_examples=120)
@given(arrivals())
def test_no_internal_word_stands_in_a_notice_to_a_customer(event: MailArrived) -> None:
    decision = decided(event)
    inside = [entry.text for entry in decision.entries if isinstance(entry, InternalNote) and entry.text.strip()]
    files = {name for entry in decision.entries if isinstance(entry, InternalNote) for name in entry.attachments}
    for notice in decision.notices:
        if notice.audience is Audience.CUSTOMER:
            said = [value for name, value in notice.facts.items() if name in {"text", "why", "claimed"} and value]
            assert not [text for text in inside if text in said]
            assert not files & {name for name, _, _ in notice.attachments}


@settings(max_examples=120)
@given(arrivals())
def test_a_machine_is_never_written_to_and_moves_nothing(event: MailArrived) -> None:
    if event.mail.automatic is None:
        return
    decision = decided(event)
    assert not [notice for notice in decision.notices if notice.audience is Audience.CUSTOMER]
    if event.ticket is not None and decision.ticket is not None:
        assert decision.ticket == event.ticket
        assert not [entry for entry in decision.entries if isinstance(entry, Change)]


@settings(max_examples=100)
@given(_tickets(), _moments)
def test_time_tells_only_those_concerned_and_never_the_same_twice(ticket: Ticket, now: datetime) -> None:
    first = decided(TimeCame(ticket), now)
    _assert_only_those_concerned_are_told(first)
    assert first.ticket is not None
    again = decided(TimeCame(first.ticket), now)
    assert again.notices == () and again.entries == ()
    assert len({notice.recipient for notice in first.notices}) == len(first.notices), "one mail to each person"


@given(_tickets(), _addresses, _texts)
def test_a_failed_delivery_is_never_told_to_its_recipient(ticket: Ticket, recipient: str, code: str) -> None:
    decision = decided(DeliveryFailed(ticket, recipient, code))
    _assert_only_those_concerned_are_told(decision)
    assert recipient.casefold() not in {notice.recipient.casefold() for notice in decision.notices}


def test_the_failure_of_the_leads_own_mail_is_the_end_of_it() -> None:
    assert sent(decided(DeliveryFailed(anns(), LEAD, "550"))) == []
    assert sent(decided(DeliveryFailed(anns(), WANG, "550"))) == [("undeliverable", LEAD)]
    assert sent(decided(DeliveryFailed(anns(), ANN, "550"))) == [("undeliverable", WANG)]


@settings(max_examples=60)
@given(arrivals())
def test_every_notice_can_be_written(event: MailArrived) -> None:
    decision = decided(event)
    for notice in decision.notices:
        contents: Mapping[str, bytes] = {"c" * 64: b"x"}
        stamp = Stamp("id@desk.test", NOW, "support@desk.test", None, ())
        made = compose(notice, _shipped(), Sender("desk.test", "support@desk.test", {"en": "Desk"}), stamp, contents)
        assert made.fault is None, made.fault


def test_after_a_long_silence_each_person_gets_one_mail() -> None:
    opened = decided(came(written(ANN)))
    assert opened.ticket is not None
    late = decided(TimeCame(opened.ticket), NOW + timedelta(days=30))
    assert sorted(sent(late)) == [("overdue", LEAD), ("overdue", WANG), ("progress", ANN)]
    assert late.ticket is not None
    assert decided(TimeCame(late.ticket), NOW + timedelta(days=30, minutes=1)).notices == ()
