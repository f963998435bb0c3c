"""The readable text of a mail: which of its parts are body, and what they say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.message import Message

from parsers.attachments import attachment, file_name
from parsers.charset import decoded
from parsers.headers import octets_of, unbase64
from parsers.html import rendered
from parsers.mail import Attachment, Limits
from parsers.structure import Opened, Part


@dataclass(slots=True)
class Bodies:
    """What has been read so far: plain and HTML texts, attachments with their octets, defects."""

    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)
    digests: list[bytes] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)


def bodies(mail: Opened, limits: Limits) -> Bodies:
    """Reads every leaf of a mail, as text where it is body and as attachment otherwise."""
    found = Bodies()
    for part in mail.parts:
        name = file_name(part.message)
        body = _is_body(part, name)
        if body:
            _read_text(part, found, limits)
        if body and not name:
            continue
        if len(found.attachments) >= limits.attachments:
            found.defects.append("too-many-attachments")
        else:
            _attach(part, name, found)
    return found


def _is_body(part: Part, name: str) -> bool:
    message = part.message
    if message.get_content_type() not in ("text/plain", "text/html", "text/enriched"):
        return False
    disposition = message.get_content_disposition()
    return disposition != "attachment" and not (name and not part.first)


def _read_text(part: Part, found: Bodies, limits: Limits) -> None:
    octets = octets_in(part.message)
    found.digests.append(octets)
    text, defect = decoded(octets, str(part.message.get_param("charset") or "") or None)
    if defect:
        found.defects.append(defect)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    if part.message.get_content_type() == "text/html":
        found.html.append(text[: 10 * limits.text_chars])
        return
    if str(part.message.get_param("format") or "").lower() == "flowed":
        text = flowed(text, str(part.message.get_param("delsp") or "").lower() == "yes")
    found.plain.append(text)


def _attach(part: Part, name: str, found: Bodies) -> None:
    message = part.message
    octets = octets_in(message)
    found.digests.append(octets)
    inline = message.get_content_disposition() == "inline" or "content-id" in message and message.get_content_disposition() != "attachment"
    item = attachment(name, octets, message.get_content_type(), inline)
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
    except Exception:  # A broken inner mail cannot be written out again; its headers and text still can.
        return octets_of("".join(f"{name}: {value}\r\n" for name, value in message.raw_items()))


def flowed(text: str, delete_space: bool) -> str:
    """Soft line breaks of RFC 3676 undone, quoted paragraphs kept apart by their depth."""
    out: list[str] = []
    depth_before, soft = 0, False
    for raw in text.split("\n"):
        depth = len(raw) - len(raw.lstrip(">"))
        line = raw[depth:].removeprefix(" ")
        if soft and depth == depth_before and line != "-- ":
            out[-1] += line
        else:
            out.append(">" * depth + (" " if depth else "") + line)
        soft = line.endswith(" ") and line != "-- "
        if soft and delete_space:
            out[-1] = out[-1][:-1]
        depth_before = depth
    return "\n".join(out)


def reading_text(found: Bodies, limits: Limits) -> str:
    """What a person would read in a mail."""
    text = "\n\n".join(part.strip("\n") for part in found.plain if part.strip())
    if not text.strip() and found.html:
        text = "\n\n".join(rendered(page) for page in found.html)
    if len(text) > limits.text_chars:
        found.defects.append("text-too-long")
        text = text[: limits.text_chars]
    return _CONTROLS.sub("", text)


_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
