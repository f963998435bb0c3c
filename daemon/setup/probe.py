"""Trying out the servers of some settings: each step told, each trouble with what to do about it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from daemon.mailbox.link import Account
from daemon.mailbox.probe import Around, look_around
from daemon.opening import account_of, relay_of
from daemon.ports import Delivery, LoginRefused, MailboxDown, MailboxError, NoToken
from daemon.secrets import SecretUnreadable
from daemon.settings import Settings
from daemon.setup.advice import Spot, advice, refusal
from daemon.setup.findings import Finding, Step, Trouble
from daemon.setup.link import Target, Unreached, reach
from daemon.setup.providers import provider_of_host
from daemon.transport.probe import ask_relay
from daemon.transport.session import Relay

WISHED = ("IDLE", "MOVE", "UIDPLUS", "ID")
"""Capabilities that make work quicker or safer; the desk works without them."""


def probed(settings: Settings) -> Iterator[Finding]:
    """What trying each mailbox and the relay shows, as it is found; nothing is changed there."""
    for box in settings.mailboxes:
        account = account_of(box, settings.state_dir)
        yield from _tried(_Server(box.name, account, "imap", settings.desk.language), _mailbox)
    relay = relay_of(settings.smtp, settings.state_dir)
    yield from _tried(_Server("smtp", relay, "smtp", settings.desk.language), _relay)


class _Server:
    """One server that is tried, and how its findings are worded."""

    def __init__(self, name: str, door: Account | Relay, protocol: str, language: str) -> None:
        self.name, self.door, self.protocol = name, door, protocol
        provider = provider_of_host(door.host)
        self.spot = Spot(protocol, door.host, door.port, door.tls.value, provider, language)

    def found(self, step: Step, seen: str) -> Finding:
        return Finding(self.name, step, seen)

    def wrong(self, step: Step, trouble: Trouble, seen: str) -> Finding:
        return Finding(self.name, step, seen, trouble, advice(trouble, self.spot))

    @property
    def target(self) -> Target:
        door = self.door
        seconds = door.connect_timeout if isinstance(door, Account) else min(door.timeout, 15.0)
        return Target(self.protocol, door.host, door.port, door.tls, door.ca_file, seconds)


def _tried(server: _Server, log_in: Callable[[_Server], Iterator[Finding]]) -> Iterator[Finding]:
    seen: list[Finding] = []
    try:
        reach(server.target, lambda step, words: seen.append(server.found(step, words)))
    except Unreached as unreached:
        yield from seen
        yield server.wrong(unreached.step, unreached.trouble, unreached.seen)
        return
    yield from seen
    yield from log_in(server)


def _mailbox(server: _Server) -> Iterator[Finding]:
    assert isinstance(server.door, Account)
    account = server.door
    try:
        around = look_around(replace(account, read_timeout=min(account.read_timeout, 20.0)))
    except NoToken as error:
        yield server.wrong(Step.LOGIN, Trouble.NO_TOKEN, str(error))
    except LoginRefused as error:
        yield server.wrong(Step.LOGIN, refusal(str(error)), str(error))
    except SecretUnreadable as error:
        yield server.wrong(Step.LOGIN, Trouble.SECRET, str(error))
    except (MailboxDown, MailboxError) as error:
        found = refusal(str(error))
        yield server.wrong(Step.LOGIN, Trouble.OTHER if found is Trouble.LOGIN_REFUSED else found, str(error))
    else:
        yield server.found(Step.LOGIN, f"{account.username} is let in")
        yield from _looked(server, account, around)


def _looked(server: _Server, account: Account, around: Around) -> Iterator[Finding]:
    missing = [name for name in WISHED if name not in around.capabilities]
    yield server.found(Step.OFFERS, _wishes(missing))
    if not around.refusal:
        yield server.found(Step.FOLDER, f"{account.folder} holds {around.mails} mails")
    elif refusal(around.refusal) is not Trouble.LOGIN_REFUSED:
        yield server.wrong(Step.FOLDER, refusal(around.refusal), around.refusal)
    else:
        seen = f"{account.folder} cannot be opened ({around.refusal}); there are: {', '.join(around.folders)}"
        yield server.wrong(Step.FOLDER, Trouble.FOLDER_MISSING, seen)


def _wishes(missing: Sequence[str]) -> str:
    return f"works, but without {', '.join(missing)}" if missing else f"{', '.join(WISHED)}: all there"


_RELAY_TROUBLES = {
    "auth-unsupported": Trouble.AUTH_UNSUPPORTED,
    "auth-no-password": Trouble.SECRET,
    "oauth-refresh-failed": Trouble.NO_TOKEN,
    "tls-required": Trouble.NO_STARTTLS,
}


def _relay(server: _Server) -> Iterator[Finding]:
    assert isinstance(server.door, Relay)
    relay = replace(server.door, timeout=min(server.door.timeout, 20.0))
    try:
        answer = asyncio.run(ask_relay(relay))
    except SecretUnreadable as error:
        yield server.wrong(Step.LOGIN, Trouble.SECRET, str(error))
        return
    if isinstance(answer, Delivery):
        yield server.wrong(Step.LOGIN, _relay_trouble(answer), f"{answer.code} {answer.text}".strip())
        return
    yield server.found(Step.LOGIN, f"{relay.username} is let in" if relay.username else "none, as told")
    yield server.found(Step.OFFERS, ", ".join(answer) or "none")


def _relay_trouble(answer: Delivery) -> Trouble:
    known = _RELAY_TROUBLES.get(answer.code)
    if known is not None:
        return known
    found = refusal(answer.text)
    if found is Trouble.LOGIN_REFUSED and not answer.code.startswith("auth-"):
        return Trouble.OTHER
    return found
