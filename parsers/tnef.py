"""winmail.dat (MS-OXTNEF): the files that Outlook packed into one attachment when it took us for another Outlook."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from parsers.charset import codec, decoded

SIGNATURE = b"\x78\x9f\x3e\x22"
_OEM_CODE_PAGE = 0x00069007
_RENDERING = 0x00069002
_TITLE = 0x00018010
_DATA = 0x0006800F
_PROPERTIES = 0x00069005
_LONG_NAME = 0x3707
_UNICODE, _STRING = 0x1F, 0x1E
_MOST_ATTRIBUTES = 2_000


def unpacked(octets: bytes) -> list[tuple[str, bytes]] | None:
    """The names and octets of the files inside, or None if this cannot be read as TNEF."""
    if not octets.startswith(SIGNATURE):
        return None
    code_page: str | None = None
    files: list[list[bytes | str]] = []
    for name, value in _attributes(octets):
        if name == _OEM_CODE_PAGE and len(value) >= 4:
            code_page = f"cp{struct.unpack_from('<I', value)[0]}"
        elif name == _RENDERING:
            files.append(["", b""])
        elif files and name == _TITLE and not files[-1][0]:
            files[-1][0] = _text(value, code_page)
        elif files and name == _DATA:
            files[-1][1] = value
        elif files and name == _PROPERTIES:
            files[-1][0] = _long_name(value, code_page) or files[-1][0]
    return [(str(name), bytes(data)) for name, data in files if isinstance(data, bytes) and (name or data)]


def _attributes(octets: bytes) -> Iterator[tuple[int, bytes]]:
    """Each attribute: level, identifier, length, that many octets, and a checksum that nobody sets rightly."""
    position = 6
    for _ in range(_MOST_ATTRIBUTES):
        if position + 9 > len(octets):
            return
        _level, name, length = struct.unpack_from("<BII", octets, position)
        start = position + 9
        if start + length > len(octets):
            return
        yield name, octets[start : start + length]
        position = start + length + 2


def _text(value: bytes, code_page: str | None) -> str:
    return decoded(value.split(b"\x00", 1)[0], code_page if code_page and codec(code_page) else None)[0]


def _long_name(properties: bytes, code_page: str | None) -> str:
    """The long file name among the MAPI properties of one attachment (MS-OXTNEF section 2.1.3.4).

    The properties are searched for the tag instead of walked: their order and kinds are open-ended.
    """
    for kind in (_UNICODE, _STRING):
        at = properties.find(struct.pack("<HH", kind, _LONG_NAME))
        if at < 0 or at + 12 > len(properties):
            continue
        _count, length = struct.unpack_from("<II", properties, at + 4)
        value = properties[at + 12 : at + 12 + length]
        if kind == _UNICODE:
            return value.decode("utf-16-le", "replace").split("\x00", 1)[0]
        return _text(value, code_page)
    return ""
