"""A customer's verdict on what was done: `#confirm` at the top of a mail, or one of the pack's ratings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from parsers.orders import orders
from rules import notify
from rules.lexicon import folded
from rules.lifecycle import fits, happened
from rules.model import (
    Change,
    Decision,
    Entry,
    Happening,
    MailArrived,
    Outcome,
    PublicMessage,
    Remark,
    Ticket,
    Trust,
)
from rules.notify import attached, author_of
from rules.orders import order_kind
from rules.policy import Policy
from rules.practice import Practice


def verdict(event: MailArrived, ticket: Ticket, practice: Practice) -> Decision | None:
    """The decision about a proven sender's mail that confirms a solution (A42, D41), rates it (B32, C39, D36) or only
    says thanks; None for any other.

    A rating moves no ticket: words below it are the customer's opinion (B33, D37). Thanks for what is done ask for
    nothing, so they open nothing again.
    """
    if event.trust is not Trust.PROVEN:
        return None
    if _confirms(event) and fits(ticket, Happening.CONFIRMED):
        return _decided(Happening.CONFIRMED, (), event, ticket, practice)
    if ticket.status.is_open:
        return None
    rated = _rating(event.mail.new_text, practice.policy)
    if rated is not None:
        return _decided(Happening.RATED, (Change("rating", "", rated, "customer"),), event, ticket, practice)
    if _only_thanks(event):
        return _kept("thanks", (Remark("thanks", "nothing is asked for"),), event, ticket, practice)
    return None


def _decided(
    what: Happening, changes: tuple[Entry, ...], event: MailArrived, ticket: Ticket, practice: Practice
) -> Decision:
    after, noted = happened(ticket, what, practice, event.arrived_at)
    kept = _kept(what.value, (*changes, *noted), event, after, practice)
    if after.status is ticket.status:
        return kept
    closed = notify.to_customers("closed", after, event.mail, notify.Words(""), practice)
    return replace(kept, notices=(*kept.notices, *closed))


def _kept(because: str, entries: tuple[Entry, ...], event: MailArrived, ticket: Ticket, practice: Practice) -> Decision:
    said = PublicMessage(author_of(event.mail), event.mail.new_text, attached(event.mail))
    told = notify.customer_replied(ticket, event, event.mail.new_text, practice)
    return Decision(ticket, Outcome.APPENDED, because, (said, *entries), told)


def _confirms(event: MailArrived) -> bool:
    given, _ = orders(event.mail.new_text)
    kind = order_kind(given[0].name) if given else None
    return kind is not None and kind.causes is Happening.CONFIRMED


_THANKS = re.compile(
    r"(?:(?:好的?|收到|知道了|明白了?|非常|十分|万分|真的?|太|已经?(?:好了|解决了|正常了)|问题解决了|可以了|没问题了"
    r"|谢谢|多谢|谢了|感谢|感激|辛苦了?|麻烦了|您们?|你们?|大家|各位|老师|啦|了|啊|的|支持|帮助|帮忙|回复|解答|处理|及时|耐心)"
    r"|(?:ok(?:ay)?|got it|noted|received|great|perfect|excellent|cheers|thx|thanks|thank you|many|so|very|much"
    r"|a lot|again|appreciated?|for|your|the|all|quick|kind|help|support|reply|response|everyone|both|it works(?: now)?"
    r"|works now|solved)\b"
    r"|[\s,.!;:~、。…☺❤\ufe0f\U0001f300-\U0001faff])++"
)
_THANKED = re.compile(r"谢|感激|辛苦|\bth(?:an)?(?:ks|x)\b|\bthank you\b|\bcheers\b|appreciated?")
_THANKS_CHARS = 120


def _only_thanks(event: MailArrived) -> bool:
    """Whether a mail says thanks and nothing else, but for a name below."""
    if any(not each.decorative for each in event.mail.attachments):
        return False
    lines = [line for each in event.mail.new_text.splitlines() if (line := folded(each))]
    name = folded(event.mail.sender.name) if event.mail.sender is not None else ""
    if len(lines) > 1 and name and lines[-1].strip(",.") in {name, *name.split()}:
        lines.pop()
    words = " ".join(lines)
    return len(words) <= _THANKS_CHARS and bool(_THANKED.search(words)) and _THANKS.fullmatch(words) is not None


_LABEL = re.compile(r"(?:评价|满意度|rating|i was|you were)?[\s:\-]*", re.IGNORECASE)


def _rating(text: str, policy: Policy) -> str | None:
    """The rating that the first line of a mail is, and nothing else."""
    line = folded(next((each for each in text.splitlines() if each.strip()), ""))
    label = _LABEL.match(line)
    return _called(policy).get(line[label.end() if label is not None else 0 :].rstrip(" .!。"))


def _called(policy: Policy) -> Mapping[str, str]:
    return {folded(name): each.id for each in policy.ratings for name in (each.id, *each.name.values())}
