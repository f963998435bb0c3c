"""What the tests of composing share: a desk, its shipped words, notices, and a reader of finished mails."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from functools import cache
from html.parser import HTMLParser

from daemon.compose.message import Sender, Stamp, compose
from daemon.compose.samples import trials
from daemon.compose.wording import Wording, load_wording
from daemon.resources import resource
from rules.model import Notice
from rules.notices import KINDS

ZONE = "Asia/Shanghai"
LANGUAGES = ("zh-CN", "en")
RECIPIENT = "li.lei@customer.example"
SENDER = Sender("desk-7", "support@acme.example", {"zh-CN": "明日科技 技术支持", "en": "Acme Support"})
STAMP = Stamp(
    message_id="TS-20261121-001.ack.1@acme.example",
    date=datetime(2026, 11, 21, 1, 30, tzinfo=UTC),
    reply_to="support+abc123@acme.example",
    in_reply_to="first@customer.example",
    references=("first@customer.example",),
)
DESK_FACTS = {"desk_name": "明日科技 技术支持", "desk_address": SENDER.address}

HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Reply-To"]
MARKS = ["Auto-Submitted", "X-Auto-Response-Suppress", "Precedence"]
REST = ["X-Postdesk-Desk", "X-Postdesk-Ticket", "MIME-Version", "Content-Type"]
VOID = {"meta", "br"}


@cache
def shipped() -> Wording:
    """The shipped words, loaded once."""
    return load_wording(resource("templates"), None, ZONE)


def notice(
    kind: str,
    language: str = "zh-CN",
    facts: Mapping[str, object] | None = None,
    attachments: tuple[tuple[str, str, str], ...] = (),
    recipient: str = RECIPIENT,
) -> Notice:
    """A notice with sample facts, some of them replaced."""
    of = KINDS[kind]
    full = {**trials(kind)[0], **(facts or {})}
    return Notice(kind, of.audience, recipient, "1", language, full, attachments, of.automatic)


def raw(what: Notice, contents: Mapping[str, bytes] | None = None, stamp: Stamp = STAMP) -> bytes:
    """The bytes of the mail that says this notice in shipped words."""
    return compose(what, shipped(), SENDER, stamp, contents or {}).raw


@dataclass(frozen=True, slots=True)
class Read:
    """A mail as its recipient's program reads it."""

    message: Message[str, str]

    def names(self) -> list[str]:
        return list(self.message.keys())

    def header(self, name: str) -> str:
        """The value unfolded (RFC 5322 section 2.2.3) and decoded (RFC 2047)."""
        return str(make_header(decode_header(re.sub(r"\r?\n", "", str(self.message[name])))))

    def body(self, subtype: str) -> str:
        parts = [part for part in self.message.walk() if part.get_content_type() == f"text/{subtype}"]
        payload = parts[0].get_payload(decode=True)
        assert isinstance(payload, bytes)
        return payload.decode("utf-8")

    def files(self) -> list[tuple[str, str, bytes]]:
        """Name, type and bytes of each attachment."""
        found = []
        for part in self.message.walk():
            if part.get_content_disposition() == "attachment":
                payload = part.get_payload(decode=True)
                assert isinstance(payload, bytes)
                found.append((str(part.get_filename()), part.get_content_type(), payload))
        return found


def read(mail: bytes) -> Read:
    return Read(message_from_bytes(mail))


@dataclass
class Page(HTMLParser):
    """The elements of an HTML body and the words that a reader sees; tags must be balanced."""

    elements: set[str] = field(default_factory=set)
    attributes: list[tuple[str, str]] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    open: list[tuple[str, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        hidden = tag == "head" or "display:none" in (dict(attrs).get("style") or "")
        if tag not in VOID:
            self.open.append((tag, hidden or (bool(self.open) and self.open[-1][1])))
        self.shown.append(" ")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag
        self.shown.append(" ")

    def handle_data(self, data: str) -> None:
        if not (self.open and self.open[-1][1]):
            self.shown.append(data)


def page(html: str) -> Page:
    """The page, read to its end."""
    seen = Page()
    seen.feed(html)
    seen.close()
    assert seen.open == []
    return seen


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)
