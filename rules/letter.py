"""An engineer's mail as it is understood: the orders at its top, its words, and for whom those are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from parsers import orders as written
from rules.model import MailArrived
from rules.orders import SPELLINGS, Argument, Ear, Giver, OrderKind, order_kind
from rules.people import Engineer
from rules.practice import Practice


class Refused(Exception):
    """What cannot be carried out, as it was written, and a reason that templates put into words.

    Where `word` was not understood, `known` are those that are.
    """

    def __init__(self, order: str, reason: str, word: str = "", known: Sequence[str] = ()) -> None:
        super().__init__(f"{order} {reason}".strip())
        self.order = order
        self.reason = reason
        self.word = word
        self.known = known


@dataclass(frozen=True, slots=True)
class Given:
    """An order that is understood, and the line in which it was given."""

    kind: OrderKind
    argument: str

    @property
    def line(self) -> str:
        return f"#{self.kind.word} {self.argument}".strip()


@dataclass(frozen=True, slots=True)
class Letter:
    """An engineer's mail as understood: its orders, its words, and whether those are for the customer."""

    event: MailArrived
    engineer: Engineer
    practice: Practice
    given: tuple[Given, ...]
    text: str

    @property
    def has_words(self) -> bool:
        return bool(self.text) or any(not each.decorative for each in self.event.mail.attachments)

    @property
    def public(self) -> bool:
        return self.has_words and all(each.kind.ear is Ear.CUSTOMER for each in self.given)

    @property
    def kinds(self) -> Sequence[OrderKind]:
        return [each.kind for each in self.given]


def read(event: MailArrived, engineer: Engineer, practice: Practice) -> Letter:
    """The letter. Raises Refused for an order that there is not, that this engineer may not give, or without words."""
    lines, text = written.orders(event.mail.new_text)
    given = tuple(_understood(line, engineer, practice) for line in lines)
    spoken = [each.argument for each in given if each.kind.argument is Argument.WORDS]
    letter = Letter(event, engineer, practice, given, "\n".join(filter(None, (*spoken, text))))
    if not letter.has_words:
        if not given:
            raise Refused("", "no-words")
        for each in given:
            if each.kind.wants is not None:
                raise Refused(each.line, each.kind.wants)
    return letter


def _understood(line: written.Order, engineer: Engineer, practice: Practice) -> Given:
    kind = order_kind(line.name)
    if kind is None:
        raise Refused(f"#{line.name}", "unknown", f"#{line.name}", SPELLINGS)
    if kind.giver is Giver.LEAD and not practice.people.leads(engineer):
        raise Refused(f"#{line.name}", "not-allowed")
    return Given(kind, line.argument)
