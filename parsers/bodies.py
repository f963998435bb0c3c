"""The readable text of a mail: which of its parts are body, and what they say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.message import Message

from parsers.attachments import attachment, file_name, safe_name
from parsers.charset import decoded
from parsers.headers import octets_of, unbase64
from parsers.html import rendered
from parsers.mail import Attachment, Limits
from parsers.structure import Opened, Part
from parsers.tnef import unpacked
from parsers.wrapped import without_armour, without_files

_TEXTS = ("text/plain", "text/html", "text/enriched", "text/richtext")
_ENRICHED = re.compile(r"<param>.*?</param>|</?[A-Za-z][A-Za-z-]{0,30}>", re.IGNORECASE)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([A-Za-z0-9_-]{1,40})", re.IGNORECASE)
_META_OCTETS = 2_000
_STUB_CHARS = 300
_STUB = re.compile(r"\bhtml\b|不支持|无法显示|网页|view (?:it|this|the)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Text:
    """One body part: `choice` groups the forms of one text, 0 stands for itself."""

    said: str
    is_html: bool
    choice: int


@dataclass(slots=True)
class Bodies:
    """What has been read so far: texts in reading order, attachments with their octets, defects."""

    texts: list[Text] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)
    digests: list[bytes] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)


def bodies(mail: Opened, limits: Limits) -> Bodies:
    """Reads every leaf of a mail, as text where it is body and as attachment otherwise."""
    found = Bodies()
    for part in mail.parts:
        name = file_name(part.message)
        octets = octets_in(part.message)
        found.digests.append(octets)
        body = _is_body(part, name)
        if body:
            _read_text(part, octets, found, limits)
        if not body or name:
            _attach(part.message, name, octets, found, limits)
    return found


def _is_body(part: Part, name: str) -> bool:
    """Whether a person sees this part as text: a first part may bear a file name, a later one is then a file."""
    if part.message.get_content_type() not in _TEXTS or part.message.get_content_disposition() == "attachment":
        return False
    return not name or part.first


def _read_text(part: Part, octets: bytes, found: Bodies, limits: Limits) -> None:
    message = part.message
    kind = message.get_content_subtype()
    label = str(message.get_content_charset() or "") or None
    if label is None and kind == "html" and (meta := _META_CHARSET.search(octets[:_META_OCTETS])):
        label = meta[1].decode("ascii")
    text, defect = decoded(octets, label)
    if defect:
        found.defects.append(defect)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    if kind == "html":
        found.texts.append(Text(text[: 10 * limits.text_chars], True, part.choice))
        return
    if kind in ("enriched", "richtext"):
        text = _ENRICHED.sub("", text).replace("<<", "<")
    if str(message.get_param("format") or "").lower() == "flowed":
        text = flowed(text, str(message.get_param("delsp") or "").lower() == "yes")
    text, files = without_files(text)
    for name, inner in files:
        _add(safe_name(name), inner, "application/octet-stream", False, found, limits)
    found.texts.append(Text(without_armour(text), False, part.choice))


def _attach(message: Message, name: str, octets: bytes, found: Bodies, limits: Limits) -> None:
    if (files := unpacked(octets)) and message.get_content_maintype() == "application":
        found.defects.append("winmail-unpacked")
        for inner_name, inner in files:
            _add(safe_name(inner_name), inner, "application/octet-stream", False, found, limits)
        return
    disposition = message.get_content_disposition()
    inline = disposition == "inline" or disposition is None and "content-id" in message
    _add(name, octets, message.get_content_type(), inline, found, limits)


def _add(name: str, octets: bytes, declared: str, inline: bool, found: Bodies, limits: Limits) -> None:
    if len(found.attachments) >= limits.attachments:
        found.defects.append("too-many-attachments")
        return
    item = attachment(name, octets, declared, inline)
    found.attachments.append(item)
    found.contents[item.sha256] = octets


def octets_in(message: Message) -> bytes:
    """The octets of a part with its transfer encoding undone, however broken (RFC 2045 section 6)."""
    payload = message.get_payload()
    if isinstance(payload, list):
        return b"\r\n".join(_flat(inner) for inner in payload if isinstance(inner, Message))
    encoding = str(message.get("content-transfer-encoding", "")).strip().lower()
    if encoding == "base64" and isinstance(payload, str) and payload.isascii():
        return unbase64(payload.encode())
    octets = message.get_payload(decode=True)
    return octets if isinstance(octets, bytes) else octets_of(str(payload or ""))


def _flat(message: Message) -> bytes:
    try:
        return message.as_bytes()
    except Exception:  # A broken inner mail cannot be written out again; its headers still can.
        return octets_of("".join(f"{name}: {value}\r\n" for name, value in message.raw_items()))


def flowed(text: str, delete_space: bool) -> str:
    """Soft line breaks of RFC 3676 undone, quoted paragraphs kept apart by their depth."""
    paragraphs: list[list[str]] = []
    depth_before, soft = 0, False
    for raw in text.split("\n"):
        depth = len(raw) - len(raw.lstrip(">"))
        line = raw[depth:].removeprefix(" ")
        continues = soft and depth == depth_before and line != "-- "
        soft = line.endswith(" ") and line != "-- "
        said = line[:-1] if soft and delete_space else line
        if continues:
            paragraphs[-1].append(said)
        else:
            paragraphs.append([">" * depth + (" " if depth else ""), said])
        depth_before = depth
    return "\n".join(map("".join, paragraphs))


def reading_text(found: Bodies, limits: Limits) -> str:
    """What a person would read in a mail: its texts in order, and of several forms of one text the plain one."""
    pieces: list[str] = []
    chosen: set[int] = set()
    for text in found.texts:
        if text.choice in chosen:
            continue
        if text.choice:
            chosen.add(text.choice)
            pieces.append(_chosen([other for other in found.texts if other.choice == text.choice]))
        else:
            pieces.append(_readable(text))
    whole = "\n\n".join(piece.strip("\n") for piece in pieces if piece.strip())
    if len(whole) > limits.text_chars:
        found.defects.append("text-too-long")
        whole = whole[: limits.text_chars]
    return _CONTROLS.sub("", whole)


def _chosen(forms: list[Text]) -> str:
    """The plain forms, unless they only say that the mail is HTML."""
    plain = "\n\n".join(form.said for form in forms if not form.is_html)
    pages = [form for form in forms if form.is_html]
    if not pages or plain.strip() and not (len(plain) < _STUB_CHARS and _STUB.search(plain)):
        return plain
    page = "\n\n".join(map(_readable, pages))
    return page if len(page) > len(plain) else plain


def _readable(text: Text) -> str:
    return rendered(text.said) if text.is_html else text.said
