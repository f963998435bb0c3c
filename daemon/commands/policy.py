"""`postdesk policy`: the packs that come with the program, what each keeps of its handbook, and a copy to tune."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click
from rich.table import Table

from daemon.cli import USAGE
from daemon.options import json_option, plain_console, print_json
from daemon.policies import copy_pack, load_policy, pack_coverage, pack_names
from rules.coverage import Covered
from rules.vocabulary import in_language

_STYLES = {"kept": "green", "not yet": "yellow", "never": "dim", "open": "bold red"}


@click.group(name="policy")
def command() -> None:
    """Look at policy packs: list, coverage, copy."""


@command.command(name="list")
@json_option
def list_packs(as_json: bool) -> None:
    """List the packs that come with the program.

    \b
    Example:    postdesk policy list
    """
    rows = [_told(name) for name in pack_names()]
    if as_json:
        print_json(rows)
        return
    table = Table(header_style="bold", pad_edge=False)
    for name in ("pack", "what it is", "categories", "rules", "clocks", "handbook"):
        table.add_column(name, no_wrap=name == "pack")
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    plain_console().print(table)


def _told(name: str) -> dict[str, object]:
    policy, covered = load_policy(name), pack_coverage(name)
    kept = sum(each.state == "kept" for each in covered)
    return {
        "pack": name,
        "name": in_language(policy.name, "en"),
        "categories": len(policy.categories),
        "rules": len(policy.rules),
        "clocks": len(policy.clocks),
        "handbook": f"{kept} of {len(covered)} rows kept" if covered else "",
    }


@command.command(name="coverage")
@click.argument("pack")
@json_option
def coverage(pack: str, as_json: bool) -> None:
    """Tell which rows of the handbook behind PACK are kept and by what, and why the rest are not.

    PACK is the name of a pack that comes with the program, or the path of a folder. The exit status is 1 if there is a
    row that nobody has answered for.

    \b
    Examples:   postdesk policy coverage response-handbook
                postdesk policy coverage ./mine --json
    """
    covered = pack_coverage(pack)
    if as_json:
        print_json(
            [each.row.model_dump(include={"id", "text"}) | {"state": each.state, "by": each.how} for each in covered]
        )
    elif not covered:
        click.echo(f"{pack} follows no handbook: it has no handbook.yaml")
    else:
        _print(covered)
    sys.exit(1 if any(each.state == "open" for each in covered) else 0)


def _print(covered: Sequence[Covered]) -> None:
    console = plain_console()
    table = Table("row", "what it asks", "", "by what, or why not", header_style="bold", pad_edge=False)
    for each in covered:
        table.add_row(each.row.id, each.row.text, each.state, each.how, style=_STYLES[each.state])
    console.print(table)
    counted = Counter(each.state for each in covered)
    console.print(", ".join(f"{counted[state]} {state}" for state in _STYLES if counted[state]))


@command.command(name="copy")
@click.argument("pack")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
def copy(pack: str, folder: Path) -> None:
    """Copy PACK to the new folder DIR, to be tuned there.

    \b
    Example:    postdesk policy copy response-handbook ./mine
    """
    try:
        copy_pack(pack, folder)
    except FileExistsError:
        click.echo(f"postdesk: {folder} is there already: name a folder to be made", err=True)
        sys.exit(USAGE)
    click.echo(f"copied {pack} to {folder}; name its path as `policy:` in the settings, then run `postdesk check`")
