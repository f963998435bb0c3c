"""An access token that a command of the administrator prints."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from daemon.oauth.grants import Refused

LONGEST_TOKEN = 16_384
"""Characters; the longest tokens in use have a few thousand."""


def token(command: Sequence[str], seconds: float) -> str:
    """The one word that the command prints. Raises `Refused`; nothing that the command says gets into it or a log."""
    try:
        done = subprocess.run(  # noqa: S603 - The command stands in the settings, as a list, and no shell reads it.
            list(command), stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise Refused("token-command-timeout", passing=True) from None
    except OSError as error:
        raise Refused("token-command-missing", type(error).__name__) from None
    if done.returncode:
        raise Refused("token-command-failed", f"exit status {done.returncode}", passing=True)
    words = done.stdout.split()
    if len(words) != 1 or len(words[0]) > LONGEST_TOKEN or not words[0].isascii():
        raise Refused("token-command-unreadable", "it must print one access token and nothing else")
    return words[0].decode()
