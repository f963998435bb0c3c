"""`postdesk reconcile`: is everything that lies on the servers in the ledger?"""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from daemon.opening import folder_of
from daemon.options import config_option, json_option, open_store, print_json
from daemon.ports import MailboxDown, MailboxError
from daemon.settings import Settings, load_settings
from daemon.settings_servers import Mailbox
from daemon.store import inbox
from daemon.store.database import Store
from daemon.store.inbox import Place
from parsers.references import message_ids

BATCH = 500


@dataclass(frozen=True, slots=True)
class Count:
    """One folder: mails on the server, those of them in the ledger, and the UIDs of those that are not."""

    mailbox: str
    folder: str
    on_server: int
    in_ledger: int
    missing: tuple[int, ...]


@click.command(name="reconcile")
@config_option
@json_option
def command(config: Path, as_json: bool) -> None:
    """Compare the inbox and the processed folder of every mailbox with the ledger. Nothing is changed.

    The exit status is 1 if a mail on a server is missing in the ledger. Mails that have just come may show until the
    next poll.

    \b
    Example:    postdesk reconcile
    """
    settings = load_settings(config)
    store = open_store(settings)
    try:
        counts = [count for box in settings.mailboxes for count in _counted(store, settings, box)]
    except (MailboxDown, MailboxError) as fault:
        raise click.ClickException(f"{fault}; nothing can be said about it now") from None
    if as_json:
        print_json([asdict(count) for count in counts])
    else:
        _print(counts)
    sys.exit(1 if any(count.missing for count in counts) else 0)


def _counted(store: Store, settings: Settings, box: Mailbox) -> list[Count]:
    with folder_of(settings, box, box.folder) as mailbox:
        uidvalidity, uids = mailbox.look()
        with store.read() as c:
            known = inbox.known_uids(c, Place(box.name, box.folder, uidvalidity), min(uids, default=0))
        missing = tuple(uid for uid in uids if uid not in known)
        incoming = Count(box.name, box.folder, len(uids), len(uids) - len(missing), missing)
    return [incoming, _filed(store, settings, box)]


def _filed(store: Store, settings: Settings, box: Mailbox) -> Count:
    """A moved mail has another UID there, so it is known by its Message-ID; one without is taken for known."""
    missing: list[int] = []
    with folder_of(settings, box, box.processed) as mailbox:
        _, uids = mailbox.look()
        batches = [uids[start : start + BATCH] for start in range(0, len(uids), BATCH)]
        for batch in track(batches, description=box.name, console=Console(stderr=True), transient=True):
            ids = {uid: next(iter(message_ids(field)), "") for uid, field in mailbox.message_ids(batch).items()}
            with store.read() as c:
                known = inbox.known_message_ids(c, [each for each in ids.values() if each])
            missing += [uid for uid, each in ids.items() if each and each not in known]
    return Count(box.name, box.processed, len(uids), len(uids) - len(missing), tuple(missing))


def _print(counts: list[Count]) -> None:
    table = Table("mailbox", "folder", "on the server", "in the ledger", "missing", header_style="bold", pad_edge=False)
    for count in counts:
        numbers = (count.on_server, count.in_ledger, len(count.missing))
        table.add_row(count.mailbox, count.folder, *(str(number) for number in numbers))
    Console().print(table)
