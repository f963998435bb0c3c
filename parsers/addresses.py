"""Addresses in header fields (RFC 5322 section 3.4): a forgiving list for reading, a strict grammar for identity."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from parsers.headers import clean, unfolded, words_decoded
from parsers.mail import Address

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u00a1-\U0010ffff-]+"
_LABEL = r"[A-Za-z0-9\u00a1-\U0010ffff_](?:[A-Za-z0-9\u00a1-\U0010ffff_-]{0,61}[A-Za-z0-9\u00a1-\U0010ffff_])?"
_STRICT = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*\.?")
_LOOSE = re.compile(r"[^\s<>\"(),;:\\@]+@[^\s<>\"(),;:\\@]+")
_AROUND_MARKS = re.compile(r"\s*([.@])\s*")
_TOKEN = re.compile(r'=\?[^?\s]{1,60}\?[BbQq]\?[^?\s"]{0,500}\?=|"|\(|\)|<|>|,|;|:|\\|[^"()<>,;:\\]+')


def proper(text: str) -> str | None:
    """The address if it follows the strict grammar, with its domain in lower case; otherwise None."""
    if len(text) > 320 or not _STRICT.fullmatch(text):
        return None
    local, _, domain = text.rpartition("@")
    if (len(local) > 64 and not local.isascii()) or any(map(str.isspace, text)):
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
    box = boxes[0]
    address = proper(box.address)
    if address is None or box.odd:
        return None
    if box.bracketed and any(other.casefold() != address.casefold() for other in _LOOSE.findall(_unquoted(box.name))):
        return None
    return Address(address, _shown_name(box.name))


def stated(values: list[str]) -> Address | None:
    """The first mailbox that From states, whatever its grammar: for telling mails apart, never for trust or answers."""
    for value in values:
        for box in _mailboxes(unfolded(value)):
            if box.address:
                return Address(proper(box.address) or clean(words_decoded(box.address)), _shown_name(box.name))
    return None


def shown(fields: list[str]) -> str:
    """The first From field as a person would be shown it, trusted for nothing."""
    return clean(words_decoded(unfolded(fields[0]))) if fields else ""


def addresses(values: list[str], limit: int) -> tuple[Address, ...]:
    """Every address that can be made out in these fields, in order, at most `limit`."""
    found: list[Address] = []
    for value in values:
        for box in _mailboxes(unfolded(value)):
            if len(found) >= limit:
                return tuple(found)
            address = proper(box.address)
            if address is not None:
                found.append(Address(address, _shown_name(box.name)))
    return tuple(found)


def _shown_name(name: str) -> str:
    text = clean(words_decoded(name)).strip()
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1].strip()
    return text


def _unquoted(name: str) -> str:
    return re.sub(r'"[^"]*"', " ", name)


@dataclass(frozen=True, slots=True)
class _Mailbox:
    """One entry as written: `bracketed` says that the address stood in angle brackets, `odd` that readers disagree."""

    name: str
    address: str
    bracketed: bool
    odd: bool


def _mailboxes(value: str) -> Iterator[_Mailbox]:
    """The entries of an address list, in one pass over its tokens."""
    entry = _Entry()
    for token in _TOKEN.findall(value):
        if token in (",", ";") and entry.between_words:
            yield from entry.mailbox()
            entry = _Entry()
        elif not entry.shielded(token):
            entry.take(token)
    yield from entry.mailbox()


@dataclass(slots=True)
class _Entry:
    """One entry of an address list while it is read: its words, its comments, and where the reading stands."""

    name: list[str] = field(default_factory=list)
    bare: list[str] = field(default_factory=list)
    comment: list[str] = field(default_factory=list)
    angle: list[str] | None = None
    address: str | None = None
    depth: int = 0
    quoted: bool = False
    escaped: bool = False
    odd: bool = False

    @property
    def between_words(self) -> bool:
        """Whether a comma here would end the entry."""
        return not (self.depth or self.quoted or self.escaped or self.angle is not None)

    def shielded(self, token: str) -> bool:
        """Takes a token of a comment or a quoted string, where nothing but the end has a meaning."""
        if self.escaped:
            self.escaped = False
            (self.comment if self.depth else self.name).append(token)
        elif token == "\\" and (self.quoted or self.depth):
            self.escaped = True
        elif self.depth:
            self.depth += (token == "(") - (token == ")")
            if self.depth:
                self.comment.append(token)
        elif self.quoted:
            self.quoted = token != '"'
            self.name.append(token)
        else:
            return False
        return True

    def take(self, token: str) -> None:
        """Takes a token outside comments and quoted strings."""
        match token:
            case '"' if self.angle is None:
                self.quoted = True
                self.name.append(token)
            case "(":
                self.depth = 1
            case "<":
                self.odd = self.odd or self.angle is not None or self.address is not None
                self.angle = []
            case ">":
                self.odd = self.odd or self.angle is None
                self.close()
            case _ if self.angle is not None:
                self.angle.append(token)
            case ":":
                self.odd = True
                self.name, self.bare = [], []
            case _:
                self.name.append(token)
                self.bare.append(token)

    def close(self) -> None:
        """Ends the angle brackets; the first address in them counts, later ones are part of the name."""
        if self.angle is not None and self.address is None:
            self.address = "".join(self.angle).strip()
        elif self.angle is not None:
            self.name += self.angle
        self.angle = None

    def mailbox(self) -> Iterator[_Mailbox]:
        """What has been read, if it is anything at all."""
        odd = self.odd or self.angle is not None or self.quoted or self.depth > 0
        self.close()
        if self.address is not None:
            name = "".join(self.name).strip() or "".join(self.comment).strip()
            address = _AROUND_MARKS.sub(r"\1", self.address).removeprefix("mailto:")
            yield _Mailbox(name, address, bracketed=True, odd=odd)
        elif (text := "".join(self.bare).strip()) or self.name:
            yield _Mailbox("".join(self.comment).strip(), text, bracketed=False, odd=odd)
