"""`postdesk policy` tells what the packs are and keep, and copies one to be tuned."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from daemon.policies import load_policy, pack_names
from tests.house import CHECKOUT
from tests.rules.desk import write_pack

HANDBOOKS = ("fault-and-demand", "feedback-form", "response-handbook", "service-standard")


def policy(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "daemon", "policy", *words]
    return subprocess.run(command, cwd=CHECKOUT, check=False, capture_output=True, text=True, timeout=60)


def test_every_shipped_pack_is_listed() -> None:
    rows = json.loads(policy("list", "--json").stdout)
    assert [row["pack"] for row in rows] == pack_names()
    assert {row["pack"]: row["rules"] for row in rows}["basic"] == len(load_policy("basic").rules)
    shown = policy("list").stdout
    assert all(name in shown for name in pack_names())


@pytest.mark.parametrize("name", HANDBOOKS)
def test_each_row_of_a_handbook_is_told_with_what_keeps_it(name: str) -> None:
    done = policy("coverage", name, "--json")
    rows = json.loads(done.stdout)
    assert done.returncode == 0
    assert {row["state"] for row in rows} <= {"kept", "not yet", "never"}
    assert all(row["by"] for row in rows)
    table = policy("coverage", name).stdout
    assert rows[0]["id"] in table and rows[-1]["id"] in table
    assert f"{sum(row['state'] == 'kept' for row in rows)} kept" in table


def test_a_row_that_nobody_answered_for_is_told_by_the_status(tmp_path: Path) -> None:
    rules = "- {id: r, reference: A1, then: {tags: [x]}}\n"
    pack = write_pack(tmp_path, rules, handbook="- {id: A1, text: one}\n- {id: A2, text: two}\n")
    done = policy("coverage", str(pack))
    assert done.returncode == 1
    assert "rules.yaml: r" in done.stdout and "nobody has answered for this row" in done.stdout
    assert "1 kept, 1 open" in done.stdout


def test_a_pack_without_a_handbook_says_so() -> None:
    done = policy("coverage", "basic")
    assert (done.returncode, done.stdout) == (0, "basic follows no handbook: it has no handbook.yaml\n")


def test_a_copied_pack_can_be_changed_and_loaded_and_no_folder_is_written_over(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    assert policy("copy", "feedback-form", str(mine)).returncode == 0
    assert load_policy(str(mine)).rules == load_policy("feedback-form").rules
    again = policy("copy", "basic", str(mine))
    assert (again.returncode, again.stderr) == (2, f"postdesk: {mine} is there already: name a folder to be made\n")
    unknown = policy("copy", "basik", str(tmp_path / "other"))
    assert unknown.returncode == 2 and "there is no policy pack 'basik'" in unknown.stderr
    assert not (tmp_path / "other").exists()
