"""The simulation catches what it is there to catch; `python -m tests.simulate.mutants` plants more than these."""

from __future__ import annotations

import pytest

from tests.simulate.mutants import MUTANTS, caught

PLANTED = (
    "an automatic mail is answered",
    "a note leaks",
    "a duplicate is acknowledged",
    "a clock fires twice",
    "the Message-ID changes when a mail is sent again",
    "a mail is moved before it is kept",
)


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_caught_within_a_few_seeds(bug: str) -> None:
    assert caught(bug), f"{bug} went through"


def test_every_bug_can_still_be_planted() -> None:
    for edits in MUTANTS.values():
        for edit in edits:
            assert edit.stands()
