"""What must hold once a world has come to rest: every mail is accounted for, and nobody was left without an answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, select

from daemon.desk import Desk
from daemon.store import blobs
from daemon.store.database import Connection
from daemon.store.schema import inbox
from rules.model import Ticket
from rules.notices import ANSWERS
from tests.simulate.letters import Kind, Letter

Found = Row[Any]


SPOKEN = ("reply", "promise", "resolved", "closed")
"""Notices to customers that carry an engineer's words."""


class Violation(AssertionError):
    """An invariant does not hold."""


def hold(truth: bool, words: str) -> None:  # noqa: FBT001 - what is held to be true is the subject
    """Raise `Violation` unless it is true."""
    if not truth:
        raise Violation(words)


def check_inbox(c: Connection, letters: Mapping[str, Letter], arrived: Iterable[str], attempts: int) -> None:
    """Every mail that was shown to us is an event, a recorded duplicate, or in quarantine with its bytes (I1, I8)."""
    rows = c.execute(select(inbox)).all()
    kept = {row.raw_sha256 for row in rows}
    lost = [letters[name].mark for name in arrived if name not in kept]
    hold(not lost, f"{lost} were shown to us and are lost (I1)")
    for row in rows:
        letter = letters[row.raw_sha256]
        hold(row.state in {"done", "duplicate", "quarantined"}, f"{letter.mark} is still {row.state} (I1)")
        if row.state == "quarantined":
            hold(len(blobs.get(c, row.raw_sha256)) > 0, f"{letter.mark} lies in quarantine without its bytes (I8)")
            hold(row.attempts >= attempts, f"{letter.mark} was given up too soon")
        else:
            hold(letter.kind is not Kind.POISON, f"{letter.mark} is {row.state} and was never quarantined")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is left of a world: the letter of each inbox row, all journal entries, all messages, all tickets."""

    inbox: Mapping[int, Letter]
    attempts: Mapping[int, int]
    entries: Sequence[Found]
    sendings: Sequence[Found]
    tickets: Sequence[Ticket]
    reached: frozenset[str]
    now: datetime

    def check(self, desk: Desk) -> None:
        """Raise `Violation` for the first thing that is wrong."""
        self._all_messages_ended()
        told = self._told()
        for entry in self.entries:
            letter = self.inbox.get(entry.inbox_id)
            if letter is not None:
                self._words_left(entry, letter, told[entry.inbox_id])
                self._silence_had_a_reason(entry, letter, told[entry.inbox_id])
        self._openings_were_acknowledged(told)
        self._mails_took_effect_in_order()
        for value in self.tickets:
            self._promise_kept(value, desk)

    def _all_messages_ended(self) -> None:
        newest = {(row.ticket_number, row.kind, row.recipient): row.id for row in self.sendings}
        for row in self.sendings:
            hold(row.state in {"sent", "failed", "cancelled", "withheld"}, f"{row.key} is still {row.state} (I5)")
            hold(row.state != "sent" or row.message_id in self.reached, f"{row.key} is sent and nobody has it (I5)")
            same = (row.ticket_number, row.kind, row.recipient)
            hold(row.state != "cancelled" or newest[same] > row.id, f"{row.key} gave way to nothing")

    def _told(self) -> Mapping[int | None, set[str]]:
        """Of each mail, the kinds of notice and the addresses that were told of it, or could not be written to."""
        told: defaultdict[int | None, set[str]] = defaultdict(set)
        for entry in self.entries:
            if entry.kind == "queued":
                told[entry.inbox_id].add(f"{entry.body['notice']} {entry.body['recipient']}")
            elif entry.body.get("what") == "unwritable":
                told[entry.inbox_id].add(entry.body["detail"].partition(":")[0].replace(" to ", " "))
                kinds = {row.kind for row in self.sendings if row.ticket_number == entry.ticket_number}
                about = f"{entry.ticket_number}: {entry.body['detail']}"
                hold("undeliverable" in kinds, f"{about}, and nobody at the desk was told")
        return told

    def _words_left(self, entry: Found, letter: Letter, heard: set[str]) -> None:
        if letter.kind is not Kind.ANSWER or entry.kind != "public":
            return
        value = next(each for each in self.tickets if each.number == entry.ticket_number)
        for address in value.participants:
            left = bool(heard & {f"{kind} {address}" for kind in SPOKEN})
            hold(left, f"{letter.mark} on {value.number} never left for {address}")

    def _silence_had_a_reason(self, entry: Found, letter: Letter, heard: set[str]) -> None:
        what, detail = entry.body.get("what"), entry.body.get("detail", "")
        refused = what == "refused" and not any(each.startswith("order_refused ") for each in heard)
        if refused or (what == "not acknowledged" and "share" in detail):
            about = f"{letter.mark} on {entry.ticket_number}"
            hold(self._had_its_share(letter.author, entry.at), f"{about} was met with silence without need")

    def _had_its_share(self, address: str, at: datetime) -> bool:
        leaving = (row for row in self.sendings if row.kind in ANSWERS and row.state != "withheld")
        answers = [row for row in leaving if row.recipient.casefold() == address]
        lately = sum(row.created_at >= at - timedelta(minutes=10) for row in answers)
        today = sum(row.created_at >= at - timedelta(days=1) for row in answers)
        return bool(lately >= 3 or today >= 20)

    def _openings_were_acknowledged(self, told: Mapping[int | None, set[str]]) -> None:
        silent = {entry.ticket_number for entry in self.entries if entry.body.get("what") == "not acknowledged"}
        opened = {entry.ticket_number: entry.inbox_id for entry in reversed(self.entries)}
        for number, row in opened.items():
            known = any(each.startswith("acknowledgement ") for each in told[row])
            hold(known != (number in silent), f"{number}: acknowledged or silent, and not said which")

    def _mails_took_effect_in_order(self) -> None:
        """In the order of their arrival on each ticket (I7); only one that failed before is overtaken."""
        latest: dict[str, int] = {}
        for entry in self.entries:
            if entry.inbox_id is None:
                continue
            before = latest.get(entry.ticket_number, 0)
            late = entry.inbox_id < before and self.attempts[entry.inbox_id] == 1
            hold(not late, f"{entry.ticket_number} took note of mail {entry.inbox_id} after mail {before} (I7)")
            latest[entry.ticket_number] = max(before, entry.inbox_id)

    def _promise_kept(self, value: Ticket, desk: Desk) -> None:
        """A first response came in time, or those who must know were told; nothing was told early."""
        said = [row for row in self.sendings if row.ticket_number == value.number]
        for row in said:
            if row.kind in {"overdue", "progress"}:
                hold(row.created_at >= moment_of(row.key), f"{row.key} was queued before its time")
        clock = next(each for each in desk.policy.clocks if each.name == "first_response")
        state = next((each for each in value.clocks if each.name == "first_response"), None)
        if state is None:
            hold("imported" in value.tags, f"{value.number} was promised nothing")
            return
        target = clock.target[value.priority]
        if not isinstance(target, timedelta):
            raise Violation(f"the simulation knows durations alone, not {target}")
        due_at = state.since + target
        if state.fired_until is not None or (state.met_at is None and due_at <= self.now):
            told = {row.recipient for row in said if row.kind == "overdue"}
            handed_on = any(
                e.ticket_number == value.number and e.body.get("because") == "#assign" for e in self.entries
            )
            enough = desk.people.lead in told and (len(told) > 1 or value.assignee == desk.people.lead or handed_on)
            hold(enough, f"{value.number}: the promise of {due_at} was broken and only {told} were told")


def moment_of(key: str) -> datetime:
    """The due moment in a clock notice's business key."""
    stamp = key.split("/")[2].rpartition(".")[2]
    return datetime.strptime(stamp, "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
