"""A whole year at the size that a test has time for; `python -m tests.simulate.year` lives through 2,000 requests."""

from __future__ import annotations

import pytest

from tests.simulate.year import Year

TICKETS = 300


@pytest.mark.timeout(600)  # Half a minute of work, of which a machine that is shared by many makes several.
def test_a_year_of_300_tickets_with_two_outages_and_a_changed_policy_keeps_every_promise_or_tells_of_it() -> None:
    year = Year(TICKETS, seed=1)
    year.live()
    seen = year.verdict.seen
    assert seen["tickets"] == TICKETS
    assert seen["mails after pauses"] > TICKETS / 3, "the pauses left nothing to make up for, so they prove nothing"
    assert seen["breaches"] > TICKETS / 3
