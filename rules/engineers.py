"""What an engineer's mail means: orders on its first lines, and words that go to the customer or stay inside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, assert_never

from rules import notify
from rules.eta import Eta, eta
from rules.letter import Given, Letter, Refused, read
from rules.lifecycle import fits, happened
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
    Ticket,
)
from rules.notify import attached, found_by
from rules.orders import ORDERS, TELLING, Argument, Ear, Giver, spelled
from rules.people import SUPERIORS, Engineer
from rules.practice import Practice
from rules.roles import holders
from rules.terms import Category, called
from rules.vocabulary import in_language, like


def spoke(event: MailArrived, ticket: Ticket, engineer: Engineer, practice: Practice) -> Decision:
    """Orders are carried out all together or not at all; other words go to the participants, or inside."""
    try:
        letter = read(event, engineer, practice)
        draft = _carried_out(letter, ticket)
        told = (*_desk_told(letter, draft), *_customers_told(letter, draft))
    except Refused as refusal:
        return _refused(event, ticket, engineer, refusal, practice)
    because = " ".join(f"#{kind.word}" for kind in letter.kinds) or found_by(event.match)
    return Decision(draft.ticket, Outcome.APPENDED, because, tuple(draft.entries), told)


def unproven(event: MailArrived, ticket: Ticket, engineer: Engineer, practice: Practice) -> Decision:
    """From names an engineer but nothing proves it: the words stay inside, and the real one is told what to do."""
    entries = (
        InternalNote(engineer.address, event.mail.new_text, attached(event.mail)),
        Remark("unverified", "the sender did not prove to be this engineer; nothing was sent or carried out"),
    )
    told = _answer("not_verified", event, ticket, engineer, {}, practice)
    return Decision(ticket, Outcome.APPENDED, "engineer not verified", entries, told)


# Carrying out --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Draft:
    """The decision in the making."""

    letter: Letter
    ticket: Ticket
    entries: list[Entry] = field(default_factory=list)
    taker: str | None = None

    def happens(self, what: Happening) -> None:
        """Let status and clocks take note."""
        self.ticket, noted = happened(self.ticket, what, self.letter.practice, self.letter.event.arrived_at)
        self.entries += noted

    def change(self, name: str, new: str, because: str) -> None:
        """Let a field of the ticket that is text take a new value, which rules leave alone from then on."""
        old = getattr(self.ticket, name) or ""
        if new != old:
            self.entries.append(Change(name, old, new, because))
        by_hand = tuple(dict.fromkeys((*self.ticket.by_hand, name)))
        value: dict[str, Any] = {name: new, "by_hand": by_hand}
        self.ticket = replace(self.ticket, **value)

    def carry_out(self, given: Given) -> None:
        """Do what one order says. Raises Refused."""
        if not fits(self.ticket, given.kind.causes):
            raise Refused(given.line, "wrong-status")
        match given.kind.argument:
            case Argument.ENGINEER:
                self._assign(given)
            case Argument.PRIORITY:
                self._prioritise(given)
            case Argument.CATEGORY:
                self._classify(given)
            case Argument.TIME:
                self._promise(given)
            case Argument.WORDS:
                pass
        self.happens(given.kind.causes)

    def _assign(self, given: Given) -> None:
        taker = self.letter.practice.people.named(given.argument)
        if taker is None:
            raise Refused(given.line, "nobody-of-that-name")
        if taker.address != self.ticket.assignee:
            self.taker = taker.address
            self.change("assignee", taker.address, "#assign")

    def _prioritise(self, given: Given) -> None:
        known = self.letter.practice.policy.priorities_of(self.ticket.category)
        found = called(given.argument, known)
        if found is None:
            raise Refused(given.line, "no-such-priority", given.argument, [each.id for each in known])
        self.change("priority", found.id, "#priority")

    def _classify(self, given: Given) -> None:
        """To a category, or to a sub-item of one. The priority stays, unless tickets of that category have others."""
        policy = self.letter.practice.policy
        item = called(given.argument, [item for each in policy.categories for item in each.items])
        category = policy.category(policy.category_of(item.id)) if item else called(given.argument, policy.categories)
        if category is None:
            raise Refused(given.line, "no-such-category", given.argument, self._names(policy.categories))
        self.change("category", category.id, "#category")
        if item is not None:
            self.change("item", item.id, "#category")
        elif self.ticket.item not in {each.id for each in category.items}:
            self.ticket = replace(self.ticket, item=None)
        if self.ticket.priority not in {each.id for each in policy.priorities_of(category.id)}:
            self.change("priority", policy.usual_priority(category.id), "#category")

    def _names(self, categories: Sequence[Category]) -> Sequence[str]:
        language = self.letter.practice.language_of(self.letter.engineer.address)
        return [in_language(each.name, language) for each in categories]

    def _promise(self, given: Given) -> None:
        """A new time for one that was given before needs a reason (A39)."""
        practice, old = self.letter.practice, self.ticket.promised_at
        match eta(given.argument, practice.now, practice.zone):
            case None:
                raise Refused(given.line, "no-time")
            case Eta(at=at) if at <= practice.now:
                raise Refused(given.line, "past-time")
            case Eta(at=at, why="") if old is not None and at > old and not self.letter.public:
                raise Refused(given.line, "no-reason")
            case Eta(at=at, why=why):
                self.ticket = replace(self.ticket, promised_at=at, promised_why=why)
                before = old.isoformat() if old is not None else ""
                self.entries.append(Change("promised_at", before, at.isoformat(), f"#eta {why}".strip()))


def _carried_out(letter: Letter, ticket: Ticket) -> _Draft:
    """What the words and then the orders, each after the other, make of a ticket. Raises Refused."""
    if letter.public and not ticket.participants:
        raise Refused("", "nobody-to-tell")
    draft = _Draft(letter, ticket)
    files, author = attached(letter.event.mail), letter.engineer.address
    if letter.public:
        draft.entries.append(PublicMessage(author, letter.text, files))
    elif letter.has_words:
        draft.entries.append(InternalNote(author, letter.text, files))
    if letter.public or any(kind.answers for kind in letter.kinds):
        draft.happens(Happening.PUBLIC_REPLY)
    for given in letter.given:
        draft.carry_out(given)
    return draft


# Telling -------------------------------------------------------------------------------------------------------------


def _customers_told(letter: Letter, draft: _Draft) -> Sequence[Notice]:
    """One mail to each participant, which says all that concerns them."""
    kinds = [kind.tells for kind in letter.kinds] + ["reply" if letter.public else None]
    kind = max(kinds, key=TELLING.index)
    if kind is None:
        return ()
    mail, name = letter.event.mail, letter.engineer.name
    words = notify.Words(name, letter.text, mail.attachments) if letter.public else notify.Words(name)
    return notify.to_customers(kind, draft.ticket, mail, words, letter.practice)


def _desk_told(letter: Letter, draft: _Draft) -> Iterable[Notice]:
    """One mail to each colleague whom an order concerns, with the words that stay inside. Raises Refused."""
    said = letter.text if letter.has_words and not letter.public else ""
    told: dict[str, Notice] = {}
    for given in sorted(letter.given, key=lambda each: each.kind.argument is not Argument.ENGINEER):
        reader = draft.taker if given.kind.argument is Argument.ENGINEER else _reader(given, letter, draft)
        if reader is None or reader in told:
            continue
        kind, facts = _for_desk(given, letter, draft.ticket, said)
        files = letter.event.mail.attachments if said else ()
        told[reader] = notify.to_engineer(kind, draft.ticket, reader, letter.event.mail, facts, letter.practice, files)
    return told.values()


def _reader(given: Given, letter: Letter, draft: _Draft) -> str | None:
    """Who hears the words below an order, unless they are the author's own."""
    people, engineer = letter.practice.people, letter.engineer
    match given.kind.ear:
        case Ear.ABOVE:
            ranks = [each for role in SUPERIORS for each in holders(role, draft.ticket, letter.practice)]
            reader = next((each for each in ranks if people.engineer(each) is not engineer), None)
            if reader is None:
                raise Refused(given.line, "nobody-above")
        case Ear.LEAD:
            reader = holders("lead", draft.ticket, letter.practice)[0]
        case Ear.ASSIGNEE:
            reader = draft.ticket.assignee
        case Ear.CUSTOMER:
            return None
        case _:
            assert_never(given.kind.ear)
    mine = reader is not None and people.engineer(reader) is engineer
    return None if mine or not (letter.has_words or given.kind.giver is Giver.LEAD) else reader


