"""What design.md says of names and sizes, for every file of the house."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2]
PRODUCT = ("daemon", "parsers", "rules")
ROOMS = (*PRODUCT, "tests", "bench")
BANNED = {"utils", "util", "helpers", "helper", "common", "manager", "handler", "processor", "data", "info"}
LINES_OF_A_FILE, LINES_OF_A_FUNCTION = 300, 60
FOREIGN = {"handle_DATA"}
"""Names that a library calls us by."""
EXCUSE = re.compile(r"#\s*(?:noqa|type:\s*ignore)(?P<rule>[^#]*)(?P<reason>#.*)?")


def sources(rooms: tuple[str, ...] = ROOMS) -> Iterator[tuple[str, str]]:
    for room in rooms:
        for path in sorted((HOUSE / room).rglob("*.py")):
            # A migration is a record of the past: it is as long as the schema it made.
            if path.parent.name != "versions":
                yield str(path.relative_to(HOUSE)), path.read_text("utf-8")


def definitions(text: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node


def words(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", name)}


def test_no_file_is_longer_than_a_reader_bears() -> None:
    sizes = {name: len(text.splitlines()) for name, text in sources()}
    assert {name: size for name, size in sizes.items() if size > LINES_OF_A_FILE} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{name}:{node.lineno} {node.name}"
        for name, text in sources()
        for node in definitions(text)
        if not isinstance(node, ast.ClassDef) and (node.end_lineno or 0) - node.lineno >= LINES_OF_A_FUNCTION
    ]
    assert long == []


def test_no_name_is_a_word_that_says_nothing() -> None:
    named = [(name, Path(name).stem) for name, _ in sources(PRODUCT)]
    named += [(name, node.name) for name, text in sources(PRODUCT) for node in definitions(text)]
    assert [f"{name} {given}" for name, given in named if words(given) & BANNED and given not in FOREIGN] == []


def test_every_exception_from_a_rule_says_why() -> None:
    bare = [
        f"{name}:{number}"
        for name, text in sources()
        for number, line in enumerate(text.splitlines(), 1)
        if (excuse := EXCUSE.search(line)) and " - " not in excuse["rule"] and not excuse["reason"]
    ]
    assert [place for place in bare if "tests/watch/" not in place] == []


def test_nobody_but_the_clock_is_excused_from_asking_for_the_time() -> None:
    excused = [name for name, text in sources(PRODUCT) if re.search(r"noqa:[^\n]*TID251", text)]
    assert excused == []
