"""What old and signing clients wrap into a plain body: uuencoded files (POSIX) and OpenPGP armour (RFC 9580)."""

from __future__ import annotations

import binascii
import re

_BEGIN = re.compile(r"^begin(?:-base64)? ([0-7]{3,4}) (\S.{0,200})$")
_CLEAR_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE = "-----BEGIN PGP SIGNATURE-----"
_MOST_FILES = 50


def without_files(text: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text without the uuencoded files in it, and those files. A block that never ends is text."""
    if "\nend" not in text or "begin " not in text:
        return text, []
    lines = text.split("\n")
    ends = [index for index, line in enumerate(lines) if line.rstrip() == "end"]
    kept: list[str] = []
    files: list[tuple[str, bytes]] = []
    index = 0
    while index < len(lines):
        match = _BEGIN.match(lines[index].rstrip()) if lines[index].startswith("begin") else None
        while ends and ends[0] <= index:
            ends.pop(0)
        if match is None or not ends or len(files) >= _MOST_FILES or not _encoded(lines, index, ends[0]):
            kept.append(lines[index])
            index += 1
            continue
        files.append((match[2].strip(), b"".join(map(_line, lines[index + 1 : ends[0]]))))
        index = ends[0] + 1
    return "\n".join(kept), files


def _encoded(lines: list[str], begin: int, end: int) -> bool:
    """Whether the line below `begin` has the length that its first character announces."""
    if end <= begin + 1:
        return False
    first = lines[begin + 1].rstrip("\r")
    length = (ord(first[0]) - 32) & 63 if first else 0
    return (first != "" and 0 <= len(first) - 1 - (length + 2) // 3 * 4 <= 2) or first.strip() == "`"


def _line(line: str) -> bytes:
    try:
        return binascii.a2b_uu(line.rstrip("\r").encode("ascii", "replace"))
    except binascii.Error:
        # Some encoders pad their lines; the announced length says how much of them counts.
        wanted = (((ord(line[0]) - 32) & 63) * 4 + 5) // 3 if line else 0
        try:
            return binascii.a2b_uu(line[:wanted].encode("ascii", "replace"))
        except binascii.Error:
            return b""


def without_armour(text: str) -> str:
    """The words that an OpenPGP clear signature covers, its dash escapes undone (RFC 9580 section 7)."""
    start = text.find(_CLEAR_SIGNED)
    end = text.find(_SIGNATURE, start)
    if start < 0 or end < 0:
        return text
    _, _, signed = text[start:end].partition("\n\n")
    tail = text.find("-----END PGP SIGNATURE-----", end)
    after = text[tail:].partition("\n")[2] if tail >= 0 else ""
    return text[:start] + re.sub(r"^- ", "", signed, flags=re.MULTILINE) + after
