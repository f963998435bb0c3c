"""What the documentation says of providers and of oauth is what the program knows."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from daemon.cli import postdesk
from daemon.oauth.settings import OAuth
from daemon.setup.documentation import page
from tests.rules.desk import pack

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_page_of_providers_is_up_to_date() -> None:
    assert (DOCS / "providers.md").read_text("utf-8") == page()


def test_every_key_of_oauth_is_explained() -> None:
    words = (DOCS / "oauth.md").read_text("utf-8")
    assert [key for key in OAuth.model_fields if f"`{key}`" not in words] == []


def _written(page: str) -> Iterator[list[str]]:
    """The commands of ours in the code blocks of a page, without their remarks."""
    for block in re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line.startswith("postdesk "):
                yield shlex.split(line.split(" # ")[0])[1:]


@pytest.mark.parametrize("page", ["README.md", "docs/rules.md"])
def test_every_command_that_a_page_shows_exists_with_its_options(page: str) -> None:
    lines = list(_written((DOCS.parent / page).read_text("utf-8")))
    assert len(lines) >= 5
    for words in lines:
        command: click.Command = postdesk
        with click.Context(postdesk) as context:
            while isinstance(command, click.Group):
                found = command.get_command(context, words.pop(0))
                assert found is not None, words
                command = found
        known = {name for each in command.params for name in each.opts}
        assert {word for word in words if word.startswith("-")} <= known, (command.name, words)


def test_the_rule_that_the_page_of_rules_shows_keeps_its_examples(tmp_path: Path) -> None:
    shown = re.search(r"^```yaml\n(.*?)^```", (DOCS / "rules.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert shown is not None
    [rule] = pack(tmp_path, shown[1]).rules
    assert len(rule.examples.match) == 2 and rule.examples.no_match
