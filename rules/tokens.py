"""Secrets inside our addresses and Message-IDs by which a reply proves that its sender got our mail.

A token is bound to one ticket and one recipient. It shows that the sender saw what we sent to that address; on a
forwarded mail others see it too, so it counts only together with that very From address.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

_CHARS = 16
"""80 bits in base32."""


@dataclass(frozen=True, slots=True)
class ReplyKey:
    """The desk's secrets, newest first: the first signs, each of them verifies."""

    secrets: tuple[bytes, ...]

    def token(self, number: str, address: str) -> str:
        """What a reply of `address` on ticket `number` carries."""
        return _digest(self.secrets[0], "reply", number, address)

    def proves(self, token: str, number: str, address: str) -> bool:
        """Whether this token was made for this ticket and this address."""
        given = token.lower().encode("utf-8", "replace")
        made = (_digest(secret, "reply", number, address).encode() for secret in self.secrets)
        return any(hmac.compare_digest(each, given) for each in made)

    def shows_another(self, message_id: str, address: str, domain: str) -> bool:
        """Whether this identifier of our own holds a token that was made for somebody else than `address`."""
        claims = claims_in_message_ids((message_id,), domain)
        return any(not self.proves(claim.token, claim.number, address) for claim in claims)

    def message_id(self, key: str, number: str, address: str, domain: str) -> str:
        """The Message-ID, without brackets, of the notice with this business key: the same at every attempt."""
        unique = _digest(self.secrets[0], "message-id", key)
        return f"{unique}.{self.token(number, address)}.{number.lower()}@{domain}"

    def reply_address(self, desk_address: str, number: str, address: str) -> str:
        """The desk's address with a plus part (RFC 5233) that carries the token."""
        local, _, domain = desk_address.rpartition("@")
        return f"{local}+{number.lower()}_{self.token(number, address)}@{domain}"


@dataclass(frozen=True, slots=True)
class Claim:
    """A token as a mail shows it: the ticket that it names, still to be proved."""

    number: str
    token: str


def claims_in_message_ids(ids: Sequence[str], domain: str) -> tuple[Claim, ...]:
    """Claims in those identifiers that have the form of our own."""
    local_parts = (each.rpartition("@") for each in ids)
    ours = (local for local, _, host in local_parts if host.casefold() == domain.casefold())
    return tuple(Claim(parts[2].upper(), parts[1]) for local in ours if len(parts := local.split(".", 2)) == 3)


def claims_in_plus_parts(parts: Sequence[str]) -> tuple[Claim, ...]:
    """Claims in the plus parts of the addresses a mail was sent to."""
    split = (part.rpartition("_") for part in parts)
    return tuple(Claim(number.upper(), token) for number, joint, token in split if joint)


def thread_id(number: str, domain: str) -> str:
    """The identifier that every mail of a ticket refers to, so that mail clients show them together."""
    return f"thread.{number.lower()}@{domain}"


def _digest(secret: bytes, *parts: str) -> str:
    text = "\0".join(part.casefold() for part in parts)
    return base64.b32encode(hmac.digest(secret, text.encode(), hashlib.sha256))[:_CHARS].decode().lower()
