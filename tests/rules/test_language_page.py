"""The page of the policy language names every word of it, and what it shows can be loaded."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from daemon.yaml_files import read
from rules.model import Happening
from rules.policy import Policy
from rules.promises import Act, Calendar, Clock, Effect, Level, Only
from rules.reading import DECIDED, FIELDS
from rules.ruleset import Clocks, Correlation, Then
from rules.targets import Promised
from rules.terms import Wish
from rules.vocabulary import Declared
from rules.when import MODIFIERS, TREES

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "policy.md").read_text("utf-8")
WORDS = set(
    re.findall(
        r"[a-z_.]+", " ".join(re.findall(r"`([^`\n]+)`", PAGE) + re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
    )
)


def keys(*models: type[Declared]) -> set[str]:
    return {field.alias or name for model in models for name, field in model.model_fields.items()}


@pytest.mark.parametrize(
    "spoken",
    [
        FIELDS,
        DECIDED,
        MODIFIERS,
        TREES,
        list(Happening),
        keys(Then, Correlation, Clocks, Wish),
        keys(Calendar, Clock, Only, Level, Effect, Act),
    ],
    ids=["fields", "decided", "modifiers", "trees", "happenings", "what rules set", "what clocks say"],
)
def test_every_word_of_the_language_is_explained(spoken: Iterable[str]) -> None:
    assert {str(word) for word in spoken} - WORDS == set()


def test_the_calendar_and_the_clock_that_are_shown_can_be_loaded(tmp_path: Path) -> None:
    shown = re.search(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert shown is not None
    (tmp_path / "policy.yaml").write_text(shown[1], "utf-8")
    content = read(tmp_path / "policy.yaml").content
    assert set(content) <= set(Policy.model_fields)
    [calendar], [clock] = content["calendars"], content["clocks"]
    assert Calendar.model_validate(calendar).holidays == "CN"
    assert not isinstance(Clock.model_validate(clock).target["P3"], Promised)
