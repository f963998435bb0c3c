"""The bytes of one mail to one person, made from a notice and the words for it.

Written by hand because the standard library's composer costs 3 ms a mail and, in some versions, lets a line break
through (CVE-2024-6923). Everything that is not a literal of this package is encoded: bodies and files in base64, so
that no line of theirs is a boundary, a header or a dot; header text as words of RFC 2047. The same arguments give the
same bytes.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256

from daemon.compose.attachments import part_header
from daemon.compose.check import check_message
from daemon.compose.headers import (
    TEXT_PART_HEADERS,
    Unwritable,
    checked_address,
    checked_id,
    field,
    ids_field,
    mailbox_field,
    text_field,
)
from daemon.compose.wording import Wording, Words
from daemon.faults import Fault
from rules.model import Notice
from rules.notices import ANSWERS

_SUBJECT_CHARS = 200
_SHORT_CHARS = 60


@dataclass(frozen=True, slots=True)
class Sender:
    """Who we are: the desk's id in the loop header, its address, and its name in each language."""

    desk_id: str
    address: str
    names: Mapping[str, str]

    def name_in(self, language: str) -> str:
        """The desk's name in this language, else in any, else its address."""
        return self.names.get(language) or next(iter(self.names.values()), self.address)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What is fixed before a mail is written: its Message-ID (bare), its date (aware), and what it answers.

    `references` are the bare identifiers of the correspondence, oldest first.
    """

    message_id: str
    date: datetime
    reply_to: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """A mail ready for the outbox; `fault` says which template failed if it was said in shipped words instead."""

    raw: bytes
    fault: Fault | None = None


def compose(notice: Notice, wording: Wording, sender: Sender, stamp: Stamp, contents: Mapping[str, bytes]) -> Message:
    """The mail that says `notice`; `contents` holds the bytes of its attachments by SHA-256.

    Raises Unwritable if the recipient, an identifier or an attachment cannot be written, and Unsound (a fault of this
    package) if what was written does not read back as it should.
    """
    language = wording.language_for(notice.language)
    desk = {"desk_name": sender.name_in(language), "desk_address": sender.address}
    words = wording.render(notice.kind, language, {**notice.facts, **desk}, notice.template)
    body, kind = _content(notice, words, stamp.message_id, contents)
    raw = f"{_header(notice, words, sender, stamp)}{kind}{body}".encode("ascii")
    check_message(raw, notice.recipient)
    return Message(raw, words.fault)


def _header(notice: Notice, words: Words, sender: Sender, stamp: Stamp) -> str:
    if stamp.date.tzinfo is None:
        raise Unwritable("the date is not an instant")
    number = str(notice.facts["number"])
    answered = [stamp.in_reply_to] if stamp.in_reply_to else []
    return "".join(
        (
            mailbox_field("From", sender.name_in(words.language), sender.address),
            field("To", checked_address(notice.recipient)),
            text_field("Subject", words.subject, _SUBJECT_CHARS),
            field("Date", format_datetime(stamp.date)),
            field("Message-ID", f"<{checked_id(stamp.message_id)}>"),
            ids_field("In-Reply-To", answered),
            ids_field("References", [*(one for one in stamp.references if one not in answered), *answered]),
            mailbox_field("Reply-To", "", stamp.reply_to) if stamp.reply_to else "",
            _automatic_marks(notice),
            text_field("X-Postdesk-Desk", sender.desk_id, _SHORT_CHARS),
            text_field("X-Postdesk-Ticket", number, _SHORT_CHARS) if number else "",
            "MIME-Version: 1.0\r\n",
        )
    )


def _automatic_marks(notice: Notice) -> str:
    """What keeps machines from answering a machine.

    `Auto-Submitted` is the standard (RFC 3834 section 5), Exchange heeds only its own header, and vacation programs
    older than the RFC, and some help desks, only know `Precedence: bulk`. RFC 2076 discourages the last one, yet every
    large help desk has sent it on such mail for years without being taken for a newsletter.
    """
    if not notice.automatic:
        return ""
    submitted = "auto-replied" if notice.kind in ANSWERS else "auto-generated"
    return f"Auto-Submitted: {submitted}\r\nX-Auto-Response-Suppress: All\r\nPrecedence: bulk\r\n"


def _content(notice: Notice, words: Words, message_id: str, contents: Mapping[str, bytes]) -> tuple[str, str]:
    """The body with everything after the header, and the header fields that describe it."""
    inner = _boundary(message_id, "alternative")
    parts = [_text_part("plain", words.text), _text_part("html", words.html)]
    kind, body = _multipart("alternative", inner, parts)
    if not notice.attachments:
        return body, kind
    files = [_file_part(attachment, contents) for attachment in notice.attachments]
    kind, body = _multipart("mixed", _boundary(message_id, "mixed"), [kind + body, *files])
    return body, kind


def _multipart(subtype: str, boundary: str, parts: list[str]) -> tuple[str, str]:
    """The Content-Type field of a multipart (RFC 2046 section 5.1), and its body with the blank line before it."""
    body = "".join(f"\r\n--{boundary}\r\n{part}" for part in parts)
    return f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n', f"{body}\r\n--{boundary}--\r\n"


def _boundary(message_id: str, level: str) -> str:
    """A delimiter that no line of base64 can be, since neither `=_` nor any `_` occurs in one."""
    return f"=_{sha256(f'{level}:{message_id}'.encode()).hexdigest()[:32]}"


def _text_part(subtype: str, text: str) -> str:
    canonical = text.replace("\n", "\r\n") + "\r\n"
    return f"{TEXT_PART_HEADERS[subtype]}\r\n\r\n{_base64_lines(canonical.encode())}"


def _file_part(attachment: tuple[str, str, str], contents: Mapping[str, bytes]) -> str:
    digest, name, content_type = attachment
    if digest not in contents:
        raise Unwritable("the bytes of an attachment are missing")
    return f"{part_header(name, content_type)}\r\n{_base64_lines(contents[digest])}"


def _base64_lines(content: bytes) -> str:
    coded = b64encode(content).decode("ascii")
    return "\r\n".join(coded[start : start + 76] for start in range(0, len(coded), 76))
