"""What an engineer's mail means: orders on its first lines, and words that go to the customer or stay inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from parsers.orders import Order, orders
from rules import notify
from rules.lifecycle import happened
from rules.model import (
    Change,
    Decision,
    Entry,
    Happening,
    InternalNote,
    MailArrived,
    Notice,
    Outcome,
    PublicMessage,
    Remark,
    Status,
    Ticket,
)
from rules.notify import attached, found_by
from rules.people import Engineer
from rules.practice import Practice

ORDERS = frozenset({"assign", "close", "note"})
"""`#assign` with an engineer's address or name; `#close`; `#note`: the words below stay inside."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What cannot be carried out, as it was written, and a reason that templates put into words."""

    order: str
    reason: str


@dataclass(slots=True)
class _Draft:
    """The decision in the making."""

    ticket: Ticket
    entries: list[Entry] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def happened(self, what: Happening, event: MailArrived, practice: Practice) -> None:
        """Let status and clocks take note."""
        self.ticket, noted = happened(self.ticket, what, practice, event.arrived_at)
        self.entries += noted


def spoke(event: MailArrived, ticket: Ticket, engineer: Engineer, practice: Practice) -> Decision:
    """Orders are carried out all together or not at all; other words go to the participants, or inside by `#note`."""
    given, text = orders(event.mail.new_text)
    words = bool(text) or any(not each.decorative for each in event.mail.attachments)
    refusal = _refusal(given, words, ticket, practice)
    if refusal is not None:
        return _refused(event, ticket, engineer, refusal, practice)
    names = {order.name for order in given}
    draft = _Draft(ticket)
    for order in given:
        if order.name == "assign":
            _assign(draft, order, event, practice)
    public = words and "note" not in names
    if public:
        draft.entries.append(PublicMessage(engineer.address, text, attached(event.mail)))
        draft.happened(Happening.PUBLIC_REPLY, event, practice)
    elif words:
        draft.entries.append(InternalNote(engineer.address, text, attached(event.mail)))
    if "close" in names:
        draft.happened(Happening.CLOSED, event, practice)
    if public or "close" in names:
        kind = "closed" if "close" in names else "reply"
        said = notify.Words(engineer.name, text, event.mail.attachments) if public else notify.Words(engineer.name)
        draft.notices += notify.to_customers(kind, draft.ticket, event.mail, said, practice)
    because = " ".join(f"#{order.name}" for order in given) or found_by(event.match)
    return Decision(draft.ticket, Outcome.APPENDED, because, tuple(draft.entries), tuple(draft.notices))


def unproven(event: MailArrived, ticket: Ticket, engineer: Engineer, practice: Practice) -> Decision:
    """From names an engineer but nothing proves it: the words stay inside, and the real one is told what to do."""
    entries = (
        InternalNote(engineer.address, event.mail.new_text, attached(event.mail)),
        Remark("unverified", "the sender did not prove to be this engineer; nothing was sent or carried out"),
    )
    told = _to_engineer("not_verified", event, ticket, engineer, {}, practice)
    return Decision(ticket, Outcome.APPENDED, "engineer not verified", entries, told)


def _refusal(given: Sequence[Order], words: bool, ticket: Ticket, practice: Practice) -> Refusal | None:  # noqa: FBT001 - a fact
    """The first thing that cannot be carried out, and why."""
    names = {order.name for order in given}
    for order in given:
        if order.name not in ORDERS:
            return Refusal(f"#{order.name}", "unknown")
        if order.name == "close" and ticket.status is Status.CLOSED:
            return Refusal("#close", "closed-already")
        if order.name == "assign" and practice.people.named(order.argument) is None:
            return Refusal(f"#assign {order.argument}", "nobody-of-that-name")
    if not words and (not given or names == {"note"}):
        return Refusal("".join(f"#{name}" for name in names), "no-words")
    if words and not ticket.participants and "note" not in names:
        return Refusal("", "nobody-to-tell")
    return None


def _assign(draft: _Draft, order: Order, event: MailArrived, practice: Practice) -> None:
    taker = practice.people.named(order.argument)
    if taker is None or taker.address == draft.ticket.assignee:
        return
    draft.entries.append(Change("assignee", draft.ticket.assignee or "", taker.address, "#assign"))
    draft.ticket = replace(draft.ticket, assignee=taker.address)
    facts = {"subject": draft.ticket.subject, "requester": draft.ticket.requester}
    draft.notices.append(notify.to_engineer("assigned", draft.ticket, taker.address, event.mail, facts, practice))


def _refused(event: MailArrived, ticket: Ticket, engineer: Engineer, refusal: Refusal, practice: Practice) -> Decision:
    """Nothing is carried out and nobody but the engineer hears of it; the words are kept."""
    entries = (
        InternalNote(engineer.address, event.mail.new_text, attached(event.mail)),
        Remark("refused", f"{refusal.order} {refusal.reason}".strip()),
    )
    facts = {"order": refusal.order, "reason": refusal.reason}
    told = _to_engineer("order_refused", event, ticket, engineer, facts, practice)
    return Decision(ticket, Outcome.APPENDED, "order refused", entries, told)


def _to_engineer(
    kind: str, event: MailArrived, ticket: Ticket, engineer: Engineer, facts: Mapping[str, object], practice: Practice
) -> tuple[Notice, ...]:
    if event.notices_left <= 0:
        return ()
    return (notify.to_engineer(kind, ticket, engineer.address, event.mail, facts, practice),)
