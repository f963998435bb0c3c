"""The words inside an opaque S/MIME signature (RFC 8551 section 3.5.2), which plain mail programs do not show."""

from __future__ import annotations

KINDS = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_ID_DATA = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
_SIGNED_DATA = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
_EXPLICIT, _OCTETS, _OCTETS_IN_PIECES = 0xA0, 0x04, 0x24
_LOOKED_AT = 1_000


def signed_content(octets: bytes) -> bytes | None:
    """The MIME entity that was signed, or None if nothing was or it is not inside (RFC 5652 section 5.2).

    The signature is not verified: this makes words readable, it lends them no authority.
    """
    head = octets[:_LOOKED_AT]
    at = head.find(_ID_DATA)
    if _SIGNED_DATA not in head or at < 0:
        return None
    tag, position, _ = _header(octets, at + len(_ID_DATA))
    if tag != _EXPLICIT:
        return None
    tag, position, end = _header(octets, position)
    if tag == _OCTETS and end is not None:
        return octets[position:end]
    return _joined(octets, position, end) if tag == _OCTETS_IN_PIECES else None


def _joined(octets: bytes, position: int, end: int | None) -> bytes:
    """An octet string that was written in pieces, as streaming signers do (X.690 section 8.7.3)."""
    pieces: list[bytes] = []
    while end is None or position < end:
        tag, start, stop = _header(octets, position)
        if tag != _OCTETS or stop is None:
            break
        pieces.append(octets[start:stop])
        position = stop
    return b"".join(pieces)


def _header(octets: bytes, position: int) -> tuple[int, int, int | None]:
    """Tag, start of the content, and its end; the end is None for an indefinite length (X.690 section 8.1)."""
    if position + 2 > len(octets):
        return 0, len(octets), len(octets)
    tag, length = octets[position], octets[position + 1]
    start = position + 2
    if length == 0x80:
        return tag, start, None
    if length > 0x80:
        width = length & 0x7F
        length = int.from_bytes(octets[start : start + width], "big") if width <= 8 else 0
        start += width
    return tag, start, min(start + length, len(octets))
