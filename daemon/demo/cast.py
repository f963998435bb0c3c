"""Who there is in the demo: the desk of a small software house, and customers who live on our mail servers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parseaddr

from daemon.demo.letters import MAILS, letter
from daemon.demo.post import Person

DESK = Person("半山软件客服", "support@midhill.example")
ALIASES = dict.fromkeys(("help@midhill.example", "retail-it@lists.retail-it.example"), DESK.address)
"""Other addresses whose mail reaches the desk: an alias, and a mailing list that it is subscribed to."""

NAMES = {"zh-CN": "半山软件客服", "en": "Midhill Support"}


@dataclass(frozen=True, slots=True)
class Engineer:
    """Somebody who answers, and in which language notices reach them."""

    person: Person
    language: str


ENGINEERS = (
    Engineer(Person("周敏", "zhou.min@midhill.example"), "zh-CN"),
    Engineer(Person("Tom Reed", "tom.reed@midhill.example"), "en"),
    Engineer(Person("林岳", "lin.yue@midhill.example"), "zh-CN"),
)
LEAD = ENGINEERS[2].person

ELSEWHERE = ("dongchen-print.example",)
"""Domains whose mail our relay passes on to servers that are not part of the demo."""

GREYLISTING = ("northgate-books.example",)

NEVER_ANSWERED = (
    "news@saas-weekly.example",
    "xu@retail-it.example",
    "retail-it@lists.retail-it.example",
    "nas@hengtong-hardware.example",
    "sam@copperkettle.example",
)
"""Machines, lists, and one whose mail names two senders."""


def customers() -> Sequence[Person]:
    """Everybody who signs a letter and has a mailbox on our servers."""
    unknown = {"number": "", "subject": "", "engineer": DESK.address, "engineer_name": ""}
    letters = (letter(path.stem, **unknown) for path in sorted(MAILS.glob("*.txt")))
    people = (author(each.first("From")) for each in letters if each.first("From"))
    return [each for each in people if each.domain not in (DESK.domain, *ELSEWHERE)]


def author(sender: str) -> Person:
    """The person that a From line names."""
    name, address = parseaddr(sender)
    return Person(name, address)
