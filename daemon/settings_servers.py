"""The servers of an installation: the mailboxes that mail comes in by, and the relay that it leaves by."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from daemon.oauth.settings import OAuth
from daemon.secrets import Secret
from daemon.settings_values import Beside, Count, CountOrNone, Flag, Interval, Size
from rules.vocabulary import Declared

Tls = Literal["ssl", "starttls", "plain"]
_LOOPBACK = re.compile(r"localhost|127(\.[0-9]{1,3}){3}|::1|\[::1\]", re.IGNORECASE)


def _plain_only_here(value: Tls, info: ValidationInfo) -> Tls:
    if value == "plain" and not _LOOPBACK.fullmatch(str(info.data.get("host", "localhost"))):
        raise ValueError(
            "'plain' would send the password in clear: only a server on loopback may have it; write ssl or starttls"
        )
    return value


_ONE_PROOF = "give a password or oauth, not both"


def _proofs(oauth: OAuth | None, info: ValidationInfo) -> int:
    return (oauth is not None) + (info.data.get("password") is not None)


class Mailbox(Declared):
    """One folder on one IMAP server that mail comes in by."""

    name: str = Field(
        pattern=r"^[a-z0-9-]{1,64}$", description="A short name for logs and the ledger; never reuse one."
    )
    host: str
    tls: Tls = Field(description="ssl (port 993), starttls (port 143), or plain, which only loopback may have.")
    port: int = Field(default=0, ge=0, le=65_535, description="0 for the usual port: 993 with ssl, 143 otherwise.")
    username: str
    password: Secret | None = Field(default=None, description="The password, or what the provider gives in its place.")
    oauth: OAuth | None = Field(default=None, description="Instead of the password: logging in with tokens.")
    folder: str = "INBOX"
    first_contact: Literal["import", "skip", "answer"] = Field(
        default="import",
        description="Mail older than our first poll: import it silently, skip it, or answer it like new mail.",
    )
    processed: str = Field(default="Processed", description="Where mails go once they are kept; created when missing.")
    poll: Interval = Field(default=timedelta(seconds=60), description="Mail is looked for at least this often.")
    idle: Flag = Field(default=True, description="Whether the server may wake us between polls (IMAP IDLE).")
    connect_timeout: Interval = timedelta(seconds=15)
    read_timeout: Interval = timedelta(seconds=60)
    ca_file: Beside | None = Field(default=None, description="Certificates to trust instead of the system's.")
    batch_messages: Count = Field(default=50, description="At most this many mails are fetched at once.")
    batch_bytes: Size = Field(default=8 * 2**20, description="At most this many bytes of mails are fetched at once.")

    _tls = field_validator("tls")(_plain_only_here)

    @field_validator("oauth")
    @classmethod
    def _one_proof(cls, value: OAuth | None, info: ValidationInfo) -> OAuth | None:
        if "password" in info.data and _proofs(value, info) != 1:
            raise ValueError(_ONE_PROOF if value is not None else "a password is missing (or oauth in its place)")
        return value

    @field_validator("port")
    @classmethod
    def _usual_port(cls, value: int, info: ValidationInfo) -> int:
        return value or (993 if info.data.get("tls") == "ssl" else 143)


class Smtp(Declared):
    """The mail server that our mails leave by."""

    host: str
    tls: Tls = Field(
        description="ssl (port 465), starttls (port 587), or plain (port 25), which only loopback may have."
    )
    port: int = Field(
        default=0, ge=0, le=65_535, description="0 for the usual port: 465 with ssl, 587 with starttls, 25 with plain."
    )
    username: str | None = None
    password: Secret | None = None
    oauth: OAuth | None = Field(default=None, description="Instead of the password: logging in with tokens.")
    connections: Count = Field(default=2, description="At most this many connections at once.")
    timeout: Interval = timedelta(seconds=60)
    final_dot_timeout: Interval = Field(
        default=timedelta(minutes=10), description="How long the server may think over a whole mail."
    )
    ca_file: Beside | None = Field(default=None, description="Certificates to trust instead of the system's.")
    null_reverse_path: Flag = Field(
        default=True, description="Send automatic mail with MAIL FROM:<>, so that nothing answers it."
    )
    per_minute: CountOrNone = Field(default=0, description="At most this many mails a minute; 0 for no limit.")

    _tls = field_validator("tls")(_plain_only_here)

    @field_validator("port")
    @classmethod
    def _usual_port(cls, value: int, info: ValidationInfo) -> int:
        return value or {"ssl": 465, "starttls": 587}.get(str(info.data.get("tls")), 25)

    @field_validator("oauth")
    @classmethod
    def _with_username(cls, value: OAuth | None, info: ValidationInfo) -> OAuth | None:
        if "password" not in info.data:
            return value  # It has a fault of its own.
        proofs = _proofs(value, info)
        if proofs > 1:
            raise ValueError(_ONE_PROOF)
        if (proofs == 0) != (info.data.get("username") is None):
            raise ValueError("username and password belong together: give both or neither")
        return value
