"""`postdesk rescan`: take in again what a restored database does not know."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import click

from daemon.office import Office
from daemon.opening import folder_of, opened
from daemon.options import config_option
from daemon.receive import FirstContact, receive_again
from daemon.settings_servers import Mailbox
from daemon.triage import triage


@click.command(name="rescan")
@click.option("--since", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The first day to look at.")
@click.option("--no-ack", is_flag=True, help="Withhold every notice about what is found.")
@config_option
def command(since: datetime, *, no_ack: bool, config: Path) -> None:
    """Look through the inbox and the processed folder for mails that the ledger does not know, and take them in.

    For use after `postdesk restore`: tickets are rebuilt from the mails. With --no-ack nobody is told; the notices are
    kept as `withheld` (`postdesk outbox list --state withheld`). The daemon must be stopped.

    \b
    Example:    postdesk rescan --since 2026-11-20 --no-ack
    """
    old_mail = FirstContact.IMPORT if no_ack else FirstContact.ANSWER
    with opened(config) as office:
        kept = sum(_rescan(office, box, since.date(), old_mail) for box in office.desk.settings.mailboxes)
        while triage(office.store, office.reader, office.desk, office.clock):
            pass
    click.echo(f"{kept} mails were taken in; those that the ledger knew by content are recorded as duplicates")


def _rescan(office: Office, box: Mailbox, since: date, old_mail: FirstContact) -> int:
    manner = replace(office.manner(box.name), first_contact=old_mail)
    kept = 0
    for folder in (box.processed, box.folder):
        with folder_of(office.desk.settings, box, folder) as mailbox:
            mailbox.look()
            kept += receive_again(office.store, mailbox, office.clock, manner, mailbox.since(since))
    return kept
