"""The heartbeat: a mail of the desk to itself by the way that every mail takes, so that silence on it is noticed.

It is queued like any notice, leaves by SMTP, comes in by the mailbox and is read by triage, which sets it aside here.
Its header holds when it left and a token of ours for that moment, so nobody else can make one.
"""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from daemon.desk import Desk
from daemon.gather import OWN_HEADER
from daemon.log import Action, log
from daemon.ports import Clock
from daemon.store import outbox, signs
from daemon.store.database import Connection, Store
from daemon.store.outbox import Message, OutboxState
from daemon.store.signs import Sign
from parsers.mail import Mail
from rules.model import Audience, Decision, Outcome

HEADER = "X-Postdesk-Heartbeat"
KIND = "heartbeat"


def beat(store: Store, desk: Desk, clock: Clock) -> int:
    """Queue a heartbeat if the last one is long enough ago; how many were queued. One still unsent is cancelled."""
    every, now = desk.settings.heartbeat.every, clock.now()
    if every is None or desk.observing:
        return 0
    with store.read() as c:
        given = signs.given(c)
    last, back = given.get(Sign.HEARTBEAT_SENT), given.get(Sign.HEARTBEAT_BACK)
    if last is not None and now - last.at < every:
        return 0
    unanswered = last is not None and (back is None or back.at < last.at)
    with store.write() as c:
        outbox.supersede(c, None, KIND, desk.settings.desk.address, now)
        outbox.queue(c, [_message(desk, now)], OutboxState.READY, now)
        signs.give(c, Sign.HEARTBEAT_SENT, now, last.detail if last and unanswered else now.isoformat())
    log(Action.HEARTBEAT_SENT)
    return 1


def come_back(c: Connection, mail: Mail, desk: Desk, now: datetime) -> Decision | None:
    """If this mail is a heartbeat of ours: how long it took is noted, and it is set aside."""
    left_at = _left_at(mail, desk)
    if left_at is None:
        return None
    seconds = max(0.0, (now - left_at).total_seconds())
    signs.give(c, Sign.HEARTBEAT_BACK, now, f"{seconds:.1f}")
    log(Action.HEARTBEAT_BACK, seconds=round(seconds, 1))
    return Decision(None, Outcome.SET_ASIDE, f"a heartbeat of ours, back after {seconds:.1f} s")


def _left_at(mail: Mail, desk: Desk) -> datetime | None:
    said = next((value for name, value in mail.headers if name.lower() == HEADER.lower()), "")
    moment, _, token = said.strip().partition(" ")
    if not desk.reply_key.proves(token, KIND, moment):
        return None
    return datetime.fromisoformat(moment)


def _message(desk: Desk, now: datetime) -> Message:
    settings, moment = desk.settings.desk, now.isoformat()
    key = f"{KIND}/{moment}"
    message_id = desk.reply_key.message_id(key, KIND, settings.address, desk.domain)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = formataddr((settings.name_in("en"), settings.address))
    mail["To"] = settings.address
    mail["Subject"] = "Postdesk heartbeat"
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{message_id}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail[OWN_HEADER] = settings.id
    mail[HEADER] = f"{moment} {desk.reply_key.token(KIND, moment)}"
    mail.set_content("This desk writes to itself now and then to see whether mail still comes through.\n")
    return Message(
        ticket_number=None,
        kind=KIND,
        key=key,
        audience=Audience.DESK,
        automatic=True,
        reverse_path=desk.settings.automatic_reverse_path,
        recipient=settings.address,
        message_id=message_id,
        raw=mail.as_bytes(),
    )
