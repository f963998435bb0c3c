"""Mails written as one line in a rule file, and what must become of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field

from parsers.mail import Address, Cut, Mail
from rules.classify import Classification, classify, holds
from rules.policy import Policy
from rules.reading import Context, Customer
from rules.terms import CategoryId, ImpactId, ItemId, PriorityId, UrgencyId
from rules.vocabulary import Declared, Place

_AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


class Expected(Declared):
    """What must become of an example; what is left out may be anything."""

    category: CategoryId | None = None
    item: ItemId | None = None
    priority: PriorityId | None = None
    impact: ImpactId | None = None
    urgency: UrgencyId | None = None
    tags: tuple[str, ...] | None = None
    series: str | None = None
    acknowledge: bool | None = None
    discard: str | None = None
    correlation: str | None = None
    resolves: bool | None = None


class Example(Declared):
    """One mail of `examples.yaml`, written `Subject: … / text`, with the facts that its classification leans on."""

    mail: Annotated[str, Field(min_length=1)]
    sender: str = "customer@example.com"
    level: str = ""
    language: str = "zh-CN"
    expect: Expected


def example_mail(written: str, *, sender: str = "customer@example.com", language: str = "zh-CN") -> Mail:
    """The mail that `Subject: … / text` describes; without `Subject:` all of it is text."""
    subject, text = "", written
    if written.startswith("Subject:"):
        subject, _, text = written.removeprefix("Subject:").replace("\n", " / ", 1).partition(" / ")
    return Mail(
        sender=Address(sender),
        sender_shown=sender,
        to=(),
        cc=(),
        delivered_to=(),
        subject=subject.strip(),
        message_id=None,
        in_reply_to=(),
        references=(),
        date=None,
        text=text,
        html="",
        cut=Cut(((0, len(text)),), "example", 1.0),
        attachments=(),
        language=language,
        automatic=None,
        suppress_reply=False,
        bounce=None,
        forwarded=None,
        headers=(("Subject", subject.strip()),),
        defects=(),
        fingerprint=hashlib.sha256(written.encode()).hexdigest(),
        size=len(written),
    )


def broken_examples(policy: Policy, examples: tuple[Example, ...]) -> Iterator[tuple[Place, str]]:
    """Every example that the rules do not keep: its place under `rules` or `examples`, and what happened instead."""
    for index, rule in enumerate(policy.rules):
        for kind, wanted in (("match", True), ("no_match", False)):
            for at, written in enumerate(getattr(rule.examples, kind)):
                caught = holds(rule, example_mail(written), Context("example", _AT), policy)
                if caught is not wanted:
                    verb = "catches" if caught else "does not catch"
                    yield ("rules", index, "examples", kind, at), f"rule '{rule.id}' {verb} this example"
    for index, example in enumerate(examples):
        yield from ((("examples", index), message) for message in _differences(policy, example))


def _differences(policy: Policy, example: Example) -> Iterator[str]:
    mail = example_mail(example.mail, sender=example.sender, language=example.language)
    context = Context(mailbox="example", at=_AT, customer=Customer(level=example.level))
    outcome: Classification = classify(mail, context, policy)
    for name in example.expect.model_fields_set:
        wanted, got = getattr(example.expect, name), getattr(outcome, name)
        if got != wanted:
            yield f"{name} is {got!r}, not {wanted!r} ({'; '.join(outcome.reasons)})"
