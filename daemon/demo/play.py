"""What people can do in the demo: write, wait for a mail, read it, answer. They know only what reached them."""

from __future__ import annotations

import smtplib
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import getaddresses

from daemon.clock import FastClock
from daemon.demo.cast import DESK, ENGINEERS, author
from daemon.demo.clients import CHINA, Quoted
from daemon.demo.letters import letter
from daemon.demo.mailroom import Mailroom, Missed, Received
from daemon.demo.post import Person, Posted, answer, first_mail
from daemon.demo.world import HOST, Leaving
from parsers.mail import Mail
from parsers.reading import read

KindOf = Callable[[str], str]
"""The kind of notice that we sent under a Message-ID, as the desk's own outbox tells it."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """A mail that somebody sent to the desk."""

    sender: Person
    recipients: Sequence[str]
    posted: Posted


@dataclass(slots=True)
class Play:
    """The world as the people in it see it, and the clock they live by.

    `tells_progress` says whether the policy in force promises customers mails about the progress of their tickets.
    """

    clock: FastClock
    mx: int
    mailroom: Mailroom
    kind_of: KindOf
    on_submitted: Callable[[Submitted], None]
    tells_progress: bool
    left: list[Leaving] = field(default_factory=list)
    _news: threading.Condition = field(default_factory=threading.Condition)

    def pause(self, minutes: float) -> None:
        """Let so many minutes of the play's clock pass."""
        self.mailroom.over.wait(minutes * 60 / self.clock.rate)

    def send(self, sender: Person, posted: Posted, *, to: Iterable[str], null: bool = False) -> None:
        """Hand a mail to the mail server of its recipients; `null` sends it with MAIL FROM:<>."""
        recipients = list(to)
        with smtplib.SMTP(HOST, self.mx, timeout=20) as smtp:
            smtp.sendmail("" if null else sender.address, recipients, posted.raw)
        self.on_submitted(Submitted(sender, recipients, posted))

    def leaves(self, leaving: Leaving) -> None:
        """Take note of a mail that the desk sent."""
        with self._news:
            self.left.append(leaving)
            self._news.notify_all()

    def end(self) -> None:
        """Nothing more will happen: let those who wait see it."""
        self.mailroom.over.set()
        self.mailroom.hurry()
        with self._news:
            self._news.notify_all()

    def wait_for_leaving(self, wanted: Callable[[Leaving], bool], what: str) -> Leaving:
        """The first mail of the desk of this kind. Raises `Missed`."""
        with self._news:
            over = self.mailroom.over
            self._news.wait_for(lambda: over.is_set() or any(map(wanted, self.left)), self.mailroom.seconds_left())
            found = next(filter(wanted, self.left), None)
        if found is None:
            raise Missed(what)
        return found

    def write(self, name: str, **words: str) -> Conversation:
        """Send the letter of this name; what comes of it is the conversation."""
        written = letter(name, **words)
        posted = first_mail(written, self.clock.now())
        sender = author(written.first("From"))
        self.send(sender, posted, to=[each for _, each in getaddresses([written.first("To")])])
        return Conversation(self, sender, posted)


@dataclass(slots=True)
class Conversation:
    """A customer and the desk writing to each other below one first mail."""

    play: Play
    customer: Person
    first: Posted
    engineer: Person = ENGINEERS[0].person
    at_customer: Received | None = None
    at_desk: Received | None = None

    def customer_reads(self, kind: str) -> Received:
        """The customer gets a mail of this kind. Raises `Missed`."""
        what = f"{self.customer.name} waited for {kind} about “{self.first.subject}”"
        self.at_customer = self._wait([self.customer.address], kind, what)
        return self.at_customer

    def desk_reads(self, kind: str) -> Received:
        """One of the engineers gets a mail of this kind, and goes on with it. Raises `Missed`."""
        what = f"the engineers waited for {kind} about “{self.first.subject}”"
        found = self._wait([each.person.address for each in ENGINEERS], kind, what)
        self.engineer = next(each.person for each in ENGINEERS if each.person.address == found.address)
        self.at_desk = found
        return found

    def customer_answers(self, name: str) -> None:
        """The customer answers the mail read last."""
        assert self.at_customer is not None
        self._answer(name, self.customer, self.at_customer)

    def engineer_answers(self, name: str) -> None:
        """The engineer answers the mail read last, in their own mail client."""
        assert self.at_desk is not None
        self._answer(name, self.engineer, self.at_desk)

    def _wait(self, addresses: Sequence[str], kind: str, what: str) -> Received:
        def wanted(received: Received) -> bool:
            ours = self.first.message_id in received.thread
            return ours and self.play.kind_of(received.mail.message_id or "") == kind

        return self.play.mailroom.wait_for(addresses, wanted, what)

    def _answer(self, name: str, who: Person, received: Received) -> None:
        quoted = Quoted(received.mail, _written_at(received.mail, self.play))
        reply_to = reply_address(received.mail)
        posted = answer(letter(name), who, quoted, reply_to, self.play.clock.now())
        recipient = read(posted.raw).mail.to[0].address
        self.play.send(who, posted, to=[recipient])


def reply_address(mail: Mail) -> str:
    """Where a mail client sends the answer: to Reply-To, if there is one, else to the sender."""
    replies = (value for name, value in mail.headers if name.lower() == "reply-to")
    addresses = [address for _, address in getaddresses([*replies]) if address]
    return addresses[0] if addresses else (mail.sender.address if mail.sender else DESK.address)


def _written_at(mail: Mail, play: Play) -> datetime:
    return (mail.date or play.clock.now()).astimezone(CHINA)
