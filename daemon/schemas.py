"""JSON Schemas of the files that administrators write, for editors; made from the models that read them.

`python -m daemon.schemas` writes them into `config/schema`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from daemon.settings import Settings
from rules.coverage import Handbook
from rules.examples import Example
from rules.people import People
from rules.policy import Policy
from rules.reading import DECIDED, FIELDS
from rules.ruleset import Rule
from rules.when import MODIFIERS

FOLDER = Path(__file__).resolve().parent.parent / "config" / "schema"

_LOADED_NOT_WRITTEN = ("id", "digest")


def schemas() -> Mapping[str, str]:
    """Each schema as the text of its file, by the name of the file."""
    made = {
        "postdesk.json": TypeAdapter(Settings).json_schema(),
        "people.json": TypeAdapter(People).json_schema(),
        "policy.json": _policy(),
        "rules.json": _with_conditions(TypeAdapter(tuple[Rule, ...]).json_schema()),
        "examples.json": TypeAdapter(tuple[Example, ...]).json_schema(),
        "handbook.json": TypeAdapter(Handbook).json_schema(),
    }
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return {name: json.dumps(head | schema, ensure_ascii=False, indent=1) + "\n" for name, schema in made.items()}


def _policy() -> dict[str, Any]:
    schema = TypeAdapter(Policy).json_schema()
    for name in _LOADED_NOT_WRITTEN:
        del schema["properties"][name]
        schema["required"].remove(name)
    return _with_conditions(schema)


def _with_conditions(schema: dict[str, Any]) -> dict[str, Any]:
    """The form of `when:`, which is a small language of its own and no model."""
    fields = "|".join(name.replace(".", "\\.") for name in (*FIELDS, *DECIDED))
    tests = f"^({fields}|header\\.[^|]+|fact\\.[^|]+)(\\|({'|'.join(MODIFIERS)})){{0,2}}$"
    here = {"$ref": "#/$defs/Condition"}
    values = {"type": ["string", "number", "boolean", "array"], "items": {"type": ["string", "number"]}}
    schema["$defs"]["Rule"]["properties"]["when"] = here
    schema["$defs"]["Condition"] = {
        "type": "object",
        "minProperties": 1,
        "description": "field|modifier: value or values; all: and any: take lists of conditions, not: takes one.",
        "properties": {
            "all": {"type": "array", "items": here, "minItems": 1},
            "any": {"type": "array", "items": here, "minItems": 1},
            "not": here,
            **{f"{name}|{modifier}": values for name in ("content", "subject", "text") for modifier in MODIFIERS[:3]},
        },
        "patternProperties": {tests: values},
        "additionalProperties": False,
    }
    return schema


def write(folder: Path) -> None:
    """Write every schema into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in schemas().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(FOLDER)
