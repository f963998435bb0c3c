"""Raw mails, attachments and queued messages by content: the only file that knows where bytes lie.

They lie in the database, so that a row and its bytes are kept by one commit and one file is the whole desk.
"""

from __future__ import annotations

import hashlib
import zlib

from sqlalchemy import Connection, select

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
    if len(content) > LARGEST_BYTES:
        raise BlobTooLarge(f"{len(content)} bytes are more than {LARGEST_BYTES}")
    name = hashlib.sha256(content).hexdigest()
    coding, stored = _packed(content)
    connection.execute(
        insert_new(connection, blob), {"sha256": name, "size": len(content), "coding": coding, "content": stored}
    )
    return name


def _packed(content: bytes) -> tuple[str, bytes]:
    sample = content[:_SAMPLE_BYTES]
    packed = zlib.compress(sample, _FAST)
    if len(packed) >= len(sample):
        return "plain", content
    return "zlib", packed if len(sample) == len(content) else zlib.compress(content, _FAST)


def get(connection: Connection, name: str) -> bytes:
    """The bytes kept under this name; KeyError if there are none."""
    row = connection.execute(
        select(blob.c.coding, blob.c.size, blob.c.content).where(blob.c.sha256 == name)
    ).one_or_none()
    if row is None:
        raise KeyError(name)
    if row.coding == "plain":
        return bytes(row.content)
    return zlib.decompressobj().decompress(row.content, row.size)
