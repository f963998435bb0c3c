"""Header fields as people read them: unfolded, decoded (RFC 2047, raw 8-bit) and free of invisible characters."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
import unicodedata
from collections.abc import Iterator

from parsers.charset import decoded

_FOLD = re.compile(r"\r?\n(?=[ \t])")
_BREAK = re.compile(r"[\r\n\x0b\x0c\x85\u2028\u2029]+")
_WORD_START = re.compile(r"=\?([A-Za-z0-9_.:+-]{1,60})(?:\*[A-Za-z0-9-]{0,40})?\?([BbQq])\?")
_JOINER = "\u200d"
_STRAY_JOINER = re.compile(
    rf"(?<![\u2190-\u2bff\ufe0f\U0001f000-\U0001faff]){_JOINER}|{_JOINER}(?![\u2190-\u2bff\U0001f000-\U0001faff])"
)
"""A zero width joiner that joins no two pictures: it hides differences between names, and is dropped."""
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


def unfolded(value: str) -> str:
    """RFC 5322 section 2.2.3; stray line breaks, which have no business in a field, become blanks."""
    return _BREAK.sub(" ", _FOLD.sub("", value))


def octets_of(value: str) -> bytes:
    """The octets of a field as they stood on the wire; the parser keeps 8-bit ones as surrogates."""
    return value.encode("utf-8", "surrogateescape")


def clean(text: str) -> str:
    """One line in NFC without control, bidi and other invisible characters, blanks collapsed."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if text.isascii() and text.isprintable():
        return text.strip()
    return " ".join(_STRAY_JOINER.sub("", "".join(map(_shown, text))).split())


def _shown(character: str) -> str:
    if character == _JOINER:
        return character
    category = unicodedata.category(character)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    if category in ("Cf", "Cs", "Co"):
        return ""
    return character


def text_of(value: str) -> str:
    """A field as one clean line: encoded words and raw octets decoded, whatever is broken kept as text."""
    if value.isascii() and value.isprintable() and "=?" not in value:
        return value.strip()
    return clean(words_decoded(unfolded(value)))


def words_decoded(value: str) -> str:
    """RFC 2047 with what clients make of it: words inside quotes, without blanks between them, folded in the middle,
    without padding, or with one character split over two words."""
    if "=?" not in value:
        return value if value.isascii() else decoded(octets_of(value), None)[0]
    pieces: list[str] = []
    pending, charset = b"", ""
    for gap, label, octets in _words(value):
        if octets is not None and label == charset and not gap.strip():
            pending += octets
            continue
        if charset:
            pieces.append(decoded(pending, charset)[0])
        if gap and (octets is None or not charset or gap.strip()):
            pieces.append(gap if gap.isascii() else decoded(octets_of(gap), None)[0])
        pending, charset = octets or b"", label
    return "".join(pieces)


def _words(value: str) -> Iterator[tuple[str, str, bytes | None]]:
    """Each encoded word with the text before it, its charset in lower case and its octets; the last has no octets."""
    position = 0
    while (start := _WORD_START.search(value, position)) is not None:
        end = value.find("?=", start.end())
        if end < 0:
            break
        payload = value[start.end() : end]
        octets = _b(payload) if start[2] in "Bb" else _q(payload)
        yield value[position : start.start()], start[1].lower(), octets
        position = end + 2
    yield value[position:], "", None


def _b(payload: str) -> bytes:
    return unbase64(payload.encode("utf-8", "surrogateescape"))


def _q(payload: str) -> bytes:
    return quopri.decodestring(payload.replace("_", " ").encode("utf-8", "surrogateescape"), header=False)


def unbase64(octets: bytes) -> bytes:
    """Base64 as broken as it comes: foreign characters skipped, padding in the middle or missing, a cut-off end."""
    try:
        return base64.b64decode(octets, validate=True)
    except (binascii.Error, ValueError):
        pass
    out = bytearray()
    for run in re.split(rb"=+", octets):
        letters = _NOT_BASE64.sub(b"", run)
        if len(letters) % 4 == 1:
            letters = letters[:-1]
        out += base64.b64decode(letters + b"=" * (-len(letters) % 4))
    return bytes(out)
