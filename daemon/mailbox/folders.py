"""Folder names: written with "/" in settings, spoken with the server's own separator and prefix on the wire."""

from __future__ import annotations

from imapclient import IMAPClient

from daemon.mailbox.link import LINK_ERRORS, REFUSALS


def name_on_server(name: str, prefix: str, separator: str) -> str:
    """`name` as the server spells it; one that already is in the server's spelling stays as it is (RFC 2342).

    >>> name_on_server("Processed", "INBOX.", ".")
    'INBOX.Processed'
    >>> name_on_server("Support/Done", "", ".")
    'Support.Done'
    >>> name_on_server("inbox/Done", "INBOX.", ".")
    'INBOX.Done'
    """
    spoken = name.replace("/", separator) if separator else name
    if spoken.upper() == "INBOX":
        return "INBOX"
    if prefix and spoken[: len(prefix)].upper() == prefix.upper():
        return prefix + spoken[len(prefix) :]
    return prefix + spoken


def personal_namespace(client: IMAPClient) -> tuple[str, str]:
    """Prefix and separator of the account's own folders; a server without NAMESPACE tells the separator by LIST."""
    if client.has_capability("NAMESPACE"):
        try:
            personal = client.namespace().personal
        except LINK_ERRORS:
            raise
        except REFUSALS:
            personal = None
        if personal:
            prefix, separator = personal[0]
            return prefix or "", separator or ""
    listed = client.list_folders("", "")
    return "", (listed[0][1] or b"").decode("ascii") if listed else "/"


def make_folder(client: IMAPClient, folder: str) -> None:
    """Create and subscribe, so that people see it in their mail client. A folder that exists already is no error."""
    if not client.folder_exists(folder):
        client.create_folder(folder)
    client.subscribe_folder(folder)
