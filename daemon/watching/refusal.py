"""What is said of changed files that were not taken in: a sign for whoever asks, and a mail to the administrators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from daemon.compose.message import Stamp, compose
from daemon.desk import Desk
from daemon.store import outbox, signs
from daemon.store.database import Connection
from daemon.store.outbox import Message, OutboxState
from daemon.store.signs import Sign
from rules.model import Notice
from rules.notices import ABOUT_TICKET, KINDS

KIND = "configuration_refused"
FAULTS_TOLD = 20
FAULT_CHARS = 300


@dataclass(frozen=True, slots=True)
class Refusal:
    """How many faults the files have, and the first of them, each beginning with its place."""

    count: int
    faults: tuple[str, ...]

    @classmethod
    def of(cls, faults: Sequence[str]) -> Refusal:
        """As much of it as is told."""
        return cls(len(faults), tuple(fault[:FAULT_CHARS] for fault in faults[:FAULTS_TOLD]))

    @classmethod
    def parse(cls, detail: str) -> Refusal:
        """The refusal that a sign tells."""
        count, *faults = detail.split("\n")
        return cls(int(count), tuple(faults))

    def __str__(self) -> str:
        return "\n".join((str(self.count), *(" ".join(fault.split()) for fault in self.faults)))


def tell(c: Connection, refusal: Refusal, desk: Desk, now: datetime) -> None:
    """Note a refusal, and write to the administrators unless it is the one that they were told last."""
    if not signs.renew(c, Sign.RELOAD_REFUSED, now, str(refusal)):
        return
    state = OutboxState.WITHHELD if desk.observing else OutboxState.READY
    for address in desk.people.holders("administrator") or (desk.people.lead,):
        outbox.queue(c, [_message(refusal, address, desk, now)], state, now)


def _message(refusal: Refusal, address: str, desk: Desk, now: datetime) -> Message:
    key = f"{KIND}/{now.isoformat()}/{address}"
    message_id = desk.reply_key.message_id(key, KIND, address, desk.domain)
    more = refusal.count - len(refusal.faults)
    # It belongs to no ticket: what the frame of every mail says of one stays empty.
    facts: dict[str, object] = dict.fromkeys(ABOUT_TICKET, "")
    facts |= {"faults": list(refusal.faults), "more": more or None, "refused_at": now}
    audience, language = KINDS[KIND].audience, desk.practice(now).language_of(address)
    notice = Notice(KIND, audience, address, now.isoformat(), language, facts)
    return Message(
        ticket_number=None,
        kind=KIND,
        key=key,
        audience=audience,
        automatic=True,
        reverse_path=desk.settings.automatic_reverse_path,
        recipient=address,
        message_id=message_id,
        raw=compose(notice, desk.wording, desk.sender, Stamp(message_id, now), {}).raw,
    )
