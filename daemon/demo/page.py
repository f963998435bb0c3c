"""All mails of the demo on one page that needs no network and no script, laid out as a mail client lays them out."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zlib import crc32

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from daemon.demo.clients import CHINA
from daemon.demo.report import MailIn, MailOut, Report, TicketLine
from parsers.mail import Mail
from parsers.reading import read
from rules.model import Match
from rules.policy import Policy

_LARGEST_PICTURE = 300_000


@dataclass(frozen=True, slots=True)
class File:
    """An attached file; `picture` is a data URL to show it by, or nothing."""

    name: str
    size: str
    picture: str


@dataclass(frozen=True, slots=True)
class Item:
    """A mail as the page shows it.

    `note` is what it is to the desk, `label` names it among the mails of its ticket, `hue` colours whoever wrote it.
    """

    id: str
    incoming: bool
    at: datetime
    sender: str
    address: str
    to: str
    subject: str
    note: str
    label: str
    ticket: str
    text: str
    html: str
    files: Sequence[File]
    hue: int

    @property
    def glimpse(self) -> str:
        """The beginning of the text on one line."""
        return " ".join(self.text.split())[:140]


def page(told: Report, policy: Policy) -> str:
    """The whole page."""
    both: list[MailIn | MailOut] = [*told.incoming, *told.outgoing]
    mails = sorted(both, key=lambda mail: mail.at)
    items = [_item(f"m{number}", mail) for number, mail in enumerate(mails, 1)]
    return (
        Environment(
            loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        .get_template("page.html.j2")
        .render(items=items, tickets=[_row(line, items, policy) for line in told.tickets], local=_local)
    )


def _item(id: str, mail: MailIn | MailOut) -> Item:
    read_mail = mail.mail
    incoming = isinstance(mail, MailIn)
    sender = read_mail.sender
    address = sender.address if sender else read_mail.sender_shown
    name = (sender.name if sender else "") or address
    return Item(
        id=id,
        incoming=incoming,
        at=mail.at,
        sender=name,
        address=address,
        to=", ".join(each.address for each in read_mail.to),
        subject=read_mail.subject or "(no subject)",
        note=_note(mail),
        label=name if incoming else _note(mail),
        ticket=mail.ticket or "",
        text=read_mail.text,
        html=read_mail.html,
        files=_files(read_mail, mail.raw),
        hue=crc32(address.encode()) % 360,
    )


def _note(mail: MailIn | MailOut) -> str:
    if isinstance(mail, MailOut):
        return mail.kind.replace("_", " ") if mail.state == "sent" else f"{mail.kind.replace('_', ' ')}, {mail.state}"
    if mail.because in frozenset(Match):
        return f"answer, found by {mail.because.replace('-', ' ')}"
    return mail.because or mail.outcome


def _files(mail: Mail, raw: bytes) -> Sequence[File]:
    contents = read(raw).contents
    return [
        File(each.name, _size(each.size), _picture(each.content_type, contents.get(each.sha256, b"")))
        for each in mail.attachments
    ]


def _size(count: int) -> str:
    return f"{count} bytes" if count < 1_000 else f"{count / 1_000:.0f} kB"


def _picture(content_type: str, content: bytes) -> str:
    known = content_type in {"image/png", "image/jpeg", "image/gif"} and len(content) <= _LARGEST_PICTURE
    return f"data:{content_type};base64,{b64encode(content).decode()}" if known else ""


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket in the table, and the mail that opened it."""

    first: str
    cells: Sequence[str]


def _row(line: TicketLine, items: Sequence[Item], policy: Policy) -> Row:
    ticket, language = line.ticket, line.ticket.language
    first = next((item.id for item in items if item.ticket == ticket.number), "")
    cells = (
        ticket.number,
        ticket.subject,
        policy.category_name(ticket.category, language),
        policy.priority_name(ticket.priority, language),
        policy.status_name(ticket.status, language),
    )
    return Row(first, cells)


def _local(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%H:%M}"
