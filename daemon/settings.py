"""What an installation is set to: one `postdesk.yaml`, read once, frozen."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field, ValidationInfo, field_validator

from daemon.oauth.settings import OAuth
from daemon.secrets import Secret
from daemon.settings_servers import Mailbox, Smtp
from daemon.settings_values import Beside, Count, CountOrNone, Flag, Interval, Size, settings_folder
from daemon.watching.settings import Health, Heartbeat, Http
from daemon.yaml_files import load
from parsers.mail import Limits
from rules.calendar import zone_names
from rules.vocabulary import Declared, Names, Wrong, in_language, mail_address, nearest

_DATABASES = ("sqlite:///", "postgresql+psycopg://")
"""How the addresses of the databases begin that we work on."""


class Desk(Declared):
    """Who we are to those who write to us."""

    address: Annotated[str, mail_address] = Field(
        description="The address that customers write to and that we write from."
    )
    name: Names = Field(
        default={"zh-CN": "技术支持", "en": "Technical Support"}, description="The name beside it, by language."
    )
    timezone: str = Field(default="Asia/Shanghai", description="The zone of dates in mails and of the daily serial.")
    language: str = Field(default="zh-CN", description="The language when a mail does not show its own.")
    plus_addressing: Flag = Field(
        default=False, description="Whether support+token@example.com reaches the same mailbox."
    )
    id: str = Field(default="", description="The right side of our Message-IDs; empty for the domain of the address.")

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        if value not in zone_names():
            raise ValueError(f"unknown time zone '{value}'{nearest(value, zone_names())}")
        return value

    @field_validator("id")
    @classmethod
    def _domain_of_address(cls, value: str, info: ValidationInfo) -> str:
        return value or str(info.data.get("address", "@")).rpartition("@")[2]

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the desk."""
        return ZoneInfo(self.timezone)

    def name_in(self, language: str) -> str:
        """What we call ourselves in this language."""
        return in_language(self.name, language)


class Triage(Declared):
    """How mails are read and decided about."""

    interval: Interval = timedelta(seconds=5)
    batch: Count = 50
    batch_bytes: Size = Field(default=8 * 2**20, description="At most this many bytes of mails are read at once.")
    workers: Count = Field(default=2, description="Processes that parse mails.")
    deadline: Interval = Field(
        default=timedelta(seconds=30), description="A mail that takes longer to parse is given up."
    )
    memory: Size = Field(default=2**30, description="A worker that needs more is stopped.")
    attempts: Count = Field(default=3, description="A mail that fails this often is quarantined.")
    retry_after: Interval = timedelta(minutes=1)


class Sweep(Declared):
    """How often promises are looked after."""

    interval: Interval = timedelta(seconds=15)
    batch: Count = 100
    per_minute: Count = Field(
        default=600, description="So many tickets a minute at most, lest an outage end in a storm of mails."
    )
    retry_after: Interval = Field(
        default=timedelta(minutes=5), description="A ticket that could not be decided about is left alone this long."
    )
    reschedule_batch: Count = Field(
        default=500, description="After a change of policy or people, so many tickets at once are reckoned anew."
    )


class Deliver(Declared):
    """How mails leave, and how often we try."""

    interval: Interval = timedelta(seconds=10)
    batch: Count = 50
    lease: Interval = Field(
        default=timedelta(minutes=20),
        gt=timedelta(minutes=11),
        description="A mail taken for sending belongs to its sender this long; over 11 minutes.",
    )
    backoff: Annotated[tuple[Interval, ...], Field(min_length=1)] = Field(
        default=tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60)),
        description="Waiting times after a passing refusal; the last one repeats.",
    )
    give_up_after: Interval = timedelta(days=3)
    unknown_retry: Interval = Field(
        default=timedelta(minutes=15), description="When the reply to a whole mail was lost."
    )
    unknown_attempts: CountOrNone = 2


class MailLimits(Declared):
    """How much of a mail is taken in, and how much we send."""

    mail: Size = 25 * 2**20
    header: Size = 256 * 2**10
    header_line: Size = 64 * 2**10
    nesting: Count = 50
    parts: Count = 1_000
    attachments: CountOrNone = 200
    recipients: Count = 50
    references: Count = 100
    subject: Count = Field(default=200, description="Characters.")
    text: Count = Field(default=200_000, description="Characters.")
    outgoing_attachments: Size = 10 * 2**20

    @property
    def reading(self) -> Limits:
        """The part that the parser keeps to."""
        return Limits(
            header_bytes=self.header,
            header_line_bytes=self.header_line,
            nesting=self.nesting,
            parts=self.parts,
            attachments=self.attachments,
            recipients=self.recipients,
            references=self.references,
            subject_chars=self.subject,
            text_chars=self.text,
        )


class NoticeLimits(Declared):
    """How many automatic answers one address may get, so that two machines never talk to each other for long."""

    per_address_10min: Count = 3
    per_address_day: Count = 20


