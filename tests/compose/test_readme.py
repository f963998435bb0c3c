"""What templates/README.md tells authors is what the program does."""

from __future__ import annotations

import re

from daemon.compose.engine import environments
from daemon.resources import resource
from rules.notices import ABOUT_DESK, ABOUT_TICKET, KINDS

TEXT = (resource("templates") / "README.md").read_text("utf-8")


def test_the_table_of_notices_is_the_one_in_force() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (customer|desk) \| (.*?) ?\|$", TEXT, re.MULTILINE)
    told = {kind: (reader, sorted(re.findall(r"`(\w+)`", facts))) for kind, reader, facts in rows}
    assert told == {kind: (of.audience.value, sorted(of.facts)) for kind, of in KINDS.items()}


def test_every_filter_test_and_common_fact_is_explained() -> None:
    html = environments("UTC")["html"]
    assert set(re.findall(r"^\| `(\w+)(?:\(\w+\))?` \| [^|]*\|$", TEXT, re.MULTILINE)) == set(html.filters)
    assert all(f"`is {test}`" in TEXT for test in html.tests)
    assert all(f"`{fact}`" in TEXT for fact in ABOUT_TICKET | ABOUT_DESK)
