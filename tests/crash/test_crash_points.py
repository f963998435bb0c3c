"""The desk is killed at each of its crash points and has kept all its promises when it is back (T-CR-01 to 11, 13)."""

from __future__ import annotations

import pytest

from tests.crash.campaign import HITS, POINTS, crashed_at, killed_at_random, reader_killed
from tests.house import House


@pytest.mark.parametrize("hit", HITS)
@pytest.mark.parametrize("point", POINTS)
def test_a_desk_killed_at_this_point_comes_back_with_nothing_lost_or_done_twice(
    house: House, point: str, hit: int
) -> None:
    verdict = crashed_at(house, point, hit)
    assert verdict.breaches == []
    if point.startswith("out."):
        assert verdict.copies == (point == "out.3"), "only the answer lost after the final dot can cost a copy"


@pytest.mark.parametrize("hit", HITS)
def test_mails_whose_reader_was_killed_are_read_by_another(house: House, hit: int) -> None:
    assert reader_killed(house, hit).breaches == []


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_desk_killed_again_and_again_loses_nothing_and_does_nothing_twice(house: House, seed: int) -> None:
    assert killed_at_random(house, seed, kills=8).breaches == []
