"""Time and chance come in by one door each (T-SM-01): only so can a seed repeat a whole run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
TIME_DOOR = HOUSE / "daemon" / "clock.py"
CHANCE_DOOR = HOUSE / "daemon" / "keys.py"

TIME = (
    *(f"time.{name}" for name in ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns")),
    *(
        f"time.{name}"
        for name in ("process_time", "localtime", "gmtime", "ctime", "strftime", "sleep", "clock_gettime")
    ),
    *(f"datetime.datetime.{name}" for name in ("now", "utcnow", "today")),
    "datetime.date.today",
    *(f"email.utils.{name}" for name in ("localtime", "make_msgid", "formatdate")),
    "sqlalchemy.func.now",
    "sqlalchemy.func.current_timestamp",
)
CHANCE = ("random", "secrets", "uuid", "os.urandom", "os.getrandom", "ssl.RAND_bytes", "numpy.random")


def asked(source: str, wanted: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """Lines of a module that use one of the names wanted, under whatever name they were imported."""
    tree = ast.parse(source)
    origins: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            origins |= {(each.asname or each.name).partition(".")[0]: _bound(each) for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            origins |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            name = _dotted(node, origins)
            if any(name == each or name.startswith(f"{each}.") for each in wanted):
                yield node.lineno, name


def _bound(imported: ast.alias) -> str:
    return imported.name if imported.asname else imported.name.partition(".")[0]


def _dotted(node: ast.expr, origins: dict[str, str]) -> str:
    if isinstance(node, ast.Name):
        return origins.get(node.id, "")
    if isinstance(node, ast.Attribute):
        owner = _dotted(node.value, origins)
        return f"{owner}.{node.attr}" if owner else ""
    return ""


@pytest.mark.parametrize(("wanted", "door"), [(TIME, TIME_DOOR), (CHANCE, CHANCE_DOOR)], ids=["time", "chance"])
def test_time_and_chance_are_asked_for_in_one_place_each(wanted: tuple[str, ...], door: Path) -> None:
    found = {
        f"{path.relative_to(HOUSE)}:{line}: {name}"
        for room in ("daemon", "rules", "parsers")
        for path in sorted((HOUSE / room).rglob("*.py"))
        if path != door
        for line, name in asked(path.read_text("utf-8"), wanted)
    }
    assert not found
    assert any(asked(door.read_text("utf-8"), wanted)), "the door itself is not recognised"


@pytest.mark.parametrize(
    "source",
    [
        "import time\ntime.monotonic()",
        "from time import monotonic as ticks\nticks()",
        "import datetime as dt\ndt.datetime.now()",
        "from datetime import datetime\nstamp = datetime.utcnow",
        "import random\nrandom.Random(1)",
        "from uuid import uuid4\nuuid4()",
        "import email.utils\nemail.utils.make_msgid()",
        "from sqlalchemy import func\nfunc.now()",
    ],
)
def test_no_spelling_gets_past_the_doors(source: str) -> None:
    assert list(asked(source, TIME + CHANCE))
