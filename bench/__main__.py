"""`python -m bench`: everything that is claimed about speed and understanding, measured now.

python -m bench                      the road of a mail, rules and packs; a table, and bench/record.json
python -m bench --corpus FOLDER      how real mails are read, held against the expectations in FOLDER
python -m bench --only road          one part: road, rules or promises
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

from bench import rescheduling, road

RECORD = Path(__file__).with_name("record.json")


def main() -> None:
    """Run what is asked for."""
    asked = argparse.ArgumentParser(prog="python -m bench", description="Measure what is claimed.")
    asked.add_argument("--corpus", type=Path)
    asked.add_argument("--only", choices=("road", "rules", "promises"))
    asked.add_argument("--mails", type=int, default=1000, help="mails in a round")
    asked.add_argument("--stored", type=int, default=100_000, help="tickets in the full store")
    given = asked.parse_args()
    everything = {"corpus"} if given.corpus else {"road", "rules", "promises"}
    wanted = {given.only} if given.only else everything
    if "road" in wanted:
        _print(_keep(road.run(given.mails, given.stored)))
    if "promises" in wanted:
        _table("promises", _keep({"promises": rescheduling.run(given.stored)})["promises"])
    if "rules" in wanted:
        subprocess.run([sys.executable, "-m", "bench.classify"], check=True)
    if "corpus" in wanted:
        subprocess.run([sys.executable, "-m", "bench.corpus", str(given.corpus)], check=True)


def _keep(measured: Mapping[str, Any]) -> Mapping[str, Any]:
    """The record with what was measured now; parts that were not stay as they were."""
    record: dict[str, Any] = {**json.loads(RECORD.read_text("utf-8")), **measured}
    RECORD.write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    return record


def _table(title: str, figures: Mapping[str, float]) -> None:
    others = Table("what", "figure", title=title, title_justify="left")
    for name, value in figures.items():
        others.add_row(name, f"{value:,.2f}")
    Console().print(others)


def _print(record: Mapping[str, Any]) -> None:
    console = Console()
    rates = Table("work", "mails/s", "CPU ms a mail (this process)", title="median of the rounds", title_justify="left")
    for name, each in record["rates"].items():
        rates.add_row(name, f"{each['mails/s']:,.0f}", f"{each['CPU ms/mail']:.2f}")
    stages = Table("where a mail's time goes", "ms", "", title_justify="left")
    longest = max(record["stages"].values())
    for name, value in record["stages"].items():
        stages.add_row(name, f"{value:.2f}", "█" * round(40 * value / longest))
    console.print(rates)
    _table("ratios and others", record["ratios"] | record["extra"])
    console.print(stages)


if __name__ == "__main__":
    main()
