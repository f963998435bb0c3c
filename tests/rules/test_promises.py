"""Promises that make no sense are refused when a pack is loaded, at their line."""

from __future__ import annotations

from pathlib import Path

import pytest

from daemon.policies import lint_policy, load_people
from tests.rules.desk import POLICY, faults_of, write_pack

REFUSED = {
    "a cadence without end": (
        "target: {P1: 0s}\n    repeat: true",
        "4:18: a clock that repeats every 0s would never be silent",
    ),
    "a promised moment again and again": (
        "target: {P1: promised}\n    repeat: true",
        "4:18: a promised moment comes once: leave out repeat",
    ),
    "a cadence that escalates": (
        "target: {P1: 1h}\n    repeat: true\n    levels: [{before: 5m}, {after: 1h}]",
        "6:36: who repeats speaks again by itself: escalate with another clock",
    ),
    "a level of no moment": (
        "target: {P1: 1h}\n    levels: [{notices: []}]",
        "5:14: say when a level comes: before: 30m or after: 4h, one of both",
    ),
    "a level of two moments": (
        "target: {P1: 1h}\n    levels: [{before: 1m, after: 1m}]",
        "5:14: say when a level comes: before: 30m or after: 4h, one of both",
    ),
    "words for the desk sent to a customer": (
        "target: {P1: 1h}\n    on_due: [{notice: overdue, to: [lead, participants]}]",
        "5:32: 'overdue' is written for the desk, not for the participants",
    ),
    "a notice that only a mail can cause": (
        "target: {P1: 1h}\n    on_due: [{notice: customer_replied, to: [lead]}]",
        "5:23: no clock sends 'customer_replied': a mail does",
    ),
    "an unknown clock begun": (
        "target: {P1: 1h}\n    at_due: {start: [promize]}",
        "5:22: unknown clock 'promize' (did you mean 'promise'?)",
    ),
    "an unknown role given the ticket": (
        "target: {P1: 1h}\n    at_due: {assign: leed}",
        "5:22: unknown role 'leed' (did you mean 'lead'?)",
    ),
}


@pytest.mark.parametrize(("declared", "fault"), REFUSED.values(), ids=REFUSED)
def test_a_promise_that_makes_no_sense_is_refused(tmp_path: Path, declared: str, fault: str) -> None:
    before = POLICY[: POLICY.index("clocks:")]
    policy = f"{before}clocks:\n  - name: promise\n    title: Promise\n    {declared}\n"
    offset = before.count("\n")
    line, rest = fault.split(":", 1)
    assert faults_of(tmp_path, policy=policy) == [f"policy.yaml:{offset + int(line)}:{rest}"]


def test_a_promise_that_never_counts_or_hands_over_to_nobody_is_odd(tmp_path: Path) -> None:
    before = POLICY[: POLICY.index("clocks:")]
    review = "{name: review, title: Review, start: closed, target: {P1: 1d}, at_due: {assign: {grade: expert}}}"
    where = write_pack(tmp_path, policy=f"{before}clocks:\n  - {review}\n")
    (tmp_path / "people.yaml").write_text(
        "engineers: [{address: a@x.example, name: Ann}]\nlead: a@x.example\n", "utf-8"
    )
    messages = [odd.fault.message for odd in lint_policy(str(where), load_people(tmp_path / "people.yaml"))]
    assert "clock 'review' begins in a status in which it stands still" in messages
    assert "clock 'review': nobody is grade expert" in messages
