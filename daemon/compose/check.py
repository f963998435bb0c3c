"""The last look at a mail before it is queued: read back by the standard library, is it what we meant to write?"""

from __future__ import annotations

from email.errors import (
    FirstHeaderLineIsContinuationDefect,
    HeaderDefect,
    MalformedHeaderDefect,
    MisplacedEnvelopeHeaderDefect,
    MissingHeaderBodySeparatorDefect,
)
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32

from daemon.compose.headers import TEXT_PART_HEADERS

_REQUIRED = frozenset(
    {"from", "to", "subject", "date", "message-id", "x-postdesk-desk"} | {"mime-version", "content-type"}
)
_OPTIONAL = frozenset(
    {
        "in-reply-to",
        "references",
        "reply-to",
        "auto-submitted",
        "x-auto-response-suppress",
        "precedence",
        "x-postdesk-ticket",
    }
)
_PART_REQUIRED = frozenset({"content-type", "content-transfer-encoding"})
_PART_OPTIONAL = frozenset({"content-disposition"})
_MULTIPART = frozenset({"content-type"})
_NONE: frozenset[str] = frozenset()
_LINE_BYTES = 999
# Python 3.11.2 also reports the boundary that a header alone cannot have.
_HEADER_DEFECTS = (
    FirstHeaderLineIsContinuationDefect,
    HeaderDefect,
    MalformedHeaderDefect,
    MisplacedEnvelopeHeaderDefect,
    MissingHeaderBodySeparatorDefect,
)
_WORDS = frozenset(header.encode() for header in TEXT_PART_HEADERS.values())
_PARSER: BytesHeaderParser[Message[str, str]] = BytesHeaderParser(policy=compat32)


class Unsound(Exception):
    """A mail does not read back as it was meant; a fault of the composer, so the words hold no mail text."""


def check_message(raw: bytes, recipient: str) -> None:
    """Raise Unsound unless `raw` may be sent to `recipient`.

    It is 7-bit with CR LF alone and lines below 998 (RFC 5321 4.5.3.1.6), none beginning with a dot; its header is the
    fields that we write and no other, each once, with `recipient` alone in To; so are the headers of its parts.
    """
    _check_bytes(raw)
    head, body = _split(raw)
    header = _header(head)
    _check_fields(header, _REQUIRED, _OPTIONAL)
    if header["to"] != recipient:
        raise Unsound("To is not the recipient")
    _check_parts(header, body)


def _check_bytes(raw: bytes) -> None:
    if not raw.isascii() or b"\0" in raw:
        raise Unsound("a byte is not text")
    pairs = raw.count(b"\r\n")
    if raw.count(b"\r") != pairs or raw.count(b"\n") != pairs:
        raise Unsound("a bare line break")
    if raw.startswith(b".") or b"\n." in raw:
        raise Unsound("a line begins with a dot")
    start = 0
    while len(raw) - start > _LINE_BYTES:
        end = raw.rfind(b"\n", start, start + _LINE_BYTES)
        if end < 0:
            raise Unsound("a line is too long")
        start = end + 1


def _split(entity: bytes) -> tuple[bytes, bytes]:
    """The header without the line break that ends it, and that line break with all that follows."""
    end = entity.find(b"\r\n\r\n")
    if end < 0:
        raise Unsound("no body")
    return entity[:end], entity[end + 2 :]


def _header(head: bytes) -> Message[str, str]:
    header = _PARSER.parsebytes(head + b"\r\n\r\n")
    if any(isinstance(defect, _HEADER_DEFECTS) for defect in header.defects) or header.get_payload():
        raise Unsound("a header is malformed")
    return header


def _check_fields(header: Message[str, str], required: frozenset[str], optional: frozenset[str]) -> None:
    """Raise Unsound unless the fields are all the required ones and some optional ones, each once."""
    names = [name.lower() for name in header]
    known = frozenset(names)
    if len(known) != len(names) or not required <= known <= required | optional:
        raise Unsound("the header fields are not the allowed ones")


def _check_parts(header: Message[str, str], body: bytes) -> None:
    """Raise Unsound unless the body is closed parts with allowed fields, at every depth."""
    boundary = header.get_boundary()
    if not boundary:
        raise Unsound("no boundary")
    first, *parts = body.split(f"\r\n--{boundary}".encode())
    if first or not parts or parts.pop().strip() != b"--":
        raise Unsound("the parts are not closed")
    for part in parts:
        head, content = _split(part.removeprefix(b"\r\n"))
        if head in _WORDS:
            continue
        nested = _header(head)
        if str(nested["content-type"]).startswith("multipart/"):
            _check_fields(nested, _MULTIPART, _NONE)
            _check_parts(nested, content)
        else:
            _check_fields(nested, _PART_REQUIRED, _PART_OPTIONAL)
