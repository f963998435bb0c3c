"""What must hold in every world (reliability.md section 3.5): after every step where it is cheap, and at the end."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from email import message_from_bytes

from sqlalchemy import func, select

from daemon.desk import Desk
from daemon.store import blobs, tickets, workload
from daemon.store.database import Connection, Store
from daemon.store.schema import inbox, journal, outbox, ticket
from rules.clocks import next_due_at
from rules.lifecycle import TRANSITIONS
from rules.model import Happening, Status, Ticket
from rules.notices import ANSWERS, FROM_CLOCKS
from tests.letters import text_of
from tests.simulate.aftermath import SPOKEN, Evidence, Found, Violation, check_inbox, hold, moment_of
from tests.simulate.clock import SimulatedClock
from tests.simulate.letters import MARK, Kind, Letter
from tests.simulate.people import MACHINES, STAFF
from tests.simulate.relay import Relay


class Invariants:
    """Watches a store grow. `letters` are all mails ever written, by the SHA-256 of what the store may keep of them."""

    def __init__(
        self, store: Store, desk: Desk, letters: Mapping[str, Letter], relay: Relay, clock: SimulatedClock
    ) -> None:
        self._store = store
        self._desk = desk
        self._letters = letters
        self._relay = relay
        self._clock = clock
        self._revisions: dict[str, int] = {}
        self._identities: dict[str, tuple[str, datetime]] = {}
        self._statuses: defaultdict[str, str] = defaultdict(lambda: Status.NEW.value)
        self._seen_outbox = 0
        self._seen_journal = 0
        self._openers: dict[str, str] = {}
        self._row_of: dict[str, int] = {}
        self._of_row: dict[int, Letter] = {}

    # After each step -------------------------------------------------------------------------------------------------

    def after_step(self) -> None:
        """Look at what is new since the last step."""
        with self._store.read() as c:
            for row in c.execute(
                select(inbox.c.id, inbox.c.raw_sha256).where(inbox.c.id > max(self._of_row, default=0))
            ):
                self._of_row[row.id] = self._letters[row.raw_sha256]
            for entry in c.execute(select(journal).where(journal.c.id > self._seen_journal).order_by(journal.c.id)):
                self._seen_journal = entry.id
                self._check_entry(entry)
            revisions = c.execute(select(ticket.c.number, ticket.c.revision, ticket.c.next_due_at)).all()
            for found in revisions:
                if self._revisions.get(found.number) != found.revision:
                    self._revisions[found.number] = found.revision
                    self._check_ticket(_loaded(c, found.number), found.next_due_at)
            for queued in c.execute(select(outbox).where(outbox.c.id > self._seen_outbox).order_by(outbox.c.id)).all():
                self._seen_outbox = queued.id
                self._check_queued(c, queued)
        hold(not self._relay.wrongs, "; ".join(self._relay.wrongs))

    def after_delivery(self, *, broken: bool) -> None:
        """A message that the relay took is recorded as sent, unless the process or its database broke (I6)."""
        if not self._relay.unrecorded:
            return
        with self._store.read() as c:
            for message_id in sorted(self._relay.unrecorded):
                state = c.scalar(select(outbox.c.state).where(outbox.c.message_id == message_id))
                if state == "sent":
                    self._relay.unrecorded.discard(message_id)
                else:
                    hold(broken, f"{message_id} was accepted and is {state}")
                    self._relay.excuse(message_id)

    def after_sweeping(self) -> None:
        """A sweep that found nothing has left nothing."""
        with self._store.read() as c:
            late = c.scalars(select(ticket.c.number).where(ticket.c.next_due_at <= self._clock.wall)).all()
        hold(not late, f"{late} are due and nothing is done about it")

    def after_outage(self, until: datetime) -> None:
        """Of the progress mails that were missed, each ticket sends the latest alone."""
        sent: Counter[str] = Counter()
        with self._store.read() as c:
            rows = c.execute(select(outbox).where(outbox.c.kind == "progress", outbox.c.state == "sent")).all()
        firsts = {copy.message_id: copy.at for copy in reversed(self._relay.copies)}
        for row in rows:
            if firsts[row.message_id] >= until and moment_of(row.key) <= until + self._clock.error:
                sent[row.ticket_number] += 1
        stormy = [number for number, count in sent.items() if count > 1]
        hold(not stormy, f"{stormy} sent more than one progress mail after an outage")

    def _check_entry(self, entry: Found) -> None:
        letter = self._of_row.get(entry.inbox_id)
        if letter is not None:
            row = self._row_of.setdefault(letter.mark, entry.inbox_id)
            hold(row == entry.inbox_id, f"{letter.mark} became an event twice, of rows {row} and {entry.inbox_id} (I2)")
        body = entry.body
        if entry.kind == "change" and body["field"] == "status":
            self._check_move(entry.ticket_number, body["old"], body["new"], body["because"], letter)
        if entry.kind == "public" and letter is not None:
            inside = letter.kind is Kind.INTERNAL or (letter.automatic and entry.ticket_number in self._openers)
            hold(not inside, f"the words of {letter.mark} are public")
            stranger = entry.ticket_number in self._openers and not self._takes_part(letter, entry.ticket_number)
            hold(not stranger, f"{letter.mark} was added to {entry.ticket_number} by a stranger")
        self._openers.setdefault(entry.ticket_number, letter.author if letter is not None else "")
        if entry.kind == "queued" and letter is not None and letter.automatic:
            hold(body["recipient"].casefold() != letter.author, f"{letter.mark} of a machine is answered")

    def _takes_part(self, letter: Letter, number: str) -> bool:
        return letter.author in STAFF or letter.author == self._openers[number]

    def _check_move(self, number: str, old: str, new: str, because: str, letter: Letter | None) -> None:
        hold(self._statuses[number] == old, f"{number} is {self._statuses[number]} and not {old} (I9)")
        self._statuses[number] = new
        allowed = TRANSITIONS.get((Status(old), Happening(because)))
        hold(allowed is not None and allowed.value == new, f"{number} went {old} → {new} because {because} (I9)")
        author = Kind.WORDS if because == Happening.CUSTOMER_REPLY else Kind.ANSWER
        hold(
            letter is not None and letter.kind is author,
            f"{number} was moved to {new} by {letter and letter.mark} (I7)",
        )

    def _check_ticket(self, value: Ticket, due_at: datetime | None) -> None:
        hold(
            due_at == next_due_at(value, self._desk.practice(value.opened_at)),
            f"{value.number} is due at {due_at}, which is not computed",
        )
        hold(value.status.value == self._statuses[value.number], f"{value.number} has a status without a history (I9)")
        identity = self._identities.setdefault(value.number, (value.requester, value.opened_at))
        hold(identity == (value.requester, value.opened_at), f"{value.number} was given twice (I3)")

    def _check_queued(self, c: Connection, row: Found) -> None:
        message = message_from_bytes(blobs.get(c, row.raw_sha256))
        about = f"{row.key} to {row.recipient}"
        hold(str(message["Message-ID"]).strip() == f"<{row.message_id}>", f"{about}: another Message-ID in the bytes")
        hold((message["Auto-Submitted"] is not None) == row.automatic, f"{about}: marks and record differ")
        hold(not (row.automatic and row.reverse_path), f"{about}: automatic and returns to somebody")
        cited = [each.strip("<>") for each in str(message["References"] or "").split()]
        made_for = select(outbox.c.recipient).where(outbox.c.message_id.in_(cited))
        others = [each for each in c.scalars(made_for) if each.casefold() != row.recipient.casefold()]
        hold(not others, f"{about}: cites what proves {others}")
        if row.kind in ANSWERS:
            self._check_share(c, row)
        if row.audience == "desk":
            hold(row.recipient.casefold() in STAFF, f"{about}: internal, and not to an engineer (I10)")
            return
        value = _loaded(c, row.ticket_number)
        hold(row.recipient in value.participants, f"{about}: takes no part (I10)")
        hold(not row.automatic or row.recipient not in MACHINES, f"{about}: automatic mail to a machine")
        if row.kind == "progress":
            self._check_silence(c, row, value)
        self._check_words(row, f"{message['Subject']}\n{text_of(message)}")

    def _check_silence(self, c: Connection, row: Found, value: Ticket) -> None:
        """A progress mail breaks a silence: nothing was said for a whole interval."""
        clock = next(each for each in self._desk.policy.clocks if each.name == "progress")
        said = (outbox.c.ticket_number == row.ticket_number) & outbox.c.kind.in_((*SPOKEN, "progress"))
        last = c.scalar(
            select(func.max(outbox.c.created_at)).where(said, outbox.c.id < row.id, outbox.c.state == "sent")
        )
        interval = clock.target[value.priority]
        short = last is not None and isinstance(interval, timedelta) and row.created_at - last < interval / 2
        hold(not short, f"{row.key} was queued at {row.created_at}, soon after what was said at {last}")

    def _check_words(self, row: Found, words: str) -> None:
        """What a customer reads was written for, or by, that customer, on that ticket."""
        marks = set(MARK.findall(words))
        own = (letter for letter in self._letters.values() if letter.mark in marks)
        for letter in own:
            here = self._row_of.get(letter.mark)
            shown = letter.kind is Kind.ANSWER or (
                letter.kind is Kind.WORDS and letter.author == row.recipient.casefold()
            )
            hold(shown and here is not None, f"{row.key} shows {letter.mark} to {row.recipient}")
            unseen = row.kind == "acknowledgement" or row.kind in FROM_CLOCKS
            hold(not unseen or letter.kind is Kind.ANSWER, f"{row.key} repeats {letter.mark}")

    def _check_share(self, c: Connection, row: Found) -> None:
        """Answers of ours to one address are few, whoever asks."""
        caps = self._desk.settings.notices
        for length, most in (
            (timedelta(minutes=10), caps.per_address_10min),
            (timedelta(days=1), caps.per_address_day),
        ):
            lately = (outbox.c.created_at > row.created_at - length) & (outbox.c.created_at <= row.created_at)
            same = (outbox.c.recipient == row.recipient) & outbox.c.kind.in_(ANSWERS) & (outbox.c.id <= row.id)
            count = len(c.execute(select(outbox.c.id).where(lately, same)).all())
            hold(count <= most, f"{row.recipient} got {count} answers in {length}")

    # At the end ------------------------------------------------------------------------------------------------------

    def at_end(self, arrived: Iterable[str], unfiled: Iterable[str]) -> None:
        """Everything has come to rest: every mail is accounted for, every promise kept or its breach told."""
        left = [self._letters[name].mark for name in unfiled]
        hold(not left, f"{left} were never filed (I1)")
        with self._store.read() as c:
            check_inbox(c, self._letters, arrived, self._desk.settings.triage.attempts)
            evidence = Evidence(
                inbox=self._of_row,
                attempts={row.id: row.attempts for row in c.execute(select(inbox.c.id, inbox.c.attempts))},
                entries=c.execute(select(journal).order_by(journal.c.id)).all(),
                sendings=c.execute(select(outbox).order_by(outbox.c.id)).all(),
                tickets=[_loaded(c, number) for number in self._revisions],
                reached=frozenset(copy.message_id for copy in self._relay.copies),
                now=self._clock.wall,
            )
            load = workload.load_of(c, [each.address for each in self._desk.people.engineers])
        working = Counter(each.assignee for each in evidence.tickets if each.status.is_open and each.assignee)
        counted = Counter(load.open_tickets)
        hold(counted == working, f"engineers have {dict(working)} open, and {dict(counted)} were counted")
        evidence.check(self._desk)


def _loaded(c: Connection, number: str) -> Ticket:
    value = tickets.load(c, number)
    if value is None:
        raise Violation(f"{number} is gone")
    return value
