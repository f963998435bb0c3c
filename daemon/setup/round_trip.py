"""A mail of the desk to itself, out by the relay and back by the mailbox: the whole way, tried once.

It bears our loop header, so that no desk makes a ticket of it, and is filed with the other mails when it is back.
"""

from __future__ import annotations

import asyncio
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from daemon.clock import SystemClock
from daemon.mailbox.imap import ImapMailbox
from daemon.mailbox.link import Account
from daemon.opening import account_of, relay_of
from daemon.ports import Delivery, Envelope, MailboxDown, MailboxError, Result
from daemon.settings import Settings
from daemon.setup.advice import Spot, advice, refusal
from daemon.setup.findings import Finding, Step, Trouble
from daemon.setup.providers import provider_of_host
from daemon.transport.session import Relay
from daemon.transport.smtp import SmtpTransport

PAUSE_SECONDS = 1.0
LOOKED_THROUGH = 200
"""Only so many of the newest mails are looked through at each turn."""


def round_trip(settings: Settings, patience: float) -> Finding:
    """Send one and wait for it, `patience` seconds at most, in the first mailbox of the settings."""
    clock = SystemClock()
    began = clock.monotonic()
    message_id = f"<probe.{clock.now():%Y%m%dT%H%M%S.%f}@{settings.desk.id}>"
    relay = relay_of(settings.smtp, settings.state_dir)
    answer = asyncio.run(_sent(relay, _envelope(settings, message_id, clock.now())))
    if answer.result is not Result.SENT:
        said = f"{answer.code} {answer.text}".strip()
        known = refusal(answer.text)
        return _wrong(settings, relay, Trouble.NOT_SENT if known is Trouble.LOGIN_REFUSED else known, said)
    account = account_of(settings.mailboxes[0], settings.state_dir)
    while clock.monotonic() - began < patience:
        if _came(account, message_id):
            return Finding("both", Step.ROUND_TRIP, f"back after {clock.monotonic() - began:.1f} s")
        clock.rest(PAUSE_SECONDS)
    return _wrong(settings, relay, Trouble.NOT_BACK, f"not back after {patience:.0f} s")


def _wrong(settings: Settings, relay: Relay, trouble: Trouble, seen: str) -> Finding:
    spot = Spot("smtp", relay.host, relay.port, relay.tls, provider_of_host(relay.host), settings.desk.language)
    return Finding("both", Step.ROUND_TRIP, seen, trouble, advice(trouble, spot))


def _envelope(settings: Settings, message_id: str, now: datetime) -> Envelope:
    address = settings.desk.address
    mail = EmailMessage(policy=SMTP)
    mail["From"] = address
    mail["To"] = address
    mail["Subject"] = "Postdesk probe"
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Postdesk-Desk"] = settings.desk.id
    mail.set_content("The desk tried out whether its mail comes through. Nothing is to be done.\n")
    return Envelope(settings.automatic_reverse_path, address, mail.as_bytes())


async def _sent(relay: Relay, envelope: Envelope) -> Delivery:
    transport = SmtpTransport(relay)
    try:
        return await transport.send(envelope, lambda: True)
    finally:
        await transport.close()


def _came(account: Account, message_id: str) -> bool:
    """Whether it lies in the folder, and is then filed, or in the one where a desk at work has filed it already."""
    with closing(ImapMailbox(account)) as mailbox:
        uids = _of(mailbox, message_id)
        if uids:
            mailbox.file(uids)
            return True
    with closing(ImapMailbox(replace(account, folder=account.processed))) as mailbox:
        try:
            return bool(_of(mailbox, message_id))
        except (MailboxError, MailboxDown):
            return False  # It is made when the first mail is filed.


def _of(mailbox: ImapMailbox, message_id: str) -> list[int]:
    _, uids = mailbox.look()
    newest = uids[-LOOKED_THROUGH:]
    return [uid for uid, found in mailbox.message_ids(newest).items() if found == message_id] if newest else []
