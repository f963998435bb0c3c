"""Findings as a table for people."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from daemon.setup.findings import Finding


def show(findings: Sequence[Finding], console: Console) -> None:
    """A row for each step, and below the table what to do about each that went wrong."""
    table = Table("server", "step", "", "what was seen", header_style="bold", pad_edge=False)
    for each in findings:
        mark = "[green]ok[/green]" if each.trouble is None else "[red]wrong[/red]"
        table.add_row(each.server, each.step.value, mark, _plain(each.seen))
    console.print(table)
    for each in findings:
        if each.trouble is not None:
            console.print(f"{each.server}, {each.step.value}: {_plain(each.advice)}", style="bold", soft_wrap=True)


def _plain(text: str) -> str:
    """A server's words must not be taken for markup."""
    return text.replace("[", r"\[")