def _for_desk(given: Given, letter: Letter, ticket: Ticket, said: str) -> tuple[str, Mapping[str, object]]:
    """The notice by which a colleague hears of an order, and its facts."""
    facts: dict[str, object] = {"subject": ticket.subject, "author_name": letter.engineer.name, "text": said}
    if given.kind.argument is Argument.ENGINEER:
        return "assigned", facts | {"requester": ticket.requester}
    if given.kind.ear is Ear.ABOVE:
        cause, _, rest = said.partition("\n")
        assignee = letter.practice.people.engineer(ticket.assignee or "")
        name = assignee.name if assignee is not None else ""
        return "escalated", facts | {
            "requester": ticket.requester,
            "assignee_name": name,
            "cause": cause,
            "text": rest.strip(),
        }
    return "colleague_wrote", facts | {"order": f"#{given.kind.word}"}


def _refused(event: MailArrived, ticket: Ticket, engineer: Engineer, refusal: Refused, practice: Practice) -> Decision:
    """Nothing is carried out and nobody but the engineer hears of it; the words are kept."""
    entries = (
        InternalNote(engineer.address, event.mail.new_text, attached(event.mail)),
        Remark("refused", str(refusal)),
    )
    language = practice.language_of(engineer.address)
    known = spelled(ORDERS, language) if refusal.reason == "unknown" else ", ".join(refusal.known)
    nearest = like(refusal.word, refusal.known) or ""
    facts = {"order": refusal.order, "reason": refusal.reason, "nearest": nearest, "orders": known}
    told = _answer("order_refused", event, ticket, engineer, facts, practice)
    return Decision(ticket, Outcome.APPENDED, "order refused", entries, told)


def _answer(
    kind: str, event: MailArrived, ticket: Ticket, engineer: Engineer, facts: Mapping[str, object], practice: Practice
) -> tuple[Notice, ...]:
    if event.notices_left <= 0:
        return ()
    return (notify.to_engineer(kind, ticket, engineer.address, event.mail, facts, practice),)
