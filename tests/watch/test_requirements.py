"""requirements.txt pins what pyproject.toml asks for, each by its hash, and names no registry."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HOUSE = Path(__file__).resolve().parents[2]
PINNED = (HOUSE / "requirements.txt").read_text("utf-8")
PINS = {
    canonicalize_name(name): version for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", PINNED, re.MULTILINE)
}


def test_every_dependency_is_pinned_within_its_range() -> None:
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text("utf-8"))
    lists = [
        project["project"]["dependencies"],
        *project["project"]["optional-dependencies"].values(),
        project["dependency-groups"]["dev"],
    ]
    asked = [Requirement(line) for lines in lists for line in lines]
    astray = [str(ask) for ask in asked if not ask.specifier.contains(PINS.get(canonicalize_name(ask.name), ""))]
    assert astray == []


def test_every_pin_has_a_hash() -> None:
    blocks = re.split(r"^(?=[\w.-]+==)", PINNED, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(PINS)
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_no_registry_and_no_place_of_a_machine_is_named() -> None:
    assert re.findall(r"\w+://|--index|--find-links|/opt/|/home/|/root/", PINNED) == []
