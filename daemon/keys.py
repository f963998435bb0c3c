"""The secret that signs reply tokens: given by the settings, or made once and kept beside the database."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

from daemon.settings import Settings
from rules.tokens import ReplyKey

_BYTES = 32
KEY_NAME = "reply.key"


def reply_key(settings: Settings) -> ReplyKey:
    """The desk's key. Several lines in a configured secret are the newest key first, then those that still verify."""
    if settings.reply_key is not None:
        lines = settings.reply_key.read().split()
        return ReplyKey(tuple(line.encode() for line in lines))
    return ReplyKey((_kept(settings.state_dir / KEY_NAME),))


def _kept(path: Path) -> bytes:
    """The secret in this file, made now if there is none; of several processes that make one, the first one's stays."""
    if not path.exists():
        with tempfile.NamedTemporaryFile(dir=path.parent) as file:
            file.write(secrets.token_hex(_BYTES).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(file.name, path)
    return path.read_bytes().strip()
