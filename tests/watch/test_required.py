"""A skipped test is told of, and where everything must be proved it has failed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2]
HOOKS = """
from tests.conftest import pytest_make_collect_report, pytest_runtest_makereport, pytest_terminal_summary
"""
SKIPS_ALONE = """
import pytest

def test_that_runs():
    pass

@pytest.fixture
def server():
    pytest.skip("the server is not installed")

def test_that_needs_a_server(server):
    pass
"""
SKIPS_WHOLLY = """
import pytest
pytest.skip("not this file", allow_module_level=True)
"""


def run(folder: Path, test: str, required: str) -> tuple[int, str]:
    (folder / "conftest.py").write_text(HOOKS)
    (folder / "test_skips.py").write_text(test)
    (folder / "pytest.ini").write_text("[pytest]\n")
    environment = {**os.environ, "PYTHONPATH": str(HOUSE), "POSTDESK_REQUIRE": required}
    argv = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(folder)]
    done = subprocess.run(argv, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_a_skip_is_told_of_and_does_no_harm_on_a_machine_that_lacks_a_server(tmp_path: Path) -> None:
    status, output = run(tmp_path, SKIPS_ALONE, "")
    assert status == 0
    assert "NOT PROVED ON THIS MACHINE" in output
    assert "1 tests did not run: the server is not installed" in output


def test_a_skip_is_a_failure_where_everything_is_required(tmp_path: Path) -> None:
    status, output = run(tmp_path, SKIPS_ALONE, "1")
    assert status == 1
    assert "POSTDESK_REQUIRE allows none: the server is not installed" in output


def test_a_skipped_file_is_a_failure_where_everything_is_required(tmp_path: Path) -> None:
    status, output = run(tmp_path, SKIPS_WHOLLY, "1")
    assert status != 0
    assert "POSTDESK_REQUIRE allows none: not this file" in output
