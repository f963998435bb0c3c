"""MIME fields (RFC 2045, 2183, 2231) read by our own total code: the library's accessors raise on hostile ones."""

from __future__ import annotations

import re
from email.message import Message
from urllib.parse import unquote_to_bytes

from parsers.charset import decoded
from parsers.headers import clean, octets_of, unbase64, unfolded, words_decoded

_KIND = re.compile(r"\s*([A-Za-z0-9!#$&^_.+-]{1,100})\s*/\s*([A-Za-z0-9!#$&^_.+-]{1,100})")
_WORD = re.compile(r"\s*([A-Za-z0-9_-]{1,60})")
_PARAMETER = re.compile(r';\s*([A-Za-z0-9_-]+)(\*\d{1,3})?(\*)?\s*=\s*("(?:[^"\\]|\\.)*"?|[^;]*)', re.DOTALL)
_LONGEST = 10_000


def field(message: Message, name: str) -> str:
    """The first value of a field as it stood, with 8-bit octets as surrogates; empty if there is none."""
    return next((str(value) for key, value in message.raw_items() if str(key).lower() == name), "")


def kind_in(value: str, default: str = "text/plain") -> str:
    """The media type that a Content-Type states, in lower case (RFC 2045 section 5.2)."""
    match = _KIND.match(unfolded(value[:_LONGEST]))
    return f"{match[1]}/{match[2]}".lower() if match else default


def word_in(value: str) -> str:
    """The first word of a Content-Disposition or Content-Transfer-Encoding, in lower case."""
    match = _WORD.match(unfolded(value[:_LONGEST]))
    return match[1].lower() if match else ""


def parameter(value: str, wanted: str) -> str:
    """One parameter of a MIME field, its RFC 2231 sections joined and its encoding undone."""
    if wanted not in value.lower():
        return ""
    sections: dict[int, tuple[str, bool]] = {}
    plain = ""
    for name, section, extended, raw in _PARAMETER.findall(unfolded(value)[:_LONGEST]):
        if name.lower() != wanted:
            continue
        text = re.sub(r"\\(.)", r"\1", raw[1:].removesuffix('"')) if raw.startswith('"') else raw.strip()
        if section or extended:
            sections.setdefault(int(section[1:] or 0) if section else 0, (text, bool(extended)))
        elif not plain:
            plain = text
    return _joined(sections) if sections else clean(words_decoded(plain))


def _joined(sections: dict[int, tuple[str, bool]]) -> str:
    """RFC 2231 section 4.1: the charset stands in the first section; any section may be percent-encoded."""
    label, written = "", b""
    for number in sorted(sections):
        text, extended = sections[number]
        if extended and number == 0 and text.count("'") >= 2:
            label, _, text = text.split("'", 2)
        written += octets_of(text) if extended else octets_of(text).replace(b"%", b"%25")
    text = decoded(unquote_to_bytes(written), label or None)[0]
    return clean(words_decoded(text) if "=?" in text else text)


def inner_messages(message: Message) -> list[Message]:
    """The messages that a multipart or a message/* part holds."""
    payload = message.get_payload() if message.is_multipart() else []
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []


def octets_in(message: Message) -> bytes:
    """The octets of a part with its transfer encoding undone, however broken (RFC 2045 section 6)."""
    if message.is_multipart():
        return b"\r\n".join(map(_flat, inner_messages(message)))
    try:
        if word_in(field(message, "content-transfer-encoding")) == "base64":
            wire = message.get_payload()
            if isinstance(wire, str) and wire.isascii():
                return unbase64(wire.encode())
        octets = message.get_payload(decode=True)
    except Exception:  # noqa: BLE001 - Hostile charsets and fields make the library raise; the octets are then lost.
        return b""
    return octets if isinstance(octets, bytes) else b""


def _flat(message: Message) -> bytes:
    try:
        return message.as_bytes()
    except Exception:  # noqa: BLE001 - A broken inner mail cannot be written out again; its header still can.
        return octets_of("".join(f"{name}: {value}\r\n" for name, value in message.raw_items()))
