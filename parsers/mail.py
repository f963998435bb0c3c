"""The value that a mail becomes once its bytes have been read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox of RFC 5322 3.4: `address` has a lower-case domain, `name` is cleaned for display, or empty."""

    address: str
    name: str = ""

    @property
    def key(self) -> str:
        """The form in which two spellings of one address compare equal."""
        return self.address.casefold()


@dataclass(frozen=True, slots=True)
class Attachment:
    """One attached part. Its bytes travel beside the mail under `sha256`, never inside it."""

    name: str
    content_type: str
    size: int
    sha256: str
    inline: bool = False
    decorative: bool = False


class Origin(StrEnum):
    """Which machine wrote a mail that no person wrote (RFC 3834 section 2, RFC 3464, RFC 8098, RFC 5965, RFC 2369)."""

    AUTO_REPLY = "auto-reply"
    AUTO_GENERATED = "auto-generated"
    MAILING_LIST = "mailing-list"
    BOUNCE = "bounce"
    READ_RECEIPT = "read-receipt"
    FEEDBACK_REPORT = "feedback-report"
    CALENDAR = "calendar"
    CHALLENGE = "challenge-response"
    OURSELVES = "ourselves"


@dataclass(frozen=True, slots=True)
class Automatic:
    """Why a mail is taken to be a machine's: the kind, and the header or phrase that gave it away."""

    origin: Origin
    marker: str


class Severity(StrEnum):
    """What a bounce says of the address: final, passing, or merely slow (RFC 3463 class 5, 4, and `delayed`)."""

    HARD = "hard"
    SOFT = "soft"
    DELAYED = "delayed"


@dataclass(frozen=True, slots=True)
class Bounce:
    """A delivery status notification: whom it speaks of, and which message of ours came back."""

    recipients: tuple[str, ...]
    severity: Severity
    status: str
    original_message_id: str | None


@dataclass(frozen=True, slots=True)
class Cut:
    """Where the new part of a text lies: the kept character spans, why, and how sure (0 to 1)."""

    spans: tuple[tuple[int, int], ...]
    reason: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The first sender named in a forwarded block."""

    sender: Address | None
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Mail:
    """What a mail says, whatever its bytes were; a broken mail is a `Mail` with defects.

    `sender` is None unless exactly one From address passes a strict grammar, so nobody is taken for somebody else.
    `text` is everything a person would read; `new_text` is what its author wrote this time. Identifiers are bare
    (no angle brackets). `date` is what the sender claims and is never trusted for promises.
    """

    sender: Address | None
    sender_shown: str
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    delivered_to: tuple[str, ...]
    subject: str
    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    date: datetime | None
    text: str
    html: str
    cut: Cut
    attachments: tuple[Attachment, ...]
    language: str
    automatic: Automatic | None
    suppress_reply: bool
    bounce: Bounce | None
    forwarded: Forwarded | None
    headers: tuple[tuple[str, str], ...]
    defects: tuple[str, ...]
    fingerprint: str
    size: int

    @property
    def new_text(self) -> str:
        """What its author wrote this time: the text without quotation, signature and footer."""
        return "\n".join(self.text[start:end] for start, end in self.cut.spans).strip()


@dataclass(frozen=True, slots=True)
class Parsed:
    """A mail and the bytes of its attachments by SHA-256: what crosses back from a worker process."""

    mail: Mail
    contents: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a mail is read; what lies beyond is dropped with a named defect (settings, `limits`)."""

    header_bytes: int = 262_144
    header_line_bytes: int = 65_536
    nesting: int = 50
    parts: int = 1_000
    attachments: int = 200
    recipients: int = 50
    references: int = 100
    subject_chars: int = 200
    text_chars: int = 200_000
