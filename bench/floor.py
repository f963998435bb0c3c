"""What the chosen libraries alone need for the same work: the baseline of every ratio."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path

import aiosmtplib
import mailparser
import sqlalchemy as sa
from imapclient import IMAPClient

from tests.servers.dovecot import Dovecot

_META = sa.MetaData()
_TICKET = sa.Table("ticket", _META, sa.Column("id", sa.Integer, primary_key=True), sa.Column("subject", sa.Text))
_MESSAGE = sa.Table(
    "message",
    _META,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("ticket_id", sa.Integer),
    sa.Column("message_id", sa.Text, unique=True),
    sa.Column("raw", sa.LargeBinary),
)
_EVENT = sa.Table("event", _META, sa.Column("id", sa.Integer, primary_key=True), sa.Column("ticket_id", sa.Integer))


def _engine(path: Path) -> sa.Engine:
    engine = sa.create_engine(f"sqlite:///{path}")
    sa.event.listen(engine, "connect", _durable)
    sa.event.listen(engine, "begin", lambda c: c.exec_driver_sql("BEGIN IMMEDIATE"))
    _META.create_all(engine)
    return engine


def _durable(connection: object, _record: object) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined]  # the driver's connection
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]  # the driver's connection


def ingest(dovecot: Dovecot, user: str, folder: Path) -> int:
    """Fetch by 50, mail-parser, two look-ups and three inserts in one durable commit a mail, then MOVE."""
    engine = _engine(folder / "floor.db")
    client = IMAPClient("127.0.0.1", dovecot.imap_port, ssl=False)
    client._imap.debug = 0
    client.login(user, dovecot.password)
    client.create_folder("Processed")
    client.select_folder("INBOX")
    uids = client.search("ALL")
    for start in range(0, len(uids), 50):
        batch = uids[start : start + 50]
        for item in client.fetch(batch, ["BODY.PEEK[]", "INTERNALDATE", "RFC822.SIZE"]).values():
            _store(engine, item[b"BODY[]"])
        client.move(batch, "Processed")
    client.logout()
    return len(uids)


def _store(engine: sa.Engine, raw: bytes) -> None:
    mail = mailparser.parse_from_bytes(raw)
    _ = (mail.from_, mail.to, mail.date, mail.text_plain, mail.text_html, mail.attachments)
    with engine.begin() as c:
        for identifier in (mail.message_id, mail.message.get("In-Reply-To", "")):
            c.execute(sa.select(_MESSAGE.c.id).where(_MESSAGE.c.message_id == identifier)).first()
        ticket = c.scalar(sa.insert(_TICKET).values(subject=mail.subject).returning(_TICKET.c.id))
        c.execute(sa.insert(_MESSAGE).values(ticket_id=ticket, message_id=mail.message_id, raw=raw))
        c.execute(sa.insert(_EVENT).values(ticket_id=ticket))


def drain(port: int, count: int, folder: Path) -> int:
    """Read a row, write text and HTML by hand, send over one kept connection, commit that it is sent."""
    engine = _engine(folder / "floor-out.db")
    with engine.begin() as c:
        c.execute(sa.insert(_TICKET), [{"subject": f"We have received your request {n}"} for n in range(count)])
    return asyncio.run(_drain(engine, port))


async def _drain(engine: sa.Engine, port: int) -> int:
    with engine.begin() as c:
        rows: Sequence[sa.Row[tuple[int, str]]] = c.execute(sa.select(_TICKET)).all()
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as smtp:
        for row in rows:
            await smtp.sendmail("", [f"user{row.id}@customer.test"], _by_hand(row.id, row.subject))
            with engine.begin() as c:
                c.execute(sa.insert(_EVENT).values(ticket_id=row.id))
    return len(rows)


def _by_hand(number: int, subject: str) -> bytes:
    text = b64encode(f"{subject}\r\n".encode() * 12).decode()
    html = b64encode(f"<p>{subject}</p>\r\n".encode() * 40).decode()
    parts = "".join(
        f"--b\r\nContent-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + "\r\n".join(body[at : at + 76] for at in range(0, len(body), 76))
        + "\r\n"
        for kind, body in (("plain", text), ("html", html))
    )
    return (
        f"From: support@desk.test\r\nTo: user{number}@customer.test\r\nSubject: {subject}\r\n"
        f"Message-ID: <{number}@desk.test>\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/alternative; boundary="b"\r\n\r\n{parts}--b--\r\n'
    ).encode()
