"""The page that tells engineers of their orders is the table in force."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from daemon.resources import resource
from rules.eta import eta
from rules.model import Happening
from rules.orders import ORDERS, Argument, OrderKind, causing, order_kind, spelled

PAGE = (resource("templates").parent / "docs" / "orders.md").read_text("utf-8")
FOLLOWS = {
    Argument.ENGINEER: "engineer",
    Argument.PRIORITY: "priority",
    Argument.CATEGORY: "category",
    Argument.TIME: "time",
}


def test_every_order_stands_on_the_page_with_who_may_give_it_and_who_hears_its_words() -> None:
    rows = re.findall(r"^\| `#(\w+)` \| `#(\S+)` \| ([^|]*) \| (\w+) \| [^|]* \| (\w+) \|$", PAGE, re.MULTILINE)
    told = [(word, chinese, giver, ear) for word, chinese, _, giver, ear in rows]
    assert told == [(kind.word, kind.chinese, kind.giver.value, kind.ear.value) for kind in ORDERS]
    for (_, _, follows, _, _), kind in zip(rows, ORDERS, strict=True):
        needed = kind.wants is not None
        assert FOLLOWS.get(kind.argument, "reason" if kind.wants == "no-reason" else "words") in follows
        assert ("or none" in follows) is (kind.argument is Argument.WORDS and not needed)


@pytest.mark.parametrize(
    "line", re.findall(r"`([^`]+)`", PAGE[PAGE.index("**The time**") : PAGE.index("A day without")])
)
def test_every_time_that_the_page_shows_can_be_read(line: str) -> None:
    now = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
    assert line == "#eta" or eta(line, now, "Asia/Shanghai") is not None


@pytest.mark.parametrize("kind", ORDERS, ids=lambda kind: kind.word)
def test_an_order_is_found_by_either_of_its_words(kind: OrderKind) -> None:
    assert order_kind(kind.word) is order_kind(kind.chinese) is kind
    assert [kind.spelled(each) for each in ("en", "zh-CN", "fr")] == [
        f"#{kind.word}",
        f"#{kind.chinese}",
        f"#{kind.word}",
    ]


def test_what_keeps_a_promise_is_named_in_the_language_of_its_reader() -> None:
    keeping = causing({Happening.PUBLIC_REPLY, Happening.RESOLVED, Happening.WORKAROUND})
    assert (spelled(keeping, "en"), spelled(keeping, "zh-CN")) == ("#workaround #resolve", "#临时方案 #解决")
