"""Which notices there are, for whom, and the facts that each hands to its template.

A template may name only these facts and the ones of `ABOUT_TICKET`; `postdesk check` holds it to that. Every fact is
text, a number, a truth value, an aware UTC instant or None: never an object with methods of ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rules.model import Audience

ABOUT_TICKET = frozenset({"number", "status", "category", "priority", "opened_at", "requester_name"})
"""Facts of every notice: the ticket's number, its named status, category and priority, and who asked when."""

ABOUT_DESK = frozenset({"desk_name", "desk_address", "language"})
"""Facts that the composer adds: who we are and the language being written."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of notice: its readers, the facts beyond `ABOUT_TICKET`, and whether a machine wrote it (RFC 3834)."""

    audience: Audience
    facts: frozenset[str]
    automatic: bool = True


KINDS: Mapping[str, Kind] = {
    # To customers. An acknowledgement carries no word of the mail it answers: its sender may be forged.
    "acknowledgement": Kind(Audience.CUSTOMER, frozenset({"respond_by", "oversize_mb"})),
    "reply": Kind(Audience.CUSTOMER, frozenset({"subject", "text", "author_name"}), automatic=False),
    "progress": Kind(Audience.CUSTOMER, frozenset({"subject", "assignee_name", "next_update_by"})),
    "closed": Kind(Audience.CUSTOMER, frozenset({"subject", "text", "author_name"})),
    # To the desk. `text` may be long; `why` lists the reasons of the classification, one a line.
    "new_ticket": Kind(
        Audience.DESK, frozenset({"subject", "requester", "text", "why", "respond_by", "oversize_mb", "claimed"})
    ),
    "assigned": Kind(Audience.DESK, frozenset({"subject", "requester"})),
    "customer_replied": Kind(Audience.DESK, frozenset({"subject", "author", "text", "verified"})),
    "overdue": Kind(Audience.DESK, frozenset({"subject", "requester", "promise", "due_at"})),
    "undeliverable": Kind(Audience.DESK, frozenset({"subject", "recipient", "code"})),
    "order_refused": Kind(Audience.DESK, frozenset({"order", "reason"})),
    "not_verified": Kind(Audience.DESK, frozenset()),
}

ANSWERS = frozenset({"acknowledgement", "order_refused", "not_verified"})
"""Automatic notices that answer one mail (RFC 3834 section 5.1); the others come of themselves.

Only these can keep two machines talking to each other, so only these are counted against the limits per address.
"""

SUPERSEDING = frozenset({"progress", "overdue"})
"""Kinds of which only the latest is worth reading: an older unsent one is cancelled."""

FACTS_OF_CLOCKS = frozenset(
    {
        "assignee_name",
        "due_at",
        "level",
        "next_update_by",
        "note",
        "promise",
        "promised_at",
        "promised_why",
        "requester",
        "subject",
    }
)
"""Facts that a clock knows. A kind that needs others is no notice of a clock."""

CUSTOMER_ROLES = frozenset({"requester", "participants"})
"""Roles whose holders read only what is written for customers."""
