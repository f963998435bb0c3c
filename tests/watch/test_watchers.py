"""The tools that watch over the rules catch what is planted before them (T-SM-01)."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]


def lint(source: str, place: str) -> str:
    argv = [sys.executable, "-m", "ruff", "check", "--output-format", "concise", "--stdin-filename", place, "-"]
    done = subprocess.run(argv, cwd=HOUSE, input=source, capture_output=True, text=True, check=False)
    assert done.returncode in {0, 1}, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "planted",
    [
        "import time\n\nNOW = time.time()\n",
        "import time\n\nNOW = time.monotonic()\n",
        "from datetime import UTC, datetime\n\nNOW = datetime.now(UTC)\n",
        "from datetime import date\n\nNOW = date.today()\n",
        "import random\n\nNUMBER = random.random()\n",
        "from uuid import uuid4\n\nNAME = uuid4()\n",
        "import os\n\nNAME = os.urandom(8)\n",
        "from unittest import mock\n\nLIE = mock.Mock()\n",
    ],
)
def test_time_and_chance_taken_behind_the_clock_are_caught(planted: str) -> None:
    assert "TID251" in lint(planted, "daemon/planted.py")


def test_the_clock_may_ask_the_time() -> None:
    assert "TID251" not in lint("import time\n\nNOW = time.monotonic()\n", "daemon/clock.py")


def test_chinese_text_is_no_disguise() -> None:
    assert "RUF00" not in lint('GREETING = "您好，您的工单（TS-1）已收到：请稍候！"  # 说明。\n', "daemon/planted.py")


@pytest.mark.parametrize(
    ("place", "planted", "broken"),
    [
        ("rules/planted.py", "import os\n", "Rules and parsers touch no world"),
        ("parsers/planted.py", "import socket\n", "Rules and parsers touch no world"),
        ("parsers/planted.py", "import rules.model\n", "never back"),
        ("rules/planted.py", "import daemon.ports\n", "never back"),
        ("daemon/planted.py", "import imapclient\n", "Only the mailbox speaks IMAP"),
        ("daemon/planted.py", "import aiosmtplib\n", "Only the transport speaks SMTP"),
        ("daemon/planted.py", "import sqlalchemy\n", "SQL lives in the store alone"),
        ("daemon/planted.py", "import daemon.mailbox\n", "only the opening knows"),
    ],
)
def test_an_import_across_a_wall_breaks_its_contract(tmp_path: Path, place: str, planted: str, broken: str) -> None:
    for room in ("daemon", "parsers", "rules"):
        shutil.copytree(HOUSE / room, tmp_path / room)
    shutil.copy(HOUSE / "pyproject.toml", tmp_path)
    (tmp_path / place).write_text(f'"""Planted."""\n\n{planted}', "utf-8")
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    argv = [sys.executable, "-c", program, "--no-cache"]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
    verdicts = [line for line in done.stdout.splitlines() if " BROKEN" in line]
    assert done.returncode == 1, done.stdout
    assert [line for line in verdicts if broken in line] == verdicts != []
