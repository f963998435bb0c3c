"""How a link to a mail server is protected: its mode, the context that verifies, and what counts as this machine."""

from __future__ import annotations

import ipaddress
import ssl
from enum import StrEnum
from pathlib import Path


class Tls(StrEnum):
    """Said in settings and never found out: who may choose on the wire chooses clear text (RFC 8314 section 3)."""

    SSL = "ssl"
    STARTTLS = "starttls"
    PLAIN = "plain"


def verifying_context(ca_file: Path | None) -> ssl.SSLContext:
    """A client context that checks chain and host name; `ca_file` replaces the system's authorities.

    Raises `OSError` or `ssl.SSLError` when the file cannot be used.
    """
    return ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))


def is_loopback(host: str) -> bool:
    """True for names and addresses that cannot leave this machine (RFC 6761 section 6.3)."""
    if host.rstrip(".").lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
