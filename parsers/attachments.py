"""Attached parts: their clean names, what they are by content, and whether they are only decoration."""

from __future__ import annotations

import hashlib
import re

from parsers.headers import clean
from parsers.mail import Attachment
from parsers.mime import parameter

_UNSAFE = re.compile(r'[/\\:*?"<>|\x00-\x1f]+')
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\x7fELF", "application/x-elf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"\x78\x9f\x3e\x22", "application/ms-tnef"),
)
_ZIP_BASED = (
    "application/vnd.openxmlformats",
    "application/vnd.oasis",
    "application/epub",
    "application/java",
    "application/x-zip",
    "application/zip",
)
_OLE_BASED = ("application/msword", "application/vnd.ms-", "application/x-ole")
_DECORATIVE_BYTES = 2_048


def file_name(content_type: str, disposition: str) -> str:
    """The name a person would see, without any path: RFC 2231, RFC 2047 (inside quotes too) or raw octets."""
    return safe_name(parameter(disposition, "filename") or parameter(content_type, "name"))


def safe_name(name: str) -> str:
    """The last component of a path, without characters that a file system or a terminal would act upon."""
    last = re.split(r"[/\\]", clean(name).rstrip("/\\ "))[-1]
    text = _UNSAFE.sub("_", last).strip(" .")
    if len(text) > 200:
        stem, dot, extension = text.rpartition(".")
        text = f"{stem[:180]}{dot}{extension[:19]}" if dot else text[:200]
    return text


def kind_of(octets: bytes, declared: str) -> str:
    """The type by content where its first octets tell, otherwise as declared (RFC 2045 5.1, lower case)."""
    found = next((kind for magic, kind in _MAGIC if octets.startswith(magic)), None)
    if found is None or (found == "application/zip" and declared.startswith(_ZIP_BASED)):
        return declared
    if found == "application/x-ole-storage" and declared.startswith(_OLE_BASED):
        return declared
    return found


def attachment(name: str, octets: bytes, declared: str, *, inline: bool) -> Attachment:
    """The value that describes these octets. Small inline pictures are decoration."""
    kind = kind_of(octets, declared)
    decorative = inline and kind.startswith("image/") and len(octets) <= _DECORATIVE_BYTES
    digest = hashlib.sha256(octets).hexdigest()
    return Attachment(name, kind, len(octets), digest, inline, decorative)
