"""The manual page, the completion and the help of every command."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from daemon.cli import postdesk
from tests.house import CHECKOUT

SHELLS = ("bash", "fish", "zsh")


def _every(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    with click.Context(group) as context:
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if isinstance(command, click.Group):
                yield from _every(command, (*path, name))
            elif command is not None:
                yield (*path, name), command


COMMANDS = dict(_every(postdesk))


def test_the_manual_tells_of_every_command_and_every_option() -> None:
    page = CliRunner().invoke(postdesk, ["manual"]).output.replace("\\", "")
    for path, command in COMMANDS.items():
        assert f".SS postdesk {' '.join(path)}" in page
        for each in command.params:
            assert each.opts[0] in page or isinstance(each, click.Argument)


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_the_help_of_a_command_has_an_example(path: tuple[str, ...]) -> None:
    said = CliRunner().invoke(postdesk, [*path, "--help"])
    assert said.exit_code == 0
    assert "Example" in said.output


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_is_printed_for_the_usual_shells(shell: str) -> None:
    said = CliRunner().invoke(postdesk, ["manual", "--completion", shell])
    assert said.exit_code == 0
    assert "_POSTDESK_COMPLETE" in said.output


def test_the_commands_page_of_the_documentation_is_the_one_that_the_commands_make() -> None:
    """After a change: `postdesk manual --markdown > docs/commands.md`."""
    words = [sys.executable, "-m", "daemon", "manual", "--markdown"]
    # In a process of its own, because a command remembers the first way in which its help was asked for.
    made = subprocess.run(words, cwd=CHECKOUT, check=True, capture_output=True, timeout=60).stdout
    assert (CHECKOUT / "docs" / "commands.md").read_bytes() == made
