"""The units as systemd itself reads and rates them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from daemon.office import STOP_SECONDS
from daemon.resources import resource
from tests.servers.process import ServerMissing, program

UNITS = ("postdesk.service", "postdesk@.service")
EXPOSURE_ALLOWED = 15
"""In tenths, as `systemd-analyze security --threshold` takes it."""

Analyze = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def analyze() -> Analyze:
    """Runs systemd-analyze."""
    try:
        tool = program("systemd-analyze", "systemd")
    except ServerMissing as missing:
        pytest.skip(str(missing))
    return lambda *words: subprocess.run([tool, *words], capture_output=True, text=True, check=False)


def placed(unit: str, folder: Path, **changes: str) -> str:
    """The path of a copy whose program exists on this machine, with some settings changed."""
    text = (resource("systemd") / unit).read_text("utf-8").replace("/opt/postdesk/bin/postdesk", "/bin/true")
    for key, value in changes.items():
        text, count = re.subn(rf"^{key}=.*$", f"{key}={value}", text, flags=re.MULTILINE)
        assert count == 1, key
    path = folder / unit
    path.write_text(text, "utf-8")
    return str(path)


def setting(unit: str, key: str) -> str:
    found = re.search(rf"^{key}=(.*)$", (resource("systemd") / unit).read_text("utf-8"), re.MULTILINE)
    assert found, key
    return found[1]


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_understands_every_line(unit: str, tmp_path: Path, analyze: Analyze) -> None:
    done = analyze("verify", "--man=no", "--recursive-errors=no", placed(unit, tmp_path))
    assert (done.returncode, done.stderr) == (0, "")


def test_a_line_that_systemd_does_not_understand_would_be_seen(tmp_path: Path, analyze: Analyze) -> None:
    path = placed("postdesk.service", tmp_path, ProtectProc="nobody")
    done = analyze("verify", "--man=no", "--recursive-errors=no", path)
    assert done.returncode != 0 or "ProtectProc" in done.stderr


@pytest.mark.parametrize("unit", UNITS)
def test_the_desk_is_hardly_exposed(unit: str, tmp_path: Path, analyze: Analyze) -> None:
    options = ("--offline=true", f"--threshold={EXPOSURE_ALLOWED}", "--no-pager")
    done = analyze("security", *options, placed(unit, tmp_path))
    assert done.returncode == 0, done.stdout


def test_a_softer_unit_would_be_seen(tmp_path: Path, analyze: Analyze) -> None:
    soft = placed("postdesk.service", tmp_path, ProtectSystem="no", NoNewPrivileges="no", CapabilityBoundingSet="~")
    assert analyze("security", "--offline=true", f"--threshold={EXPOSURE_ALLOWED}", soft).returncode != 0


@pytest.mark.parametrize("unit", UNITS)
def test_the_service_manager_waits_longer_than_the_desk_takes_to_stop(unit: str) -> None:
    assert int(setting(unit, "TimeoutStopSec")) >= STOP_SECONDS + 5


def test_the_unit_for_several_desks_differs_in_names_alone() -> None:
    one, several = ((resource("systemd") / unit).read_text("utf-8").splitlines()[2:] for unit in UNITS)
    named = [line.replace("postdesk-%i", "postdesk").replace("/%i/", "/").replace(" (%i)", "") for line in several]
    assert [line for line in named if line] == [line for line in one if line]
