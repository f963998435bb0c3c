"""Which happening moves a ticket where, as one table, and nothing else moves it."""

from __future__ import annotations

import itertools

import pytest

from rules.lifecycle import fits, happened, moved
from rules.model import Change, Happening, Remark, Status
from rules.practice import Practice
from tests.rules.clockwork import clock, desk
from tests.rules.scene import NOW, PEOPLE, anns, basic

N, P, W, R, C = Status.NEW, Status.OPEN, Status.WAITING, Status.RESOLVED, Status.CLOSED
MOVES = {
    Happening.PUBLIC_REPLY: {N: P},
    Happening.CUSTOMER_REPLY: {W: P, R: P, C: P},
    Happening.PROMISED: {N: P},
    Happening.ASKED: {N: W, P: W},
    Happening.RESOLVED: {N: R, P: R, W: R},
    Happening.CONFIRMED: {R: C},
    Happening.REOPENED: {W: P, R: P, C: P},
    Happening.CLOSED: {N: C, P: C, W: C, R: C},
}
MAKES_SENSE = {
    Happening.PROMISED: {N, P, W},
    Happening.ASKED: {N, P, W},
    Happening.RESOLVED: {N, P, W},
    Happening.CONFIRMED: {R},
    Happening.REOPENED: {W, R, C},
    Happening.CLOSED: {N, P, W, R},
    Happening.PLANNED: set(Status),
    Happening.REVIEWED: set(Status),
}


@pytest.mark.parametrize(
    ("status", "happening"),
    list(itertools.product(Status, Happening)),
    ids=lambda value: f"{type(value).__name__.lower()} {value}",
)
def test_a_ticket_moves_as_the_table_says_and_stays_otherwise(status: Status, happening: Happening) -> None:
    before = anns(status)
    after, changes = moved(before, happening, NOW)
    expected = MOVES.get(happening, {}).get(status, status)
    assert after.status is expected
    if expected is status:
        assert (after, changes) == (before, ())
    else:
        [change] = changes
        assert (change.field, change.old, change.new, change.because) == ("status", status, expected, happening)
        assert after.closed_at == (NOW if expected is Status.CLOSED else None)


def test_clocks_that_begin_with_closing_hear_of_it_when_a_confirmation_closes() -> None:
    practice = Practice(basic(), PEOPLE, "Asia/Shanghai", NOW)
    _, noted = happened(anns(Status.RESOLVED), Happening.CONFIRMED, practice, NOW)
    told = [entry.detail for entry in noted if isinstance(entry, Remark)]
    assert told == ["confirmed", "closed"]


def test_a_ticket_that_comes_back_loses_the_tags_of_what_that_ends_and_no_others() -> None:
    """B50: what is worked on again is not archived; that it was escalated stays true."""
    archive = clock("archive", "1d", start="closed", met_by=["reopened"], stopped_in=[], at_due={"tags": ["archived"]})
    late = clock("late", "1h", met_by=["closed"], at_due={"tags": ["late"]})
    practice = desk(archive, late)
    ticket, _ = happened(anns(tags=("vip", "late", "archived")), Happening.OPENED, practice, NOW)
    unarchived, _ = happened(ticket, Happening.REOPENED, practice, NOW)
    assert unarchived.tags == ticket.tags
    closed, _ = happened(ticket, Happening.CLOSED, practice, NOW)
    back, noted = happened(closed, Happening.REOPENED, practice, NOW)
    assert back.tags == ("vip", "late")
    assert Change("tags", "vip, late, archived", "vip, late", "reopened") in noted


@pytest.mark.parametrize("happening", MAKES_SENSE, ids=str)
def test_where_a_happening_makes_sense_is_where_the_table_knows_it(happening: Happening) -> None:
    assert {status for status in Status if fits(anns(status), happening)} == MAKES_SENSE[happening]
