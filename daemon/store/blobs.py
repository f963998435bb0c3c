"""Raw mails, attachments and queued messages by content: the only file that knows where bytes lie.

They lie in the database, so that a row and its bytes are kept by one commit and one file is the whole desk.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Collection, Mapping, Sequence
from typing import TypedDict

from sqlalchemy import Connection, bindparam, select

from daemon.store.database import insert_new
from daemon.store.schema import blob

LARGEST_BYTES = 256 * 1024 * 1024
"""A bound far above every limit in settings; reaching it is a fault of ours, not of a sender."""

_FAST = 1
_SAMPLE_BYTES = 4096
"""What does not shrink at its beginning (a picture, an archive) is not worth the time."""


class BlobTooLarge(ValueError):
    """More bytes than any setting lets through."""


def put(connection: Connection, content: bytes) -> str:
    """Keep these bytes once and return their SHA-256 in hex, by which they are found."""
    (name,) = put_all(connection, [content])
    return name


def put_all(connection: Connection, contents: Collection[bytes]) -> Sequence[str]:
    """Keep each of these once and return their names, in the order given."""
    rows = [_row(content) for content in contents]
    if rows:
        connection.execute(insert_new(connection, blob), rows)
    return [row["sha256"] for row in rows]


class _Row(TypedDict):
    sha256: str
    size: int
    coding: str
    content: bytes


def _row(content: bytes) -> _Row:
    if len(content) > LARGEST_BYTES:
        raise BlobTooLarge(f"{len(content)} bytes are more than {LARGEST_BYTES}")
    coding, stored = _packed(content)
    return {
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "coding": coding,
        "content": stored,
    }


def _packed(content: bytes) -> tuple[str, bytes]:
    sample = content[:_SAMPLE_BYTES]
    packer = zlib.compressobj(_FAST)
    packed = packer.compress(sample) + packer.flush(zlib.Z_SYNC_FLUSH)
    if len(packed) >= len(sample):
        return "plain", content
    return "zlib", packed + packer.compress(memoryview(content)[_SAMPLE_BYTES:]) + packer.flush()


_GET = select(blob.c.sha256, blob.c.coding, blob.c.size, blob.c.content).where(
    blob.c.sha256.in_(bindparam("names", expanding=True))
)


def get(connection: Connection, name: str) -> bytes:
    """The bytes kept under this name; KeyError if there are none."""
    return get_all(connection, [name])[name]


def get_all(connection: Connection, names: Collection[str]) -> Mapping[str, bytes]:
    """The bytes kept under each of these names, as far as there are any."""
    rows = connection.execute(_GET, {"names": sorted(set(names))})
    return {row.sha256: _unpacked(row.coding, row.size, row.content) for row in rows}


def _unpacked(coding: str, size: int, content: bytes) -> bytes:
    return bytes(content) if coding == "plain" else zlib.decompressobj().decompress(content, size)
