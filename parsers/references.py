"""The keys by which a mail names a ticket or another mail: ticket numbers, reply tokens and message identifiers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from parsers.mail import Address

_NUMBER = re.compile(
    r"(?<![A-Z0-9])(TS|RD)(?:(\s?[-_]\s?|\s)?(20\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(\s?[-_]\s?|"
    r"\s)?(\d{1,6})|"
    r"(20\d{5,6}))(?![A-Z0-9])"
)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣－ー", "-"))
_AROUND_HYPHENS = re.compile(r"\s?-\s?")
_TOKEN = re.compile(r"[^+@\s]*\+([A-Za-z0-9_=-]{1,200})@[^@\s]+")
_BRACKETED = re.compile(r"<([^<>]{1,998})>")

_HEADER_LOOKED_AT = 65_536
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_MESSAGE_ID_FIELD = re.compile(rb"^message-id[ \t]*:((?:[^\r\n]|\r?\n[ \t])*)", re.IGNORECASE | re.MULTILINE)


def numbers_in(text: str, shapes: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Every ticket number in a subject, each once, in canonical spelling: upper case, ASCII, hyphens as in its form.

    A number with hyphens is `TS-20261121-001`, one without is `TS20240501001` (handbooks A9, B13, C46, C65). Full-width
    characters, typographic dashes and blanks that a client put around hyphens are the same number. `shapes` are regular
    expressions for numbers of other series, which have no blanks in them.
    """
    flat = unicodedata.normalize("NFKC", text.translate(_DASHES)).upper()
    found: dict[str, None] = {}
    if shapes:
        found |= dict.fromkeys(_of_shapes(shapes).findall(_AROUND_HYPHENS.sub("-", flat)))
    for series, first, day, second, serial, short in _NUMBER.findall(flat):
        if short:
            found[series + short] = None
        else:
            hyphen = "-" if first or second else ""
            found[f"{series}{hyphen}{day}{hyphen}{serial}"] = None
    return tuple(found)


@lru_cache(maxsize=16)
def _of_shapes(shapes: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Z0-9])(?:{'|'.join(shapes)})(?![A-Z0-9])")


def reply_tokens(recipients: Iterable[Address | str]) -> tuple[str, ...]:
    """The tokens of plus-addresses (`support+token@desk`, RFC 5233) in lower case, each once, in order."""
    found: dict[str, None] = {}
    for recipient in recipients:
        text = recipient.address if isinstance(recipient, Address) else recipient
        if (match := _TOKEN.fullmatch(text.strip())) is not None:
            found[match[1].lower()] = None
    return tuple(found)


def message_id_of(raw: bytes) -> str | None:
    """The identifier of a mail, found in its first header bytes without reading the mail; None if it has none there."""
    header = _BLANK_LINE.split(raw[:_HEADER_LOOKED_AT], maxsplit=1)[0]
    found = _MESSAGE_ID_FIELD.search(header)
    return next(iter(message_ids(found[1].decode("utf-8", "replace"))), None) if found else None


def message_ids(value: str) -> tuple[str, ...]:
    """Every identifier in a Message-ID, In-Reply-To or References field, bare, each once, in order (RFC 5322 3.6.4).

    Folds, comments, missing brackets and several identifiers in one field are all in use; a comment that holds
    brackets is still a comment.
    """
    text = _without_comments(value)
    ids = [re.sub(r"\s+", "", inner) for inner in _BRACKETED.findall(text)]
    if not ids:
        ids = [word.strip("<>,;\"'") for word in re.split(r"[\s,]+", text)]
        ids = [word for word in ids if "@" in word] or (ids[:1] if len(ids) == 1 else [])
    return tuple(dict.fromkeys(identifier for identifier in ids if identifier))


def _without_comments(value: str) -> str:
    """The field without parentheses and what they hold; inside angle brackets a parenthesis is just a character."""
    if "(" not in value:
        return value
    kept: list[str] = []
    depth, bracket = 0, False
    for token in re.findall(r"[()<>]|[^()<>]+", value):
        if not depth and token in "<>":
            bracket = token == "<"
        if bracket or (not depth and token not in "()"):
            kept.append(token)
        elif token == "(":
            depth += 1
        elif token == ")":
            depth = max(0, depth - 1)
    return "".join(kept)
