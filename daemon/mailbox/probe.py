"""Logging in once to look around: what the server offers, which folders there are, and whether ours can be opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from daemon.mailbox.folders import name_on_server, personal_namespace
from daemon.mailbox.link import LINK_ERRORS, REFUSALS, Account, drop, open_link, words
from daemon.ports import MailboxDown, MailboxError
from daemon.tls import verifying_context

FOLDERS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Around:
    """What was seen: capabilities, some folders, and how many mails lie in ours; `refusal` when it cannot be opened."""

    capabilities: Sequence[str]
    folders: Sequence[str]
    mails: int = 0
    refusal: str = ""


def look_around(account: Account) -> Around:
    """Log in, look and leave; nothing is changed. Raises `LoginRefused`, `NoToken`, `MailboxDown`, `MailboxError`."""
    client = open_link(account, verifying_context(account.ca_file))
    try:
        offered = sorted(each.decode("ascii", "replace") for each in client.capabilities())
        prefix, separator = personal_namespace(client)
        folders = [str(name) for _, _, name in client.list_folders()][:FOLDERS_SHOWN]
        try:
            found = client.select_folder(name_on_server(account.folder, prefix, separator), readonly=True)
        except LINK_ERRORS:
            raise
        except REFUSALS as error:
            return Around(offered, folders, refusal=words(error))
        return Around(offered, folders, int(found.get(b"EXISTS", 0)))
    except LINK_ERRORS as error:
        raise MailboxDown(f"{account.name}: the link broke ({type(error).__name__})") from None
    except REFUSALS as error:
        raise MailboxError(words(error)) from None
    finally:
        drop(client)
