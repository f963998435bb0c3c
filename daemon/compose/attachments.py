"""Files that go out with a mail: their type, their name, and the header of their part (RFC 2045, RFC 2183)."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from daemon.compose.cleaning import one_line
from daemon.compose.headers import filename_parameter, quoted_name_parameter

_NAME_CHARS = 150
_SHOWN_TYPES = re.compile(
    r"image/(?:png|jpeg|gif|webp|bmp|tiff|heic)|application/(?:pdf|zip|gzip|rtf|msword|vnd\.[a-z0-9.+-]{1,80})"
    r"|text/(?:plain|csv)|(?:audio|video)/[a-z0-9.+-]{1,40}"
)
_ACTIVE = re.compile(r"\.(?:s?html?|xht(?:ml)?|mht(?:ml)?|svgz?|xml|xslt?|m?js|hta|wsf|vbs)")
_UNSAFE = re.compile(r'[/\\:*?"<>|]')


def shown_type(content_type: str) -> str:
    """The declared type if a client may open it by type; whatever a browser would run is plain bytes."""
    kind = content_type.partition(";")[0].strip().casefold()
    return kind if _SHOWN_TYPES.fullmatch(kind) else "application/octet-stream"


def shown_name(name: str) -> str:
    """A name without path, wildcard or invisible characters; a page that would open in a browser opens as text."""
    clean = _UNSAFE.sub("_", one_line(name, 1000)).strip(" .")
    path = PurePosixPath(clean)
    suffix = path.suffix.casefold()[:20]
    if len(clean) > _NAME_CHARS:
        clean = clean[: _NAME_CHARS - len(suffix)].rstrip(" .") + suffix
    if _ACTIVE.fullmatch(suffix):
        clean += ".txt"
    return clean or "attachment"


def part_header(name: str, content_type: str) -> str:
    """The header of one attached part, its content to follow in base64."""
    shown = shown_name(name)
    return (
        f"Content-Type: {shown_type(content_type)}{quoted_name_parameter(shown)}\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment{filename_parameter(shown)}\r\n"
    )
