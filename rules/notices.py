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
    # To customers, in answer or of themselves. They carry no word of the customer's mail: its sender may be forged.
    "acknowledgement": Kind(Audience.CUSTOMER, frozenset({"respond_by", "oversize_mb", "missing"})),
    "progress": Kind(Audience.CUSTOMER, frozenset({"assignee_name", "expected_by", "promised_why", "next_update_by"})),
    "eta_overrun": Kind(
        Audience.CUSTOMER, frozenset({"assignee_name", "promised_at", "promised_why", "next_update_by"})
    ),
    "reminder": Kind(Audience.CUSTOMER, frozenset({"solved", "closes_at"})),
    "final_notice": Kind(Audience.CUSTOMER, frozenset({"solved", "closes_at"})),
    "auto_closed": Kind(Audience.CUSTOMER, frozenset({"solved", "note"})),
    "rating_request": Kind(Audience.CUSTOMER, frozenset({"ratings"})),
    # To customers, because an engineer says so.
    "reply": Kind(Audience.CUSTOMER, frozenset({"subject", "text", "author_name"}), automatic=False),
    "promise": Kind(
        Audience.CUSTOMER,
        frozenset({"subject", "text", "author_name", "promised_at", "promised_why"}),
        automatic=False,
    ),
    "resolved": Kind(Audience.CUSTOMER, frozenset({"subject", "text", "author_name"}), automatic=False),
    "closed": Kind(Audience.CUSTOMER, frozenset({"subject", "text", "author_name"})),
    # To the desk. `text` may be long; `why` lists the reasons of the classification, one a line.
    "new_ticket": Kind(
        Audience.DESK, frozenset({"subject", "requester", "text", "why", "respond_by", "oversize_mb", "claimed"})
    ),
    "assigned": Kind(Audience.DESK, frozenset({"subject", "requester", "author_name", "text"})),
    "customer_replied": Kind(Audience.DESK, frozenset({"subject", "author", "text", "verified"})),
    "colleague_wrote": Kind(Audience.DESK, frozenset({"subject", "author_name", "order", "text"})),
    "recovered": Kind(Audience.DESK, frozenset({"subject", "author", "text"})),
    "undeliverable": Kind(Audience.DESK, frozenset({"subject", "recipient", "code"})),
    "order_refused": Kind(Audience.DESK, frozenset({"order", "reason", "nearest", "orders"})),
    "not_verified": Kind(Audience.DESK, frozenset()),
    # To the desk, from a clock: `promise` is its title, `orders` and `by_reply` say what keeps it.
    "due_soon": Kind(Audience.DESK, frozenset({"subject", "requester", "promise", "due_at", "orders", "by_reply"})),
    "overdue": Kind(
        Audience.DESK, frozenset({"subject", "requester", "promise", "due_at", "level", "orders", "by_reply"})
    ),
    "report_due": Kind(Audience.DESK, frozenset({"subject", "requester", "promise", "due_at", "orders"})),
    "update_wanted": Kind(Audience.DESK, frozenset({"subject", "requester", "due_at"})),
    "eta_renew": Kind(Audience.DESK, frozenset({"subject", "requester", "promised_at", "promised_why"})),
    "escalated": Kind(
        Audience.DESK, frozenset({"subject", "requester", "assignee_name", "cause", "author_name", "text"})
    ),
    # To the administrators, and of no ticket: the facts of `ABOUT_TICKET` are empty. `faults` are one a line.
    "configuration_refused": Kind(Audience.DESK, frozenset({"faults", "more", "refused_at"})),
}

ANSWERS = frozenset({"acknowledgement", "order_refused", "not_verified"})
"""Automatic notices that answer one mail (RFC 3834 section 5.1); the others come of themselves.

Only these can keep two machines talking to each other, so only these are counted against the limits per address.
"""

SUPERSEDING = frozenset({"progress", "reminder", "due_soon", "overdue", "report_due", "update_wanted", "eta_renew"})
"""Kinds of which only the latest is worth reading: an older unsent one is cancelled."""

FROM_CLOCKS = frozenset(
    {"progress", "eta_overrun", "reminder", "final_notice", "auto_closed", "rating_request"}
    | {"due_soon", "overdue", "report_due", "update_wanted", "eta_renew", "escalated"}
)
"""Kinds that a clock can send: it knows all that they tell."""

CUSTOMER_ROLES = frozenset({"requester", "participants"})
"""Roles whose holders read only what is written for customers."""
