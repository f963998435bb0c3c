"""A real Dovecot on loopback for the time of a test run, as root or as anyone."""

from __future__ import annotations

import grp
import itertools
import os
import pwd
import re
import shutil
import smtplib
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from string import Template

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from tests.servers.certificates import HOST, Certificate
from tests.servers.process import LOOPBACK, await_port, eventually, free_port, new_room, program, start, stop

PASSWORD = "secret"
_CONFIGURATION = Template(Path(__file__).with_name("dovecot.conf").read_text("utf-8"))
_LOGOUT = re.compile(
    r"imap\((?P<user>[^)]*)\)<.*: (?:Logged out|Connection closed|Disconnected).*?in=(?P<sent>\d+) out=(?P<got>\d+)"
    r".*?hdr_count=(?P<headers>\d+).*?body_count=(?P<bodies>\d+) body_bytes=(?P<body_bytes>\d+)"
)


@dataclass(frozen=True, slots=True)
class Stored:
    """One mail as it lies in a folder."""

    uid: int
    raw: bytes
    flags: frozenset[str]


@dataclass(frozen=True, slots=True)
class Session:
    """What one ended IMAP session moved, in bytes as the client saw them, and how many mail bodies it read."""

    sent: int
    received: int
    bodies: int
    body_bytes: int


class Dovecot:
    """One Dovecot instance. Any user name exists, with the password `secret`, and has a mailbox of its own.

    `imap_port` is plain (with STARTTLS when there is a certificate), `imaps_port` is TLS from the first byte, and
    both stay the same over `stop` and `start`, as do the mails.
    """

    host = HOST
    password = PASSWORD

    def __init__(self, certificate: Certificate | None) -> None:
        self._dovecot = program("dovecot", "dovecot-imapd", "/usr/sbin")
        self._doveadm = program("doveadm", "dovecot-core", "/usr/bin")
        self.imap_port, self.imaps_port, self.lmtp_port = free_port(), free_port(), free_port()
        self._names = itertools.count(1)
        self._room = new_room("dovecot")
        self._room.chmod(0o755)
        self._log = self._room / "log"
        self._output = self._room / "output"
        self._mail = self._room / "mail"
        self._mail.mkdir()
        self._configuration = self._room / "dovecot.conf"
        self._configuration.write_text(self._configured(certificate), "utf-8")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin to serve; returns once connections are accepted."""
        self._process = start([self._dovecot, "-F", "-c", str(self._configuration)], self._output)
        await_port(self._process, self.imap_port, self._log if self._log.exists() else self._output)

    def stop(self) -> None:
        """End every connection and the server; the mails stay."""
        if self._process is not None:
            stop(self._process)
            self._process = None

    def remove(self) -> None:
        """Stop, and remove every file."""
        self.stop()
        shutil.rmtree(self._room, ignore_errors=True)

    def new_user(self, name: str = "user") -> str:
        """An address that no other test uses."""
        return f"{name}{next(self._names)}@desk.example"

    @contextmanager
    def client(self, user: str) -> Iterator[IMAPClient]:
        """Another mail client of this user, logged in: whatever it does, it does behind the back of the desk."""
        with IMAPClient(LOOPBACK, self.imap_port, ssl=False, timeout=20) as client:
            client.login(user, PASSWORD)
            yield client

    def deliver(self, user: str, *raws: bytes, folder: str = "INBOX", at: datetime | None = None) -> None:
        """Put mails into a folder as they are, in this order; `at` becomes their INTERNALDATE."""
        with self.client(user) as client:
            if not client.folder_exists(folder):
                client.create_folder(folder)
            for raw in raws:
                client.append(folder, raw, msg_time=at)

    def deliver_by_lmtp(self, user: str, raw: bytes, reverse_path: str = "") -> None:
        """Hand a mail over as a mail server does: Return-Path, Delivered-To and Received are written on top."""
        with smtplib.LMTP(LOOPBACK, self.lmtp_port, local_hostname="mta.example") as link:
            link.sendmail(reverse_path, [user], raw)

    def stored(self, user: str, folder: str = "INBOX") -> Sequence[Stored]:
        """What lies in a folder, by ascending UID; nothing when it does not exist."""
        with self.client(user) as client:
            if not client.folder_exists(folder):
                return []
            client.select_folder(folder, readonly=True)
            found = client.fetch(client.search(["ALL"]), ["BODY.PEEK[]", "FLAGS"])
        return [
            Stored(uid, parts[b"BODY[]"], frozenset(flag.decode() for flag in parts[b"FLAGS"]))
            for uid, parts in sorted(found.items())
        ]

    def count(self, user: str, folder: str = "INBOX") -> int:
        """How many mails lie in a folder; none when it does not exist."""
        with self.client(user) as client:
            try:
                return int(client.folder_status(folder, ["MESSAGES"])[b"MESSAGES"])
            except IMAPClientError:
                return 0

    def change_uidvalidity(self, user: str, value: int, folder: str = "INBOX") -> None:
        """Do to a folder what a restored or rebuilt server does (RFC 3501 2.3.1.1)."""
        self._administer("mailbox", "update", "-u", user, "--uid-validity", str(value), folder)

    def forbid_writing(self, user: str, folder: str) -> None:
        """Make a folder, created if need be, one that its owner may read but not change."""
        with self.client(user) as client:
            if not client.folder_exists(folder):
                client.create_folder(folder)
        self._administer("acl", "set", "-u", user, folder, "owner", "lookup", "read")

    def disconnect(self, user: str) -> None:
        """Throw every session of this user out."""
        self._administer("kick", user)

    def log(self) -> str:
        """Everything that the server has logged so far."""
        return self._log.read_text("utf-8", "replace") if self._log.exists() else ""

    def logs(self, pattern: str, within: float = 60.0) -> bool:
        """Whether a line that matches comes into the log in so many seconds: the server writes it a little late."""
        return eventually(lambda: re.search(pattern, self.log()) is not None, within)

    def sessions(self, user: str) -> Sequence[Session]:
        """The ended IMAP sessions of a user, oldest first."""
        return [
            Session(int(found["sent"]), int(found["got"]), int(found["bodies"]), int(found["body_bytes"]))
            for found in _LOGOUT.finditer(self.log())
            if found["user"] == user
        ]

    def _administer(self, *words: str) -> None:
        argv = [self._doveadm, "-c", str(self._configuration), *words]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"doveadm {' '.join(words)}: {done.stderr}")

    def _configured(self, certificate: Certificate | None) -> str:
        account = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        group = grp.getgrgid(account.pw_gid).gr_name
        if os.geteuid() == 0:
            os.chown(self._mail, account.pw_uid, account.pw_gid)
        tls = f"ssl = yes\nssl_cert = <{certificate.chain}\nssl_key = <{certificate.key}" if certificate else "ssl = no"
        rootless = "" if os.geteuid() == 0 else _ROOTLESS.format(me=account.pw_name, group=group)
        return _CONFIGURATION.substitute(
            room=self._room,
            name=self._room.name,
            imap=self.imap_port,
            imaps=self.imaps_port if certificate else 0,
            lmtp=self.lmtp_port,
            me=account.pw_name,
            group=group,
            password=PASSWORD,
            tls=tls,
            rootless=rootless,
        )


_ROOTLESS = """
default_internal_user = {me}
default_internal_group = {group}
default_login_user = {me}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""