class Log(Declared):
    """How the daemon speaks to its keeper."""

    format: Literal["human", "json"] = "human"
    level: Literal["debug", "info", "warning", "error"] = "info"


def _state_dir() -> Path:
    return Path(os.environ.get("STATE_DIRECTORY") or "/var/lib/postdesk")


class Whereabouts(Declared):
    """Where the other files of a desk lie."""

    policy: str = Field(default="basic", description="The name of a shipped policy pack, or the path of a folder.")
    people: Beside = Field(default=Path("people.yaml"), description="Who works here, and for whom.")
    templates: Beside | None = Field(default=None, description="A folder whose templates go before the shipped ones.")

    @field_validator("policy")
    @classmethod
    def _beside_when_a_path(cls, value: str, info: ValidationInfo) -> str:
        folder = settings_folder(info)
        return str(folder / value) if folder is not None and "/" in value else value


class Settings(Whereabouts):
    """Everything that an installation is set to."""

    desk: Desk
    mailboxes: Annotated[tuple[Mailbox, ...], Field(min_length=1)]
    smtp: Smtp
    state_dir: Beside = Field(default_factory=_state_dir, description="Where the desk keeps what it must not lose.")
    database: str | None = Field(
        default=None, description="An SQLAlchemy URL without password; SQLite in state_dir by default."
    )
    database_password: Secret | None = None
    triage: Triage = Triage()
    sweep: Sweep = Sweep()
    deliver: Deliver = Deliver()
    limits: MailLimits = MailLimits()
    notices: NoticeLimits = NoticeLimits()
    reply_key: Secret | None = Field(
        default=None, description="Signs reply addresses; made and kept in state_dir by default."
    )
    log: Log = Log()
    health: Health = Health()
    http: Http = Http()
    heartbeat: Heartbeat = Heartbeat()

    @field_validator("mailboxes")
    @classmethod
    def _names_differ(cls, value: tuple[Mailbox, ...]) -> tuple[Mailbox, ...]:
        names = [box.name for box in value]
        twice = [index for index, name in enumerate(names) if name in names[:index]]
        if twice:
            raise Wrong(*(((index, "name"), f"two mailboxes are called '{names[index]}'") for index in twice))
        return value

    @field_validator("database")
    @classmethod
    def _without_password(cls, value: str | None) -> str | None:
        if value is not None and urlsplit(value).password is not None:
            raise ValueError("a password does not belong into this file: name it in database_password")
        if value is not None and not value.startswith(_DATABASES):
            raise ValueError(
                f"{value!r} is no database: write postgresql+psycopg://postdesk@localhost/postdesk, sqlite:////a/file, "
                "or leave it out"
            )
        return value

    @property
    def automatic_reverse_path(self) -> str:
        """RFC 3834 section 3.3: what is automatic returns to nobody, unless the relay insists on a sender."""
        return "" if self.smtp.null_reverse_path else self.desk.address

    @property
    def database_url(self) -> str:
        """The URL of the database, its password included. Raises `SecretUnreadable`."""
        if self.database is None:
            return f"sqlite:///{self.state_dir / 'postdesk.db'}"
        if self.database_password is None:
            return self.database
        parts = urlsplit(self.database)
        user, _, host = parts.netloc.rpartition("@")
        password = quote(self.database_password.read(), safe="")
        return urlunsplit(parts._replace(netloc=f"{user}:{password}@{host}"))

    def secrets(self) -> Iterator[tuple[str, Secret]]:
        """Every secret that is named, under the key that names it."""
        named: dict[str, Secret | None] = {}
        for box in self.mailboxes:
            named |= {f"mailboxes.{box.name}.password": box.password, **_of_oauth(f"mailboxes.{box.name}", box.oauth)}
        named |= {
            "smtp.password": self.smtp.password,
            **_of_oauth("smtp", self.smtp.oauth),
            "database_password": self.database_password,
            "reply_key": self.reply_key,
        }
        yield from ((key, secret) for key, secret in named.items() if secret is not None)


def _of_oauth(key: str, oauth: OAuth | None) -> dict[str, Secret | None]:
    if oauth is None:
        return {}
    return {f"{key}.oauth.client_secret": oauth.client_secret, f"{key}.oauth.refresh_token": oauth.refresh_token}


class _Whereabouts(Whereabouts):
    """The same of a file that has other faults."""

    model_config = ConfigDict(extra="ignore")


def load_whereabouts(path: Path) -> Whereabouts:
    """Where the other files lie by settings that have faults elsewhere. Raises `Faults`."""
    return load(path, _Whereabouts, context={"folder": path.absolute().parent})


def load_settings(path: Path) -> Settings:
    """The settings in a file; paths in it are relative to its folder. Raises `Faults`."""
    return load(path, Settings, context={"folder": path.absolute().parent})
