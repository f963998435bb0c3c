"""A few whole mails, word for word and header for header."""

from __future__ import annotations

import pytest

from tests.compose.golden import CASES, FOLDER, transcript


@pytest.mark.parametrize("case", CASES)
def test_the_mail_is_the_one_that_was_read_and_approved(case: str) -> None:
    assert transcript(case) == (FOLDER / f"{case}.txt").read_text("utf-8"), "meant? see tests/compose/golden.py"


def test_no_approved_mail_is_left_without_a_case() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(CASES)
