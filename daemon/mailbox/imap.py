"""The door to one IMAP folder: look, fetch, file and wait, with every failure named."""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from typing import Any

from imapclient import IMAPClient

from daemon.mailbox.bell import Bell
from daemon.mailbox.folders import make_folder, name_on_server, personal_namespace
from daemon.mailbox.link import LINK_ERRORS, REFUSALS, Account, drop, open_link, protocol_of, words
from daemon.ports import Fetched, MailboxDown, MailboxError
from daemon.tls import verifying_context

UIDS_PER_COMMAND = 500
"""Keeps a command line under the 8,000 octets that servers take (RFC 7162 section 4)."""

HEADER_LIMIT = 262_144
"""Bytes of a header block read from a mail that is too large to take."""

FAREWELL_SECONDS = 2.0
"""How long LOGOUT may take; the server learns of our leaving from the closed socket as well."""

_Answer = dict[int, dict[bytes, Any]]

NEVER_TOLD = datetime.max.replace(tzinfo=UTC)
"""Stands for an INTERNALDATE that the server did not give or that cannot be read: later than any present."""


class ImapMailbox:
    """One folder on one IMAP server, as `ports.Mailbox`. All calls but `wake` come from one thread at a time.

    Refused commands raise `MailboxError` and keep the link; a broken link raises `MailboxDown`, is dropped, and is
    opened anew by the next call. When to call again is the caller's to decide.
    """

    def __init__(self, account: Account) -> None:
        """Opens nothing. Raises `OSError` or `ssl.SSLError` if the file of authorities cannot be used."""
        self._account = account
        self._context: ssl.SSLContext = verifying_context(account.ca_file)
        self._bell = Bell()
        self._client: IMAPClient | None = None
        self._selected_by: IMAPClient | None = None
        self._uidvalidity: int | None = None
        self._folder = ""
        self._processed = ""

    @property
    def name(self) -> str:
        return self._account.name

    @property
    def folder(self) -> str:
        return self._account.folder

    def message_ids(self, uids: Sequence[int]) -> Mapping[int, str]:
        """The Message-ID fields as they stand in those mails that still exist; empty where a mail has none."""
        item = "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"
        with self._inside() as client:
            answer = _asked(client, uids, item)
        blocks = {
            uid: next((v for k, v in items.items() if k.startswith(b"BODY")), b"") for uid, items in answer.items()
        }
        return {
            uid: (block or b"").decode("ascii", "replace").partition(":")[2].strip() for uid, block in blocks.items()
        }

    def since(self, day: date) -> Sequence[int]:
        """UIDs of mails whose INTERNALDATE is not before this day, as the server counts days."""
        with self._inside() as client:
            return sorted(client.search(["SINCE", day]))

    def look(self) -> tuple[int, Sequence[int]]:
        """UIDVALIDITY and all UIDs; SELECT comes anew each time, so that a rebuilt folder is noticed."""
        with self._speaking() as client:
            self._uidvalidity, exists = self._select(client)
            uids: set[int] = set()
            # Ranges of sequence numbers have no gaps, so each answer is as long as its range and no longer.
            for first in range(1, exists + 1, self._account.search_span):
                last = min(first + self._account.search_span - 1, exists)
                uids.update(client.search(f"{first}:{last}"))
            return self._uidvalidity, sorted(uids)

    def sizes(self, uids: Sequence[int]) -> Mapping[int, int]:
        with self._inside() as client:
            answer = _asked(client, uids, "RFC822.SIZE")
            return {uid: items[b"RFC822.SIZE"] for uid, items in answer.items() if b"RFC822.SIZE" in items}

    def fetch(self, uids: Sequence[int]) -> Sequence[Fetched]:
        with self._inside() as client:
            answer = _asked(client, uids, "BODY.PEEK[]", "INTERNALDATE")
            return [
                Fetched(uid, items[b"BODY[]"], _arrival(items), whole=True)
                for uid, items in answer.items()
                if items.get(b"BODY[]") is not None
            ]

    def fetch_headers(self, uid: int) -> Fetched | None:
        with self._inside() as client:
            answer = _asked(client, [uid], f"BODY.PEEK[HEADER]<0.{HEADER_LIMIT}>", "INTERNALDATE")
            items = answer.get(uid, {})
            blocks = [value for key, value in items.items() if key.startswith(b"BODY[HEADER]") and value is not None]
            return Fetched(uid, blocks[0], _arrival(items), whole=False) if blocks else None

    def file(self, uids: Sequence[int]) -> None:
        with self._inside() as client:
            for batch in _batches(uids):
                try:
                    self._file(client, batch)
                except LINK_ERRORS:
                    raise
                except REFUSALS:
                    # Usually the folder is missing (servers are not agreed on saying TRYCREATE), or somebody has
                    # expunged one of these behind our back, of which NOOP lets the server tell.
                    make_folder(client, self._processed)
                    client.noop()
                    self._file(client, batch)

    def wait(self, seconds: float) -> bool:
        client = self._client
        if client is None or not self._account.idle or not client.has_capability("IDLE"):
            return self._bell.listen(seconds)
        with self._speaking():
            try:
                return self._idle(client, seconds)
            except LINK_ERRORS:
                raise
            except REFUSALS:
                # Half in IDLE and half out: the next `look` opens a clean link. Waiting on keeps this from spinning.
                self._forget()
                return self._bell.listen(seconds)

    def wake(self) -> None:
        self._bell.ring()

    def close(self) -> None:
        client, self._client, self._selected_by = self._client, None, None
        if client is None:
            return
        with suppress(*LINK_ERRORS, *REFUSALS):
            client.socket().settimeout(FAREWELL_SECONDS)
            client.logout()
        drop(client)

    @contextmanager
    def _speaking(self) -> Iterator[IMAPClient]:
        """The open connection; turns the library's exceptions into the port's and forgets a link that broke."""
        try:
            yield self._connected()
        except LINK_ERRORS as error:
            self._forget()
            raise MailboxDown(f"{self.name}: the link broke ({type(error).__name__})") from None
        except REFUSALS as error:
            # Only a plain refusal is quoted: what a parser could not read may be a piece of a mail.
            said = words(error) if type(error) is imaplib.IMAP4.error else type(error).__name__
            raise MailboxError(f"{self.name}: {said}") from None

    @contextmanager
    def _inside(self) -> Iterator[IMAPClient]:
        """The open connection with the folder selected: UIDs mean something only under the UIDVALIDITY of `look`."""
        with self._speaking() as client:
            if client is not self._selected_by and self._select(client)[0] != self._uidvalidity:
                self._forget()
                raise MailboxError(f"{self.name}: the folder has been rebuilt since it was looked at")
            yield client

    def _connected(self) -> IMAPClient:
        if self._client is None:
            client = open_link(self._account, self._context)
            try:
                prefix, separator = personal_namespace(client)
            except BaseException:
                drop(client)
                raise
            self._folder = name_on_server(self._account.folder, prefix, separator)
            self._processed = name_on_server(self._account.processed, prefix, separator)
            self._client = client
        return self._client

    def _forget(self) -> None:
        client, self._client, self._selected_by = self._client, None, None
        if client is not None:
            drop(client)

    def _select(self, client: IMAPClient) -> tuple[int, int]:
        """UIDVALIDITY and the number of mails."""
        try:
            selected = client.select_folder(self._folder)
        except imaplib.IMAP4.readonly:
            # Mail in a folder that we may only read can still become tickets; filing it will be refused by name.
            selected = client.select_folder(self._folder, readonly=True)
        if b"UIDVALIDITY" not in selected:
            raise MailboxError(f"{self.name}: the server gives no UIDVALIDITY, so mails have no lasting names there")
        # From here on an EXISTS is news that has come since this look.
        protocol_of(client).untagged_responses.pop("EXISTS", None)
        self._selected_by = client
        return int(selected[b"UIDVALIDITY"]), int(selected[b"EXISTS"])

    def _file(self, client: IMAPClient, uids: Sequence[int]) -> None:
        if protocol_of(client).is_readonly:
            raise imaplib.IMAP4.error("the folder may only be read")
        if client.has_capability("MOVE"):
            client.move(uids, self._processed)
            return
        marked = set(client.search("DELETED"))
        if not client.has_capability("UIDPLUS") and not marked <= set(uids):
            raise imaplib.IMAP4.error("filing would expunge what somebody else has marked as deleted")
        # A mark on one of ours is left from an attempt that was cut off after its copy was made.
        fresh = [uid for uid in uids if uid not in marked]
        if fresh:
            client.copy(fresh, self._processed)
            client.delete_messages(fresh, silent=True)
        if client.has_capability("UIDPLUS"):
            client.uid_expunge(uids)
        else:
            client.expunge()

    def _idle(self, client: IMAPClient, seconds: float) -> bool:
        """IDLE only wakes us (RFC 2177): what has come is found by `look`. Leaving it with DONE proves the link."""
        left = seconds
        client.noop()
        while left > 0 and "EXISTS" not in protocol_of(client).untagged_responses:
            turn = min(left, self._account.idle_renewal)
            client.idle()
            heard = _has_decrypted_input(client) or self._bell.listen(turn, client.socket().fileno())
            client.idle_done()
            if heard:
                return True
            left -= turn
        return left > 0


