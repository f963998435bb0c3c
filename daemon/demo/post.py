"""Mails as bytes: a letter put into the form in which its mail client would send it, odd ones included.

Nothing here builds on the composer of the desk: what comes in must not be shaped by what goes out.
"""

from __future__ import annotations

import textwrap
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256
from html import escape

from daemon.demo.clients import CHINA, CLIENTS, MailClient, Quoted
from daemon.demo.letters import File, Letter

EOL = "\r\n"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a name and an address."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """The part after the at sign."""
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Posted:
    """A mail that was sent: its identifier without brackets, its subject and its bytes."""

    message_id: str
    subject: str
    raw: bytes


def first_mail(letter: Letter, at: datetime) -> Posted:
    """A letter that answers nothing."""
    client = CLIENTS[letter.client]
    sender = letter.first("From")
    message_id = _message_id(client, sender.rpartition("@")[2].rstrip(">"), letter.name, at)
    fields = [*_encoded(letter), *_stamps(client, message_id, at)]
    signed = f"\n{client.signature}\n" if client.signature else ""
    return Posted(message_id, letter.first("Subject"), _mail(fields, letter, client, letter.text + signed, ""))


def answer(letter: Letter, author: Person, to: Quoted, reply_to: str, at: datetime) -> Posted:
    """A letter that answers a mail, with that mail quoted below, as the author's client does it."""
    client = CLIENTS[letter.client]
    message_id = _message_id(client, author.domain, letter.name, at)
    subject = client.answer_subject(to.mail.subject)
    fields = [
        ("From", _mailbox(author, letter)),
        ("To", reply_to if client.cites else to.address),
        ("Subject", encoded_words(subject, letter.charset, letter.codec)),
        *_stamps(client, message_id, at),
        *(_citing(to) if client.cites else ()),
    ]
    signature = f"\n{client.signature}{author.name}\n" if client.signature else ""
    return Posted(message_id, subject, _mail(fields, letter, client, letter.text + signature, client.quotation(to)))


def _citing(to: Quoted) -> list[tuple[str, str]]:
    """RFC 5322 section 3.6.4: References are those of the mail answered, and then itself."""
    own = to.mail.message_id or ""
    ids = [*(each for each in to.mail.references if each != own), own]
    return [("In-Reply-To", f"<{own}>"), ("References", f"{EOL} ".join(f"<{each}>" for each in ids))]


def _stamps(client: MailClient, message_id: str, at: datetime) -> list[tuple[str, str]]:
    date = ("Date", format_datetime(at.astimezone(CHINA)))
    return [date, ("Message-ID", f"<{message_id}>"), *([client.agent] if client.agent else [])]


def _message_id(client: MailClient, domain: str, *parts: object) -> str:
    token = sha256("/".join(map(str, parts)).encode()).hexdigest()[:20]
    return client.id_form.format(token=token, domain=domain)


# Header fields -------------------------------------------------------------------------------------------------------


def _encoded(letter: Letter) -> list[tuple[str, str]]:
    """The header lines of a letter in its charset; a display name is one word, an address stays as it is."""
    return [(key, _field(value, letter)) for key, value in letter.fields]


def _field(value: str, letter: Letter) -> str:
    if value.isascii():
        return value
    name, bracket, address = value.rpartition(" <")
    if bracket and address.endswith(">"):
        return f"{encoded_words(name.strip(chr(34)), letter.charset, letter.codec)} <{address}"
    return encoded_words(value, letter.charset, letter.codec)


def _mailbox(person: Person, letter: Letter) -> str:
    return f"{encoded_words(person.name, letter.charset, letter.codec)} <{person.address}>"


def encoded_words(text: str, charset: str = "utf-8", codec: str = "utf-8") -> str:
    """Encoded words of RFC 2047, split between characters; `charset` is what they claim to be in."""
    if text.isascii():
        return text
    pieces = [text[start : start + 12] for start in range(0, len(text), 12)]
    return f"{EOL} ".join(f"=?{charset}?B?{b64encode(piece.encode(codec)).decode()}?=" for piece in pieces)


# Bodies --------------------------------------------------------------------------------------------------------------


def _mail(fields: Sequence[tuple[str, str]], letter: Letter, client: MailClient, text: str, quotation: str) -> bytes:
    whole = f"{text}\n{quotation}\n" if quotation else text
    token = sha256(repr(fields).encode()).hexdigest()[:16]
    if letter.shape == "html-only":
        body = _text_part("html", letter.html, letter)
    elif letter.html or client.html:
        html = letter.html or _html(text, quotation)
        parts = [_text_part("plain", whole, letter), _text_part("html", html, letter)]
        body = _multipart("alternative", f"Alt_{token}", parts)
    else:
        body = _text_part("plain", whole, letter)
    if letter.files:
        body = _multipart("mixed", f"Mix_{token}", [body, *(_file_part(each, letter) for each in letter.files)])
    head = "".join(f"{name}: {value}{EOL}" for name, value in fields)
    raw = f"{head}MIME-Version: 1.0{EOL}{body}".encode("ascii")
    return _broken(raw) if letter.shape == "broken" else raw


def _broken(raw: bytes) -> bytes:
    """The mail as a proxy on the way left it: cut in the middle of a file, so that no boundary closes anything."""
    cut = raw.rindex(b"base64") + 700
    return raw[:cut] + b"=\r\n"


_QUOTE = "margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex"


def _html(text: str, quotation: str) -> str:
    quote = f'<br><blockquote style="{_QUOTE}">{_lines(quotation)}</blockquote>' if quotation else ""
    return f"<div>{_lines(text)}</div>{quote}\n"


def _lines(text: str) -> str:
    return escape(text.strip()).replace("\n", "<br>\n")


def _text_part(subtype: str, text: str, letter: Letter) -> str:
    content = text.replace("\n", EOL).encode(letter.codec, "replace")
    head = f"Content-Type: text/{subtype}; charset={letter.charset}{EOL}Content-Transfer-Encoding: base64{EOL}"
    return f"{head}{EOL}{base64_lines(content)}{EOL}"


def _file_part(file: File, letter: Letter) -> str:
    """A file as most Chinese clients attach it: its name is an encoded word in quotation marks, against RFC 2047."""
    name = encoded_words(file.name, letter.charset, letter.codec).replace(EOL, "")
    head = (
        f'Content-Type: {file.content_type};{EOL} name="{name}"{EOL}'
        f'Content-Disposition: attachment;{EOL} filename="{name}"{EOL}'
        f"Content-Transfer-Encoding: base64{EOL}"
    )
    return f"{head}{EOL}{base64_lines(file.content)}{EOL}"


def _multipart(subtype: str, boundary: str, parts: Sequence[str]) -> str:
    inside = "".join(f"--{boundary}{EOL}{part}" for part in parts)
    return f'Content-Type: multipart/{subtype};{EOL} boundary="{boundary}"{EOL}{EOL}{inside}--{boundary}--{EOL}'


def base64_lines(content: bytes) -> str:
    """Base64 in lines of 76 characters (RFC 2045 section 6.8)."""
    return EOL.join(textwrap.wrap(b64encode(content).decode(), 76))
