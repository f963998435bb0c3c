"""The readable text of a mail: which of its parts are body, and what they say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from parsers.attachments import attachment, file_name, safe_name
from parsers.charset import decoded
from parsers.html import rendered
from parsers.mail import Attachment, Limits
from parsers.mime import field as field_in
from parsers.mime import octets_in, parameter
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
        name = file_name(part.content_type, field_in(part.message, "content-disposition"))
        octets = octets_in(part.message)
        found.digests.append(octets)
        body = _is_body(part, name)
        if body:
            _read_text(part, octets, found, limits)
        if not body or name:
            _attach(part, name, octets, found, limits)
    return found


def _is_body(part: Part, name: str) -> bool:
    """Whether a person sees this part as text: a first part may bear a file name, a later one is then a file."""
    if part.kind not in _TEXTS or part.disposition == "attachment":
        return False
    return not name or part.first


def _read_text(part: Part, octets: bytes, found: Bodies, limits: Limits) -> None:
    label = parameter(part.content_type, "charset") or None
    if label is None and part.kind == "text/html" and (meta := _META_CHARSET.search(octets[:_META_OCTETS])):
        label = meta[1].decode("ascii")
    text, defect = decoded(octets, label)
    if defect:
        found.defects.append(defect)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    if part.kind == "text/html":
        found.texts.append(Text(text[: 10 * limits.text_chars], is_html=True, choice=part.choice))
        return
    if part.kind in ("text/enriched", "text/richtext"):
        text = _ENRICHED.sub("", text).replace("<<", "<")
    if parameter(part.content_type, "format").lower() == "flowed":
        text = flowed(text, delete_space=parameter(part.content_type, "delsp").lower() == "yes")
    text, files = without_files(text)
    for name, inner in files:
        _add(safe_name(name), inner, "application/octet-stream", found, limits)
    found.texts.append(Text(without_armour(text), is_html=False, choice=part.choice))


def _attach(part: Part, name: str, octets: bytes, found: Bodies, limits: Limits) -> None:
    if (files := unpacked(octets)) and part.kind.startswith("application/"):
        found.defects.append("winmail-unpacked")
        for inner_name, inner in files:
            _add(safe_name(inner_name), inner, "application/octet-stream", found, limits)
        return
    inline = part.disposition == "inline" or (part.disposition == "" and "content-id" in part.message)
    _add(name, octets, part.kind, found, limits, inline=inline)


def _add(name: str, octets: bytes, declared: str, found: Bodies, limits: Limits, *, inline: bool = False) -> None:
    if len(found.attachments) >= limits.attachments:
        found.defects.append("too-many-attachments")
        return
    item = attachment(name, octets, declared, inline=inline)
    found.attachments.append(item)
    found.contents[item.sha256] = octets


def flowed(text: str, *, delete_space: bool) -> str:
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
    if not pages or (plain.strip() and not (len(plain) < _STUB_CHARS and _STUB.search(plain))):
        return plain
    page = "\n\n".join(map(_readable, pages))
    return page if page.strip() else plain


def _readable(text: Text) -> str:
    return rendered(text.said) if text.is_html else text.said