def _has_decrypted_input(client: IMAPClient) -> bool:
    """TLS may hold bytes that poll on the descriptor cannot see any more."""
    link = client.socket()
    return isinstance(link, ssl.SSLSocket) and link.pending() > 0


def _batches(uids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(uids), UIDS_PER_COMMAND):
        yield uids[start : start + UIDS_PER_COMMAND]


def _asked(client: IMAPClient, uids: Sequence[int], *items: str) -> _Answer:
    """FETCH in bounded commands, answers in the order asked for. A mail that is gone is missing from the answer."""
    answer: _Answer = {}
    for batch in _batches(uids):
        try:
            answer.update(client.fetch(batch, items))
        except LINK_ERRORS:
            raise
        except REFUSALS as refusal:
            answer.update(_asked_singly(client, batch, items, refusal))
    return answer


def _asked_singly(client: IMAPClient, uids: Sequence[int], items: Sequence[str], refusal: Exception) -> _Answer:
    """One mail that the server cannot give, or that has just been expunged, must not hold up the others.

    Raises `refusal` when nothing can be had, because then it is the command that is refused and not a mail.
    """
    answer: _Answer = {}
    refused = 0
    for uid in uids:
        try:
            answer.update(client.fetch([uid], items))
        except LINK_ERRORS:
            raise
        except REFUSALS:
            refused += 1
    if refused == len(uids) > 1:
        raise refusal
    return answer


def _arrival(items: Mapping[bytes, Any]) -> datetime:
    told = items.get(b"INTERNALDATE")
    try:
        return told.astimezone(UTC) if told is not None else NEVER_TOLD
    except (OverflowError, ValueError):
        return NEVER_TOLD
