"""Certificates for test servers: one that a client must accept and three that it must refuse."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import trustme

HOST = "localhost"


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate chain and its key, as PEM files that only their owner reads."""

    chain: Path
    key: Path

    def server_context(self) -> ssl.SSLContext:
        """What an asyncio server needs to speak TLS with this certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.chain, self.key)
        return context


@dataclass(frozen=True, slots=True)
class Certificates:
    """`good` is valid for localhost, 127.0.0.1 and ::1 under the authority in `ca_file`; the others are wrong once."""

    ca_file: Path
    good: Certificate
    expired: Certificate
    wrong_name: Certificate
    self_signed: Certificate


def make_certificates(folder: Path) -> Certificates:
    """Make an authority of our own and what it signs."""
    authority = trustme.CA()
    ca_file = folder / "ca.pem"
    authority.cert_pem.write_to_path(ca_file)
    once, until = datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC)
    here = (HOST, "127.0.0.1", "::1")
    stranger = trustme.CA()
    return Certificates(
        ca_file=ca_file,
        good=_write(folder, "good", authority.issue_cert(*here)),
        expired=_write(folder, "expired", authority.issue_cert(*here, not_before=once, not_after=until)),
        wrong_name=_write(folder, "wrong-name", authority.issue_cert("mail.elsewhere.example")),
        self_signed=_place(folder, "self-signed", stranger.cert_pem.bytes(), stranger.private_key_pem.bytes()),
    )


def _write(folder: Path, name: str, leaf: trustme.LeafCert) -> Certificate:
    chain = b"".join(part.bytes() for part in leaf.cert_chain_pems)
    return _place(folder, name, chain, leaf.private_key_pem.bytes())


def _place(folder: Path, name: str, chain: bytes, key: bytes) -> Certificate:
    made = Certificate(folder / f"{name}.pem", folder / f"{name}.key")
    made.chain.write_bytes(chain)
    made.key.touch(mode=0o600)
    made.key.write_bytes(key)
    return made
