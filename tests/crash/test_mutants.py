"""The campaign is itself on trial: bugs planted in the product on purpose must not get away (T-CR-16)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.mutants import MUTANTS, Mutant, caught
from tests.house import House
from tests.planted import Edit, WordsGone, plant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.partition(" ")[0])
def test_a_planted_bug_is_caught(small_house: House, tmp_path: Path, mutant: Mutant) -> None:
    small_house.code = tmp_path / "mutant"
    plant(mutant.edits, small_house.code)
    verdict = mutant.run(small_house)
    assert caught(mutant, verdict), verdict.breaches


def test_a_bug_that_can_no_longer_be_planted_is_an_error(tmp_path: Path) -> None:
    gone = Edit("daemon/deliver.py", "words of long ago", "")
    with pytest.raises(WordsGone, match="words of long ago"):
        plant([gone], tmp_path / "mutant")
