"""What follows from one delivery attempt: a value, computed from the attempt and the settings alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from daemon.ports import Delivery, Result
from daemon.store.outbox import Afterwards, OutboxRow, OutboxState

SPREAD = 0.2
"""Retries are spread by this share either way, so that many messages do not knock at once."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long and how often we try: the last step of the backoff repeats; unknown outcomes are repeated so often."""

    backoff: Sequence[timedelta]
    give_up_after: timedelta
    unknown_retry: timedelta
    unknown_attempts: int


def afterwards(row: OutboxRow, delivery: Delivery, patience: Patience, now: datetime) -> Afterwards:
    """How the outbox row stands after this attempt."""
    unknown = row.unknown_attempts + (delivery.result is Result.UNKNOWN)
    state, next_at = _state(row, delivery, unknown, patience, now)
    return Afterwards(state, next_at, delivery.code, delivery.text, unknown)


def _state(
    row: OutboxRow, delivery: Delivery, unknown: int, patience: Patience, now: datetime
) -> tuple[OutboxState, datetime]:
    match delivery.result:
        case Result.SENT:
            return OutboxState.SENT, now
        case Result.FAILED:
            return OutboxState.FAILED, now
        case Result.UNKNOWN if unknown > patience.unknown_attempts:
            return OutboxState.FAILED, now
        case Result.UNKNOWN:
            return OutboxState.UNKNOWN, now + patience.unknown_retry
        case Result.DEFERRED if now - row.created_at >= patience.give_up_after:
            return OutboxState.FAILED, now
        case Result.DEFERRED | Result.FENCED:
            return OutboxState.DEFERRED, now + _pause(row, patience)
        case _:
            assert_never(delivery.result)


def _pause(row: OutboxRow, patience: Patience) -> timedelta:
    step = patience.backoff[min(row.attempts, len(patience.backoff)) - 1]
    digest = hashlib.sha256(f"{row.key}/{row.attempts}".encode()).digest()
    share = int.from_bytes(digest[:4], "big") / 0xFFFFFFFF
    return step * (1 - SPREAD + 2 * SPREAD * share)
