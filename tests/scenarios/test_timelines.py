"""Every promise of the four handbooks, lived through: what people wrote, and every mail that the desk sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from daemon.workers import Workers
from tests.scenarios.play import played
from tests.scenarios.timeline import parsed, timelines


@pytest.mark.parametrize("path", timelines(), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_timeline_comes_out_as_it_is_written(path: Path, reader: Workers) -> None:
    assert played(path, reader) == path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "blocks",
    [
        "== 2026-11-23 09:00 from ann@customer.test\nSubject: a\n",
        "== 2026-11-23 10:00 from ann@customer.test\nSubject: a\n\n== 2026-11-23 09:00 end\n",
        "== 23 November from ann@customer.test\nSubject: a\n\n== 2026-11-23 09:00 end\n",
    ],
    ids=["no end", "out of order", "no moment"],
)
def test_a_timeline_that_cannot_be_understood_is_refused(blocks: str) -> None:
    with pytest.raises(ValueError, match=r"order of time|not a block"):
        parsed(f"# Something.\n\n{blocks}")


def test_every_pack_has_at_least_four_timelines() -> None:
    packs = [path.parent.name for path in timelines()]
    handbooks = ("response-handbook", "service-standard", "fault-and-demand", "feedback-form")
    assert all(packs.count(pack) >= 4 for pack in handbooks)
