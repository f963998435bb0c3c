"""The parts of a mail: the one place that knows mail-parser, bounded before and while it works."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from email.parser import BytesHeaderParser

import mailparser

from parsers.charset import codec, decoded
from parsers.headers import octets_of
from parsers.mail import Limits
from parsers.mime import field, inner_messages, kind_in, octets_in, parameter, word_in
from parsers.smime import KINDS, signed_content

for _module in (mailparser.core, mailparser.utils):
    # The library logs header values that it cannot read, and what a mail says never enters our log.
    _module.log.disabled = True

_BOUNDARY = re.compile(rb'boundary\s*=\s*(?:"([^"\r\n]{1,200})"|([^\s;"]{1,200}))', re.IGNORECASE)
_DELIMITER = re.compile(rb"^--([^\r\n]{1,210})", re.MULTILINE)
_HEADER_END = re.compile(rb"\r?\n\r?\n|\r\r")
_FIELD_START = re.compile(rb"[!-9;-~]{1,200}[ \t]{0,20}:")
_BROKEN_FOLD = re.compile(rb"\n(?![!-9;-~]{1,200}[ \t]{0,20}:|[ \t\r\n]|\Z)")
_KNOWN_FIELD = re.compile(
    rb"(?:from|to|subject|date|message-id|content-type|mime-version|received|return-path|in-reply-to):", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Part:
    """One leaf of a mail's tree: a body, an attachment, or a whole mail that is passed on unopened.

    Leaves with the same `choice` say the same in several forms (RFC 2046 section 5.1.4); 0 is none.
    """

    message: Message
    depth: int = 0
    choice: int = 0
    first: bool = True

    @property
    def content_type(self) -> str:
        """The whole Content-Type field."""
        return field(self.message, "content-type")

    @property
    def kind(self) -> str:
        """The media type."""
        return kind_in(self.content_type)

    @property
    def disposition(self) -> str:
        """`inline`, `attachment`, another word, or nothing (RFC 2183)."""
        return word_in(field(self.message, "content-disposition"))


@dataclass(frozen=True, slots=True)
class Opened:
    """A mail taken apart: its top header fields (folds and encoded words as they stood), its leaves, its defects."""

    message: Message
    fields: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    date: datetime | None
    defects: tuple[str, ...]

    def all(self, name: str) -> list[str]:
        """Every value of a header field, in order."""
        wanted = name.lower()
        return [value for key, value in self.fields if key.lower() == wanted]

    def first(self, name: str) -> str:
        """The first value of a header field, or an empty text."""
        wanted = name.lower()
        return next((value for key, value in self.fields if key.lower() == wanted), "")


def opened(raw: bytes, limits: Limits) -> Opened:
    """Takes a mail apart. Never raises: what the libraries refuse becomes a mail of headers and one plain body."""
    defects: list[str] = []
    octets = _bounded(_without_envelope(raw), limits, defects)
    date = None
    try:
        parsed = mailparser.parse_from_bytes(octets)
        message: Message = parsed.message
        date = parsed.date
        defects += [_named(category) for category in sorted(parsed.defects_categories)]
    except Exception:  # noqa: BLE001 - Whatever a hostile mail makes the library raise, the mail is still a mail.
        message, why = _plainly(octets)
        defects.append(why)
    parts = tuple(_leaves(message, limits, defects))
    fields = _fields(message, _main_charset(parts))
    return Opened(message, fields, parts, _instant(date), tuple(dict.fromkeys(defects)))


def _main_charset(parts: tuple[Part, ...]) -> str | None:
    """The charset of the first body: raw octets in a header field are usually in it too."""
    labels = (parameter(part.content_type, "charset") for part in parts if part.kind.startswith("text/"))
    return next((label for label in labels if codec(label) not in (None, "ascii", "cp1252")), None)


def _fields(message: Message, charset: str | None) -> tuple[tuple[str, str], ...]:
    """The header fields with raw octets decoded; encoded words stay for whoever knows where they may stand."""
    return tuple(
        (str(name), value if (value := str(raw)).isascii() else decoded(octets_of(value), charset)[0])
        for name, raw in message.raw_items()
    )


def _plainly(octets: bytes) -> tuple[Message, str]:
    try:
        return email.message_from_bytes(octets), "parser-refused"
    except Exception:  # noqa: BLE001 - Nesting beyond the interpreter's stack: the headers alone are read.
        return BytesHeaderParser().parsebytes(octets), "nesting-too-deep"


def _instant(value: object) -> datetime | None:
    return value if isinstance(value, datetime) and value.tzinfo is not None else None


def _named(category: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", category.removesuffix("Defect")).lower()


def _without_envelope(raw: bytes) -> bytes:
    """Without what mailboxes and old transports put above the first field: blank lines, an mbox line, a marked BOM."""
    octets = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if octets.startswith((b"From ", b">From ")):
        _, _, octets = octets.partition(b"\n")
    return octets


def _bounded(octets: bytes, limits: Limits, defects: list[str]) -> bytes:
    """The same mail within the limits on headers and parts, before any parser sees it."""
    end = _HEADER_END.search(octets, 0, limits.header_bytes + 4)
    header_end = end.end() if end else min(len(octets), limits.header_bytes)
    if end is None and len(octets) > limits.header_bytes:
        defects.append("header-too-long")
        head, body = octets[:header_end].rpartition(b"\n")[0] + b"\r\n\r\n", b""
    else:
        head, body = octets[:header_end], octets[header_end:]
    if _BROKEN_FOLD.search(head):
        head = _refolded(head)
    if len(head) > limits.header_line_bytes:
        head = _short_fields(head, limits, defects)
    if body.count(b"\n--") > limits.parts:
        body = _few_parts(head, body, limits, defects)
    return head + body if head is not octets else octets


def _refolded(head: bytes) -> bytes:
    """The header block with lines that are no fields taken for folds that lost their blank, if known fields follow.

    Without that the parser would take the first of them for the body and the rest of the header for its text.
    """
    lines = head.splitlines(keepends=True)
    last = max((i for i, line in enumerate(lines) if _KNOWN_FIELD.match(line)), default=0)
    return b"".join(
        b" " + line
        if 0 < i < last and line.strip() and line[:1] not in b" \t" and not _FIELD_START.match(line)
        else line
        for i, line in enumerate(lines)
    )


def _short_fields(head: bytes, limits: Limits, defects: list[str]) -> bytes:
    """The header block with each field, folds included, cut at the limit."""
    kept: list[bytes] = []
    length = 0
    for line in head.splitlines(keepends=True):
        length = length + len(line) if line[:1] in (b" ", b"\t") else len(line)
        if length > limits.header_line_bytes:
            defects.append("header-field-too-long")
            if line[:1] not in (b" ", b"\t"):
                kept.append(line[: limits.header_line_bytes] + b"\r\n")
        else:
            kept.append(line)
    return b"".join(kept)


def _few_parts(head: bytes, body: bytes, limits: Limits, defects: list[str]) -> bytes:
    """The body up to the delimiter line that would begin one part too many."""
    names = {(one or two).rstrip() for one, two in _BOUNDARY.findall(head + body)}
    seen = 0
    for match in _DELIMITER.finditer(body):
        name = match[1].rstrip()
        if name in names:
            seen += 1
            if seen > limits.parts:
                defects.append("too-many-parts")
                return body[: match.start()]
    return body


def _leaves(message: Message, limits: Limits, defects: list[str]) -> Iterator[Part]:
    """The leaves in reading order; a message within the message is a leaf: its text is never taken for this one's."""
    stack: list[Part] = [Part(message)]
    seen = 0
    while stack:
        part = stack.pop()
        seen += 1
        if seen > limits.parts:
            defects.append("too-many-parts")
            return
        if not part.message.is_multipart() or part.kind.startswith("message/"):
            yield part
            if (
                part.kind in KINDS
                and part.depth < limits.nesting
                and (inner := signed_content(octets_in(part.message)))
            ):
                stack.append(Part(_plainly(inner)[0], part.depth + 1, part.choice))
        elif part.depth >= limits.nesting:
            defects.append("nesting-too-deep")
        else:
            choice = seen if part.kind == "multipart/alternative" else part.choice
            children = inner_messages(part.message)
            stack.extend(
                Part(child, part.depth + 1, choice, first=child is children[0]) for child in reversed(children)
            )
