"""Everybody's mail client: looks into each mailbox by IMAP, and lets those who wait for a mail find it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from daemon.demo.premises import PASSWORD
from daemon.demo.world import HOST
from parsers.mail import Mail
from parsers.reading import read

PAUSE_SECONDS = 0.15


@dataclass(slots=True, eq=False)
class Received:
    """A mail in somebody's mailbox, and whether they have dealt with it."""

    address: str
    mail: Mail
    raw: bytes
    taken: bool = False

    @property
    def thread(self) -> frozenset[str]:
        """The identifiers of earlier mails that this one names, by which a mail client groups them."""
        return frozenset((*self.mail.in_reply_to, *self.mail.references))


class Missed(Exception):
    """Something did not happen; its message says what."""


@dataclass(slots=True)
class Mailroom:
    """All mailboxes of the people in the play; `over` ends every wait, `fault` says why they cannot be read."""

    port: int
    addresses: Sequence[str]
    seconds_left: Callable[[], float]
    over: threading.Event
    fault: str | None = None
    _mails: list[Received] = field(default_factory=list)
    _news: threading.Condition = field(default_factory=threading.Condition)

    @contextmanager
    def open(self) -> Iterator[None]:
        """Look into the mailboxes, again and again, inside this block."""
        closing = threading.Event()
        thread = threading.Thread(target=self._watch, args=(closing,), name="mailroom", daemon=True)
        thread.start()
        try:
            yield
        finally:
            closing.set()
            thread.join()

    def wait_for(self, addresses: Iterable[str], wanted: Callable[[Received], bool], what: str) -> Received:
        """The first mail of this kind in these mailboxes that nobody has dealt with. Raises `Missed`."""
        at = frozenset(addresses)

        def found() -> Received | None:
            return next((each for each in self._mails if not each.taken and each.address in at and wanted(each)), None)

        with self._news:
            self._news.wait_for(lambda: self.over.is_set() or found() is not None, self.seconds_left())
            mail = found()
            if mail is None:
                raise Missed(what)
            mail.taken = True
            return mail

    def hurry(self) -> None:
        """Let those who wait see that it is over."""
        with self._news:
            self._news.notify_all()

    def _watch(self, closing: threading.Event) -> None:
        try:
            self._look(closing)
        except (IMAPClientError, OSError) as error:
            self.fault = f"the mailboxes of the demo cannot be read: {error!r}"
            self.over.set()
            self.hurry()

    def _look(self, closing: threading.Event) -> None:
        clients = {address: self._client(address) for address in self.addresses}
        seen = dict.fromkeys(self.addresses, 0)
        while not closing.wait(PAUSE_SECONDS):
            for address, client in clients.items():
                fresh = [uid for uid in client.search(["UID", f"{seen[address] + 1}:*"]) if uid > seen[address]]
                for uid, items in client.fetch(fresh, ["BODY.PEEK[]"]).items() if fresh else ():
                    self._keep(address, items[b"BODY[]"])
                    seen[address] = max(seen[address], uid)
        for client in clients.values():
            client.logout()

    def _client(self, address: str) -> IMAPClient:
        client = IMAPClient(HOST, self.port, ssl=False)
        # The library sends a SEARCH in two pieces, and the second would wait 40 ms for the first to be acknowledged.
        client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.login(address, PASSWORD)
        client.select_folder("INBOX")
        return client

    def _keep(self, address: str, raw: bytes) -> None:
        received = Received(address, read(raw).mail, raw)
        with self._news:
            self._mails.append(received)
            self._news.notify_all()
