"""The schemas by which editors complete and check what administrators write."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from daemon.policies import shipped_packs
from daemon.schemas import FOLDER, schemas

PACKS = sorted(path.parent.name for path in shipped_packs().glob("*/policy.yaml"))


def test_the_schemas_in_the_folder_are_the_ones_that_the_models_make() -> None:
    assert {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")} == schemas()


@pytest.mark.parametrize(
    "path",
    sorted({*FOLDER.parent.glob("*.example.yaml"), *FOLDER.parent.glob("policies/*/*.yaml")}),
    ids=lambda path: str(path.relative_to(FOLDER.parent)),
)
def test_every_file_names_its_schema(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    named = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert named is not None
    assert (path.parent / named[1]).resolve().is_file()


def test_the_schema_of_rules_knows_every_key_that_the_packs_use() -> None:
    schema = json.loads(schemas()["rules.json"])
    known = set(schema["$defs"]["Rule"]["properties"])
    then = set(schema["$defs"]["Then"]["properties"])
    tests = list(schema["$defs"]["Condition"]["patternProperties"])
    for name in PACKS:
        for rule in yaml.load(
            (shipped_packs() / name / "rules.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader
        ):
            assert set(rule) <= known
            assert set(rule["then"]) <= then
            assert all(re.match(tests[0], key) or key in ("all", "any", "not") for key in rule.get("when", {}))
