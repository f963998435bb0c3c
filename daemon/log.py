"""What the daemon says of its work: one line per decision, identifiers only, from a closed list of actions.

Mail text, addresses and secrets cannot get in: the fields of a line are named here, and none of them holds any.
"""

from __future__ import annotations

import logging
import sys
from enum import StrEnum
from io import FileIO, TextIOWrapper
from typing import TextIO

import structlog
from structlog.typing import EventDict, WrappedLogger

_LOGGER = logging.getLogger("postdesk")


class Action(StrEnum):
    """Everything that is ever logged by us."""

    STARTED = "started"
    STOPPED = "stopped"
    MIGRATED = "migrated"
    MAIL_KEPT = "mail-kept"
    MAIL_SETTLED = "mail-settled"
    MAIL_DUPLICATE = "mail-duplicate"
    MAIL_FAILED = "mail-failed"
    MAIL_QUARANTINED = "mail-quarantined"
    NOT_FILED = "not-filed"
    FILED_AGAIN = "filed-again"
    TICKET_DUE = "ticket-due"
    TICKET_DUE_FAILED = "ticket-due-failed"
    RESCHEDULED = "rescheduled"
    DELIVERY = "delivery"
    DELIVERY_FENCED = "delivery-fenced"
    DELIVERY_PAUSED = "delivery-paused"
    MAILBOX_UP = "mailbox-up"
    MAILBOX_DOWN = "mailbox-down"
    LOGIN_REFUSED = "login-refused"
    OAUTH_REFRESHED = "oauth-refreshed"
    OAUTH_REFRESH_FAILED = "oauth-refresh-failed"
    STAGE_FAILED = "stage-failed"
    CLOCK_STEPPED = "clock-stepped"
    WORDING_FELL_BACK = "wording-fell-back"
    RELOADED = "reloaded"
    RELOAD_REFUSED = "reload-refused"
    RESTART_NEEDED = "restart-needed"
    HEARTBEAT_SENT = "heartbeat-sent"
    HEARTBEAT_BACK = "heartbeat-back"


_ALARMING = frozenset(
    {
        Action.MAIL_QUARANTINED,
        Action.NOT_FILED,
        Action.TICKET_DUE_FAILED,
        Action.DELIVERY_FENCED,
        Action.DELIVERY_PAUSED,
        Action.MAILBOX_DOWN,
        Action.LOGIN_REFUSED,
        Action.OAUTH_REFRESH_FAILED,
        Action.STAGE_FAILED,
        Action.CLOCK_STEPPED,
        Action.WORDING_FELL_BACK,
        Action.RELOAD_REFUSED,
        Action.RESTART_NEEDED,
    }
)


def log(  # noqa: PLR0913 - the closed list of fields is the point
    action: Action,
    *,
    mailbox: str | None = None,
    uid: int | None = None,
    inbox: int | None = None,
    ticket: str | None = None,
    outbox: int | None = None,
    kind: str | None = None,
    outcome: str | None = None,
    rule: str | None = None,
    place: str | None = None,
    code: str | None = None,
    stage: str | None = None,
    error: str | None = None,
    attempts: int | None = None,
    count: int | None = None,
    seconds: float | None = None,
    whole: bool | None = None,
) -> None:
    """Say one thing.

    `error` is the name of an exception class, `code` an SMTP code or a short cause of ours, `place` where in a file of
    the administrator a fault stands.
    """
    fields = {name: value for name, value in locals().items() if name != "action" and value is not None}
    level = logging.WARNING if action in _ALARMING else logging.INFO
    _LOGGER.log(level, action.value, extra={"fields": fields})


def configure(form: str, level: str) -> None:
    """Send log lines to standard error, one each, as JSON or for people.

    Of libraries only errors are shown, because a warning may quote a mail.
    """
    sys.stderr = _unbuffered(sys.stderr)
    people = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), sort_keys=False)
    last = structlog.processors.JSONRenderer(ensure_ascii=True) if form == "json" else people
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[_flatten, structlog.stdlib.add_log_level, structlog.processors.TimeStamper("iso", utc=True)],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.ERROR, handlers=[handler], force=True)
    logging.raiseExceptions = False
    _LOGGER.setLevel(level.upper())


def _unbuffered(stream: TextIO) -> TextIO:
    """The same file without a buffer, so that a line which cannot be written is lost there and then.

    In a buffer it would stay, and fail every later flush: Python flushes before it starts a process, and on a full disk
    no reader of mails could be started any more.
    """
    try:
        file = FileIO(stream.fileno(), "w", closefd=False)
    except OSError:
        return stream  # No file stands behind it, so nothing can fail.
    return TextIOWrapper(file, encoding=stream.encoding, errors="backslashreplace", write_through=True)


def _flatten(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    event.update(getattr(event.get("_record"), "fields", {}))
    return event
