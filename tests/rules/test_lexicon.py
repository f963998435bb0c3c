"""Words are found at once, and a pattern is only passed over when it could not have matched."""

from __future__ import annotations

import re

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.policies import load_policy
from rules.clues import clues
from rules.conditions import Patterns, questions
from rules.lexicon import Lexicon, folded, normal, part, word

PACKS = ("basic", "response-handbook", "service-standard", "fault-and-demand", "feedback-form")
WRITTEN = sorted(
    {
        compiled.pattern
        for name in PACKS
        for rule in load_policy(name).rules
        for test in questions(rule.when)
        if isinstance(test, Patterns)
        for compiled in test.patterns
    }
)


@given(
    st.lists(st.text("ab中国 1", min_size=1, max_size=4).filter(lambda text: bool(text.strip())), max_size=8),
    st.text("ab中国 1", max_size=30),
)
def test_a_lexicon_finds_what_plain_searching_finds(words: list[str], text: str) -> None:
    whole = folded(text)
    parts, alone = [part(each) for each in words], [word(each) for each in words]
    found = Lexicon([*parts, *alone]).found(whole)
    assert {each for each in parts if each in found} == {each for each in parts if each.text in whole}
    for each in alone:
        edge = r"[a-z0-9]"
        before = f"(?<!{edge})" if re.match(edge, each.text) else ""
        after = f"(?!{edge})" if re.search(f"{edge}$", each.text) else ""
        assert (each in found) is bool(re.search(f"{before}{re.escape(each.text)}{after}", whole))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("abc", {"abc"}),
        ("ab+c", {"ab"}),
        ("ab?cd", {"cd"}),
        ("(abc)?de", {"de"}),
        ("(abc|cde)f", {"abc", "cde"}),
        ("(ab|c?)ef", {"ef"}),
        ("a|b", {"a", "b"}),
        ("a|.", set()),
        ("[ab]c{0,3}def", {"def"}),
        ("(?<!x)yz", {"yz"}),
        ("(?=x)yz", {"yz"}),
        (r"\d+ users?", {" user"}),
        (r"\p{Han}+失败", {"失败"}),
        ("(?P<host>web|db)1", {"web", "db"}),
        ("(?x) a b", set()),
        (r"\x41bc", {"bc"}),
        ("[]]ab", {"ab"}),
    ],
)
def test_clues_are_what_a_match_cannot_do_without(written: str, expected: set[str]) -> None:
    assert clues(written) == expected


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(WRITTEN), st.data())
def test_a_text_that_matches_always_holds_a_clue(written: str, data: st.DataObject) -> None:
    try:
        text = data.draw(st.from_regex(re.compile(written, re.IGNORECASE)))
    except re.error:
        text = data.draw(st.text())
    compiled = regex.compile(written, regex.IGNORECASE | regex.VERSION0)
    needed = clues(written)
    if compiled.search(normal(text)) is not None and needed:
        assert any(clue in folded(text) for clue in needed)
