"""What trying a server out has shown: step by step, each trouble with what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """What is tried, in this order."""

    NAME = "name"
    CONNECTION = "connection"
    PROTECTION = "protection"
    LOGIN = "log-in"
    OFFERS = "capabilities"
    FOLDER = "folder"
    ROUND_TRIP = "round trip"


class Trouble(StrEnum):
    """What can be wrong; the words are stable, for programs that read --json."""

    UNKNOWN_HOST = "unknown-host"
    PORT_CLOSED = "port-closed"
    NO_ANSWER = "no-answer"
    WRONG_PROTOCOL = "wrong-protocol"
    TLS_WANTED_PLAIN_SPOKEN = "tls-wanted-plain-spoken"
    TLS_SPOKEN_PLAIN_WANTED = "tls-spoken-plain-wanted"
    NO_STARTTLS = "no-starttls"
    TLS_FAILED = "tls-failed"
    CERTIFICATE_UNKNOWN = "certificate-unknown"
    CERTIFICATE_EXPIRED = "certificate-expired"
    CERTIFICATE_NAME = "certificate-name"
    CA_FILE = "ca-file"
    SECRET = "secret-unreadable"  # noqa: S105 - This is the name of a trouble.
    NO_TOKEN = "no-token"  # noqa: S105 - The same.
    PASSWORD_IN_CLEAR = "password-in-clear"  # noqa: S105 - The same.
    APP_PASSWORD = "app-password-needed"  # noqa: S105 - The same.
    PROTOCOL_OFF = "switched-off-at-provider"
    PASSWORDS_OFF = "passwords-switched-off"
    UNSAFE_LOGIN = "unsafe-login"
    TOO_MANY = "too-many-log-ins"
    LOGIN_REFUSED = "log-in-refused"
    AUTH_UNSUPPORTED = "log-in-not-offered"
    FOLDER_MISSING = "folder-missing"
    NOT_SENT = "not-sent"
    NOT_BACK = "not-back"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Finding:
    """One step: what was seen, and if it went wrong, what is wrong and what to do."""

    server: str
    step: Step
    seen: str
    trouble: Trouble | None = None
    advice: str = ""


def failed(findings: Sequence[Finding]) -> bool:
    """Whether anything was wrong."""
    return any(finding.trouble is not None for finding in findings)
