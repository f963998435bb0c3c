"""Header fields that stay one field: cleaned, encoded and folded (RFC 5322 section 2.2.3, RFC 2047, RFC 2231)."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from functools import lru_cache

from daemon.compose.cleaning import one_line

LINE = 76
"""The longest line that we write (RFC 2047 section 2); the hard limit is 998 (RFC 5322 section 2.1.1)."""

TEXT_PART_HEADERS = {
    subtype: f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: base64"
    for subtype in ("plain", "html")
}
"""The whole header of a part of ours that holds words."""

MESSAGE_ID_CHARS = 250
KEPT_REFERENCES = 21

_WORD_FRAME = len("=?utf-8?B??=")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?=.{{3,254}}\Z)(?={_ATOM}[^@]{{0,63}}@)(?:{_ATOM}(?:\.{_ATOM})*)@{_LABEL}(?:\.{_LABEL})*")
_MESSAGE_ID = re.compile(r"[!-;=?A-~]+@[!-;=?A-~]+")
_ATTRIBUTE_CHARS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&+-.^_`|~")


class Unwritable(Exception):
    """A mail that cannot be written as asked; the words say why and hold no address and no mail text."""


def field(name: str, value: str) -> str:
    """One header field of safe, short, ASCII text of ours."""
    return f"{name}: {value}\r\n"


def text_field(name: str, text: str, limit: int) -> str:
    """An unstructured field (RFC 5322 section 3.6.5) of at most `limit` characters of anybody's text."""
    clean = one_line(text, limit)
    if clean.isascii():
        folded = _folded_at_blanks(f"{name}: {clean}")
        if folded is not None:
            return folded + "\r\n"
    return f"{name}: {encoded_words(clean, len(name) + 2)}\r\n"


def _folded_at_blanks(line: str) -> str | None:
    """The line with breaks before blanks so that no piece passes `LINE`; None if a word is too long for that."""
    pieces: list[str] = []
    while len(line) > LINE:
        blank = line.rfind(" ", 1, LINE + 1)
        if not line[:blank].rstrip(":").strip() or blank < 1:
            return None
        pieces.append(line[:blank])
        line = line[blank:]
    return "\r\n".join([*pieces, line])


def encoded_words(text: str, column: int) -> str:
    """`text` as base64 words of RFC 2047, each on a line of its own; `column` is where the first one begins.

    No word splits a character, and blanks between words vanish when read, so the text comes back whole.
    """
    return "\r\n ".join(f"=?utf-8?B?{b64encode(chunk).decode()}?=" for chunk in _chunks(text, column))


def _chunks(text: str, column: int) -> Iterator[bytes]:
    """UTF-8 in pieces of whole characters, each short enough for its line once encoded."""
    room = (LINE - _WORD_FRAME - column) // 4 * 3
    piece = b""
    for char in text:
        coded = char.encode()
        if len(piece) + len(coded) > room:
            yield piece
            piece, room = b"", (LINE - _WORD_FRAME - 1) // 4 * 3
        piece += coded
    yield piece


def checked_address(address: str) -> str:
    """`address` if it is one plain mailbox (a dot-atom and a host name, RFC 5321 section 4.1.2). Raises Unwritable.

    Quoted local parts are allowed by the RFC and used by attackers; letters beyond ASCII would need SMTPUTF8 (RFC 6531)
    on every server of the way.
    """
    if not address.isascii():
        raise Unwritable("the address needs SMTPUTF8 (RFC 6531), which is not offered")
    if not _ADDRESS.fullmatch(address) or address.index("@") > 64:
        raise Unwritable("the address is not one plain mailbox")
    return address


@lru_cache(maxsize=256)
def mailbox_field(name: str, shown: str, address: str) -> str:
    """An address field with one mailbox and the name to show for it (RFC 5322 section 3.4). Raises Unwritable."""
    bare = checked_address(address)
    clean = one_line(shown, 60)
    if not clean:
        return field(name, bare)
    if clean.isascii():
        quoted = clean.replace("\\", "\\\\").replace('"', '\\"')
        return f'{name}: "{quoted}"\r\n <{bare}>\r\n'
    return f"{name}: {encoded_words(clean, len(name) + 2)}\r\n <{bare}>\r\n"


def checked_id(message_id: str) -> str:
    """A bare Message-ID of ours (RFC 5322 section 3.6.4). Raises Unwritable."""
    if not _is_id(message_id):
        raise Unwritable("the Message-ID is malformed")
    return message_id


def ids_field(name: str, ids: Sequence[str]) -> str:
    """Message-IDs of anybody's, one a line, without malformed ones and doubles; empty if none is left.

    Of a long list the first and the last twenty stay, as clients thread by these (RFC 5322 section 3.6.4).
    """
    sound = list(dict.fromkeys(filter(_is_id, ids)))
    if len(sound) > KEPT_REFERENCES:
        sound = [sound[0], *sound[1 - KEPT_REFERENCES :]]
    return f"{name}: " + "\r\n ".join(f"<{one}>" for one in sound) + "\r\n" if sound else ""


def _is_id(message_id: str) -> bool:
    return len(message_id) <= MESSAGE_ID_CHARS and _MESSAGE_ID.fullmatch(message_id) is not None


def quoted_name_parameter(name: str) -> str:
    """`; name=…` of Content-Type for clients without RFC 2231: quoted, in words of RFC 2047 if it is not ASCII."""
    shown = encoded_words(name, 7) if not name.isascii() or len(name) > LINE - 9 else _quotable(name)
    return f';\r\n name="{shown}"'


def _quotable(name: str) -> str:
    return name.replace("\\", "_").replace('"', "'")


def filename_parameter(name: str) -> str:
    """`; filename=…` of Content-Disposition as RFC 2231 has it, in numbered pieces where it is long."""
    if name.isascii() and len(name) <= LINE - 13:
        return f';\r\n filename="{_quotable(name)}"'
    pieces = _percent_pieces(name)
    if len(pieces) == 1:
        return f";\r\n filename*=utf-8''{pieces[0]}"
    first, *rest = pieces
    numbered = [f" filename*0*=utf-8''{first}"] + [f" filename*{n}*={piece}" for n, piece in enumerate(rest, 1)]
    return ";\r\n" + ";\r\n".join(numbered)


def _percent_pieces(name: str) -> list[str]:
    """Percent-encoded UTF-8 in pieces of whole characters that fit a line."""
    pieces = [""]
    for char in name:
        coded = "".join(chr(byte) if byte in _ATTRIBUTE_CHARS else f"%{byte:02X}" for byte in char.encode())
        if len(pieces[-1]) + len(coded) > 48:
            pieces.append("")
        pieces[-1] += coded
    return pieces
