"""Mail that a mailing list passed on: which list it was, and who wrote it before the list put itself into From."""

from __future__ import annotations

import re

from parsers.addresses import proper, sender
from parsers.headers import clean, unfolded
from parsers.mail import Address, Mail

_POST = re.compile(r"<\s*mailto:([^>?]{3,320})", re.IGNORECASE)
_ID = re.compile(r"<([^<>\s]{3,320})>\s*$")
_BEHIND = ("x-original-from", "reply-to")
"""Where lists keep the author whom they replaced in From so that DMARC passes, the surest first."""


def lists_of(mail: Mail) -> frozenset[str]:
    """The addresses, in lower case, of the lists that passed this mail on: List-Post (RFC 2369) and List-Id (RFC 2919).

    An identifier such as `support.example.com` stands for the address `support@example.com`.
    """
    found: set[str] = set()
    for value in _fields(mail, "list-post"):
        found |= {address.casefold() for each in _POST.findall(value) if (address := proper(each.strip()))}
    for value in _fields(mail, "list-id"):
        if named := _ID.search(clean(unfolded(value))):
            local, _, domain = named[1].partition(".")
            found.add(f"{local}@{domain}".casefold())
    return frozenset(found)


def author_behind(mail: Mail) -> Address | None:
    """Who wrote a mail whose From names the list itself, or None where the list does not say."""
    for name in _BEHIND:
        if fields := _fields(mail, name):
            return sender(fields)
    return None


def _fields(mail: Mail, name: str) -> list[str]:
    return [value for field, value in mail.headers if field.lower() == name]
