"""The tables. Instants are aware UTC everywhere above this file; here they become what the database can compare."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.types import BigInteger, TypeEngine

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant; a naive one is refused rather than guessed at."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant must be aware")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_ROW_ID = BigInteger().with_variant(Integer, "sqlite")
"""SQLite gives row ids to INTEGER PRIMARY KEY only."""

blob = Table(
    "blob",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("coding", String(8), nullable=False),
    Column("content", LargeBinary, nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("mailbox", String(64), nullable=False),
    Column("folder", Text, nullable=False),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    Column("raw_sha256", String(64), ForeignKey("blob.sha256"), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("whole", Boolean, nullable=False),
    Column("silent", Boolean, nullable=False),
    Column("arrived_at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("lease_until", Instant),
    Column("fingerprint", String(64)),
    Column("message_id", Text),
    Column("outcome", String(16)),
    Column("because", Text),
    Column("ticket_number", String(64)),
    Column("policy", String(64)),
    Column("rules", JSON),
    Column("duplicate_of", _ROW_ID),
    Column("error", Text),
    UniqueConstraint("mailbox", "folder", "uidvalidity", "uid"),
    UniqueConstraint("mailbox", "fingerprint"),
    Index("ix_inbox_state_id", "state", "id"),
    Index("ix_inbox_message_id_state", "message_id", "state"),
)

mailbox = Table(
    "mailbox",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("first_contact_at", Instant, nullable=False),
    Column("last_poll_at", Instant),
)

sign = Table(
    "sign",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("detail", Text, nullable=False),
)

ticket = Table(
    "ticket",
    metadata,
    Column("number", String(64), primary_key=True),
    Column("mailbox", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("subject", Text, nullable=False),
    Column("requester", Text, nullable=False),
    Column("requester_name", Text, nullable=False),
    Column("participants", JSON, nullable=False),
    Column("language", String(16), nullable=False),
    Column("category", String(64), nullable=False),
    Column("item", String(64)),
    Column("impact", String(64), nullable=False),
    Column("urgency", String(64), nullable=False),
    Column("priority", String(16), nullable=False),
    Column("assignee", Text),
    Column("helper", Text),
    Column("watchers", JSON, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("promised_at", Instant),
    Column("promised_why", Text, nullable=False),
    Column("clocks", JSON, nullable=False),
    Column("last_message_id", Text),
    Column("references", JSON, nullable=False),
    Column("next_due_at", Instant, index=True),
    Column("scheduled_under", String(16), index=True),
    Column("skipped_clocks", JSON, nullable=False),
    Column("by_hand", JSON, nullable=False),
    Column("correlation", Text),
    Column("problem", Text),
    Column("revision", Integer, nullable=False),
    Index("ix_ticket_correlation_status", "correlation", "status"),
    Index("ix_ticket_problem_opened_at", "problem", "opened_at"),
)

workload = Table(
    "workload",
    metadata,
    Column("address", Text, primary_key=True),
    Column("open_tickets", Integer, nullable=False),
    Column("turn", Integer, nullable=False, index=True),
)

journal = Table(
    "journal",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("ticket_number", String(64), ForeignKey("ticket.number"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("body", JSON, nullable=False),
    Column("inbox_id", _ROW_ID, ForeignKey("inbox.id")),
    Column("match", String(32)),
    Column("trust", String(16)),
    Column("policy", String(64), nullable=False),
)

message_id = Table(
    "message_id",
    metadata,
    Column("message_id", Text, primary_key=True),
    Column("ticket_number", String(64), ForeignKey("ticket.number"), primary_key=True),
)

counter = Table(
    "counter",
    metadata,
    Column("series", String(32), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("last", Integer, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("ticket_number", String(64), ForeignKey("ticket.number")),
    Column("kind", String(32), nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("audience", String(16), nullable=False),
    Column("automatic", Boolean, nullable=False),
    Column("reverse_path", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("message_id", Text, nullable=False, unique=True),
    Column("raw_sha256", String(64), ForeignKey("blob.sha256"), nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("unknown_attempts", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("lease_until", Instant),
    Column("lease_epoch", Integer, nullable=False),
    Column("sent_at", Instant),
    Column("last_code", Text),
    Column("last_text", Text),
    Index("ix_outbox_ticket_number_kind", "ticket_number", "kind"),
    Index("ix_outbox_state_next_at", "state", "next_at"),
    Index("ix_outbox_recipient_created_at", "recipient", "created_at"),
)
