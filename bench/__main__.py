"""`python -m bench`: everything that is claimed about speed and understanding, measured now.

python -m bench                      the road of a mail, rules and packs; a table, and bench/record.json
python -m bench --corpus FOLDER      how real mails are read, held against the expectations in FOLDER
python -m bench --only road          one part: road, promises or rules
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench import promises, road

RECORD = Path(__file__).with_name("record.json")


def main() -> None:
    """Run what is asked for."""
    asked = argparse.ArgumentParser(prog="python -m bench", description="Measure what is claimed.")
    asked.add_argument("--corpus", type=Path)
    asked.add_argument("--only", choices=("road", "promises", "rules"))
    asked.add_argument("--mails", type=int, default=1000, help="mails in a round")
    asked.add_argument("--stored", type=int, default=100_000, help="tickets in the full store")
    given = asked.parse_args()
    everything = {"corpus"} if given.corpus else {"road", "promises", "rules"}
    wanted = {given.only} if given.only else everything
    if "road" in wanted:
        record = road.run(given.mails, given.stored)
        _keep(record)
        _print(record)
    if "promises" in wanted:
        figures = promises.run(given.stored)
        _keep({"promises": figures})
        _print_figures("promises", figures)
    if "rules" in wanted:
        subprocess.run([sys.executable, "-m", "bench.classify"], check=True)
    if "corpus" in wanted:
        subprocess.run([sys.executable, "-m", "bench.corpus", str(given.corpus)], check=True)


def _keep(measured: Mapping[str, Any]) -> None:
    """Write what was measured into the record, beside what was not measured now."""
    record: dict[str, Any] = json.loads(RECORD.read_text("utf-8")) if RECORD.exists() else {}
    RECORD.write_text(json.dumps({**record, **measured}, indent=1) + "\n", "utf-8")


def _print_figures(title: str, figures: Mapping[str, float]) -> None:
    table = Table("what", "figure", title=title, title_justify="left")
    for name, value in figures.items():
        table.add_row(name, f"{value:,.2f}")
    Console().print(table)


def _print(record: Mapping[str, Any]) -> None:
    console = Console()
    rates = Table("work", "mails/s", "CPU ms a mail (this process)", title="median of the rounds", title_justify="left")
    for name, each in record["rates"].items():
        rates.add_row(name, f"{each['mails/s']:,.0f}", f"{each['CPU ms/mail']:.2f}")
    others = Table("what", "figure", title="ratios and others", title_justify="left")
    for name, value in (record["ratios"] | record["extra"]).items():
        others.add_row(name, f"{value:.2f}")
    stages = Table("where a mail's time goes", "ms", "", title_justify="left")
    longest = max(record["stages"].values())
    for name, value in record["stages"].items():
        stages.add_row(name, f"{value:.2f}", "█" * round(40 * value / longest))
    for table in (rates, others, stages):
        console.print(table)


if __name__ == "__main__":
    main()
