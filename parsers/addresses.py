"""Addresses in header fields (RFC 5322 section 3.4): a forgiving list for reading, a strict grammar for identity."""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsers.headers import clean, unfolded, words_decoded
from parsers.mail import Address

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u00a1-\U0010ffff-]+"
_LABEL = r"[A-Za-z0-9\u00a1-\U0010ffff_](?:[A-Za-z0-9\u00a1-\U0010ffff_-]{0,61}[A-Za-z0-9\u00a1-\U0010ffff_])?"
_STRICT = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*\.?")
_LOOSE = re.compile(r"[^\s<>\"(),;:\\@]+@[^\s<>\"(),;:\\@]+")
_TOKEN = re.compile(r'=\?[^?\s]{1,60}\?[BbQq]\?[^?\s"]{0,500}\?=|"|\(|\)|<|>|,|;|:|\\|[^"()<>,;:\\]+')


def proper(text: str) -> str | None:
    """The address if it follows the strict grammar, with its domain in lower case; otherwise None."""
    if len(text) > 320 or not _STRICT.fullmatch(text):
        return None
    local, _, domain = text.rpartition("@")
    if len(local) > 64 and not local.isascii() or any(map(str.isspace, text)):
        return None
    return f"{local}@{domain.rstrip('.').lower()}"


def sender(fields: list[str]) -> Address | None:
    """Who wrote the mail: exactly one From field naming exactly one proper address, or nobody.

    Readers disagree about `li@corp <m@evil>`, so a display name that holds another address gives no identity either.
    """
    if len(fields) != 1:
        return None
    boxes = list(_mailboxes(unfolded(fields[0])))
    if len(boxes) != 1:
        return None
    name, text, bracketed = boxes[0]
    address = proper(text)
    if address is None:
        return None
    if bracketed and any(found.casefold() != address.casefold() for found in _LOOSE.findall(_outside_quotes(name))):
        return None
    return Address(address, _shown_name(name))


def stated(fields: list[str]) -> Address | None:
    """The first mailbox that From states, whatever its grammar: for telling mails apart, never for trust or answers."""
    for field in fields:
        for name, text, _ in _mailboxes(unfolded(field)):
            if text:
                return Address(proper(text) or clean(words_decoded(text)), _shown_name(name))
    return None


def shown(fields: list[str]) -> str:
    """The first From field as a person would be shown it, trusted for nothing."""
    return clean(words_decoded(unfolded(fields[0]))) if fields else ""


def addresses(fields: list[str], limit: int) -> tuple[Address, ...]:
    """Every address that can be made out in these fields, in order, at most `limit`."""
    found: list[Address] = []
    for field in fields:
        for name, text, _ in _mailboxes(unfolded(field)):
            if len(found) >= limit:
                return tuple(found)
            address = proper(text)
            if address is not None:
                found.append(Address(address, _shown_name(name)))
    return tuple(found)


def _shown_name(name: str) -> str:
    text = clean(words_decoded(name)).strip()
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1].strip()
    return text


def _outside_quotes(name: str) -> str:
    return re.sub(r'"[^"]*"', " ", name)


def _mailboxes(value: str) -> Iterator[tuple[str, str, bool]]:
    """Name, address text and whether it stood in angle brackets, for each entry; one pass over the tokens."""
    name: list[str] = []
    bare: list[str] = []
    comment: list[str] = []
    angle: list[str] | None = None
    address: str | None = None
    quoted, depth, escaped = False, 0, False
    for token in _TOKEN.findall(value):
        if escaped:
            escaped = False
            (comment if depth else name).append(token)
        elif token == "\\" and (quoted or depth):
            escaped = True
        elif depth:
            depth += (token == "(") - (token == ")")
            if depth:
                comment.append(token)
        elif token == '"' and angle is None:
            quoted = not quoted
            name.append('"')
        elif quoted:
            name.append(token)
        elif token == "(":
            depth = 1
        elif token == "<":
            angle = []
        elif token == ">":
            if angle is not None:
                address = "".join(angle).strip() if address is None else address
            angle = None
        elif angle is not None:
            angle.append(token)
        elif token in ",;":
            yield from _entry(name, bare, comment, address)
            name, bare, comment, address = [], [], [], None
        elif token == ":":
            name, bare = [], []
        else:
            name.append(token)
            bare.append(token)
    if angle is not None and address is None:
        address = "".join(angle).strip()
    yield from _entry(name, bare, comment, address)


def _entry(
    name: list[str], bare: list[str], comment: list[str], address: str | None
) -> Iterator[tuple[str, str, bool]]:
    if address is not None:
        shown_as = "".join(name).strip() or "".join(comment).strip()
        yield shown_as, re.sub(r"\s+", "", address).removeprefix("mailto:"), True
        return
    text = "".join(bare).strip()
    if text or name:
        yield "".join(comment).strip(), text, False
