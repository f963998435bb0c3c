"""The program as users get it: a wheel in an environment of its own, used from any folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.house import CHECKOUT

pytestmark = pytest.mark.timeout(400)


def _run(*words: str | Path, at: Path, env: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(
        [str(word) for word in words],
        cwd=at,
        env={**os.environ, **(env or {})},
        check=False,
        text=True,
        capture_output=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout


@pytest.fixture(scope="module")
def postdesk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of a fresh environment that holds the wheel, what it needs, and nothing of this checkout."""
    place = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", place, CHECKOUT, at=place)
    [wheel] = place.glob("postdesk-*.whl")
    _run(sys.executable, "-m", "venv", place / "venv", at=place)
    python = place / "venv" / "bin" / "python"
    pins = ("--constraint", place / "pins.txt")
    kept = [
        line.split(" ")[0] for line in (CHECKOUT / "requirements.txt").read_text("utf-8").splitlines() if "==" in line
    ]
    (place / "pins.txt").write_text("\n".join(kept), "utf-8")
    _run(python, "-m", "pip", "install", "--quiet", *pins, f"{wheel}[demo]", at=place)
    return place / "venv" / "bin" / "postdesk"


def test_the_wheel_sets_a_desk_up_and_finds_it_in_order_from_another_folder(postdesk: Path, tmp_path: Path) -> None:
    desk = tmp_path / "desk"
    answers = ("--address", "support@qq.com", "--engineer", "Li <li@desk.test>", "--password-env", "CODE", "--no-probe")
    _run(postdesk, "init", desk, "--yes", *answers, at=tmp_path, env={"CODE": "secret"})
    assert "in order" in _run(postdesk, "check", "--config", desk / "postdesk.yaml", at=tmp_path)


def test_the_demo_runs_from_the_wheel(postdesk: Path, tmp_path: Path) -> None:
    told = json.loads(_run(postdesk, "demo", "--json", "--out", tmp_path / "demo", at=tmp_path))
    assert len(told["tickets"]) > 15
    assert (tmp_path / "demo" / "mails.html").is_file()
