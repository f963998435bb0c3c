"""Small mails, contexts and packs to try rules with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from daemon.faults import Faults
from daemon.policies import load_policy
from parsers.mail import Address, Attachment, Cut, Mail
from rules.classify import Classification, Context, classify
from rules.examples import example_mail
from rules.model import Status, Ticket
from rules.policy import Policy

NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
"""A Friday, 15:00 in Shanghai."""

POLICY = """\
name: {zh-CN: 测试, en: Test}
statuses:
  new: {en: New}
  open: {en: Open}
  waiting: {en: Waiting}
  resolved: {en: Solved}
  closed: {en: Closed}
categories:
  - id: fault
    name: {zh-CN: 故障, en: Fault}
    items: [{id: crash, name: Crash}, {id: data, name: Data}]
  - {id: question, name: Question, impact: low, urgency: low}
  - {id: other, name: Other}
priorities:
  - {id: P1, rank: 1, name: Urgent}
  - {id: P2, rank: 2, name: Normal}
  - {id: P3, rank: 3, name: Low}
matrix:
  high: {high: P1, medium: P1, low: P2}
  medium: {high: P1, medium: P2, low: P3}
  low: {high: P2, medium: P3, low: P3}
defaults: {category: other}
series:
  demand: {prefix: RD, pattern: "RD{date:%Y%m%d}{serial:03d}"}
calendars:
  - {id: business, name: Business hours, hours: {mon-fri: ["09:00-18:00"]}}
clocks:
  - name: first_response
    title: First response
    met_by: [public_reply]
    target: {P1: 30m, P2: 2h}
    on_due: [{notice: overdue, to: [assignee, lead]}]
"""


def write_pack(folder: Path, rules: str = "", policy: str = POLICY, **files: str) -> Path:
    """A pack in a folder named `pack` below this one."""
    pack = folder / "pack"
    pack.mkdir(exist_ok=True)
    for name, text in {"policy": policy, "rules": rules, **files}.items():
        if text:
            (pack / f"{name}.yaml").write_text(text, encoding="utf-8")
    return pack


def pack(folder: Path, rules: str = "", policy: str = POLICY, **files: str) -> Policy:
    """The policy that these files make."""
    return load_policy(str(write_pack(folder, rules, policy, **files)))


def faults_of(folder: Path, rules: str = "", policy: str = POLICY, **files: str) -> list[str]:
    """Every fault of these files, without the way to the folder."""
    where = write_pack(folder, rules, policy, **files)
    with pytest.raises(Faults) as raised:
        load_policy(str(where))
    return [str(fault).removeprefix(f"{where}/") for fault in raised.value.faults]


def mail(
    text: str = "",
    *,
    subject: str = "",
    sender: str = "customer@example.com",
    headers: tuple[tuple[str, str], ...] = (),
    attachments: tuple[Attachment, ...] = (),
    quoted: str = "",
) -> Mail:
    """A mail whose new part is `text`, with what it quotes below."""
    made = example_mail(text, sender=sender)
    whole = f"{text}\n{quoted}" if quoted else text
    cut = Cut(((0, len(text)),), "test", 1.0)
    changed = replace(made, subject=subject, headers=headers, attachments=attachments, text=whole, cut=cut)
    return replace(changed, to=(Address("support@example.com"),), delivered_to=("desk@example.com",))


def ticket(**changes: object) -> Ticket:
    """An open ticket of a customer."""
    made = Ticket(
        number="TS-20261120-001",
        mailbox="support",
        status=Status.OPEN,
        subject="Something",
        requester="customer@example.com",
        requester_name="",
        participants=("customer@example.com",),
        language="en",
        category="fault",
        priority="P2",
        assignee="li@example.com",
        tags=("outage",),
        opened_at=datetime(2026, 11, 18, 7, 0, tzinfo=UTC),
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # any field may be named


def context(**changes: object) -> Context:
    """What is known about a new request."""
    return replace(Context("support", NOW), **changes)  # type: ignore[arg-type]  # the same


def outcome(policy: Policy, text: str, **changes: object) -> Classification:
    """The classification of a mail with this text."""
    return classify(mail(text), context(**changes), policy)
