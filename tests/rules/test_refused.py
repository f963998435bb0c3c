"""What a pack cannot declare, because nothing could carry it out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules.desk import POLICY, faults_of


@pytest.mark.parametrize(
    ("series", "fault"),
    [
        ('{prefix: RD, pattern: "RD{date:%Y%m}-{serial:03d}"}', "serials begin anew each day"),
        ('{prefix: RD, pattern: "RDX{date:%Y%m%d}{serial:03d}"}', "begin with its prefix RD, and no further letter"),
        ('{prefix: RD, pattern: "TS-{date:%Y%m%d}-{serial:03d}"}', "begin with its prefix RD, and no further letter"),
        ('{prefix: RD, pattern: "RD {date:%Y%m%d} {serial:03d}"}', "capital letters, digits and hyphens only"),
        ('{prefix: RD, pattern: "RD-{serial:03d}"}', "made of {date:%Y%m%d} and {serial:03d}"),
    ],
)
def test_a_series_whose_numbers_would_not_be_unique_or_not_be_found_is_refused(
    tmp_path: Path, series: str, fault: str
) -> None:
    usual = '{prefix: RD, pattern: "RD{date:%Y%m%d}{serial:03d}"}'
    [told] = faults_of(tmp_path, "", POLICY.replace(usual, series))
    assert fault in told


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("on: reply, then: {discard: spam}", "'discard' concerns new requests: write on: new"),
        ("on: reply, then: {series: demand}", "'series' concerns new requests"),
        ("on: reply, then: {acknowledge: false}", "'acknowledge' concerns new requests"),
        ("then: {watchers: [requester]}", "'requester' does not watch"),
        ("then: {watchers: [boss]}", "unknown role 'boss'"),
        ("then: {watchers: ['boss@']}", "is no mail address"),
    ],
)
def test_an_action_that_nothing_could_carry_out_is_refused(tmp_path: Path, rule: str, fault: str) -> None:
    [told] = faults_of(tmp_path, f"- {{id: r, {rule}}}\n")
    assert fault in told


def test_a_fact_that_no_mail_could_tell_is_no_need_of_a_category(tmp_path: Path) -> None:
    needing = POLICY.replace("{id: other, name: Other}", "{id: other, name: Other, needs: [occured_at]}")
    [told] = faults_of(tmp_path, "", needing)
    assert "unknown fact 'occured_at' (did you mean 'occurred_at'?)" in told
