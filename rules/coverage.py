"""Which rows of a handbook a pack keeps, by what, and why not the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, NamedTuple

from pydantic import Field, model_validator

from rules.terms import Id
from rules.vocabulary import Declared, Place


class Row(Declared):
    """One requirement of a handbook.

    Declarations of the pack that name it in `reference` keep it. `by` names what keeps it in the program itself, and
    `not_yet` or `never` say why nothing does.
    """

    id: Id
    text: Annotated[str, Field(min_length=1)]
    by: str | None = None
    not_yet: str | None = None
    never: str | None = None

    @model_validator(mode="after")
    def _one_answer(self) -> Row:
        if sum(answer is not None for answer in (self.by, self.not_yet, self.never)) > 1:
            raise ValueError("give one of by, not_yet and never")
        return self


Handbook = tuple[Row, ...]


class Covered(NamedTuple):
    """A row and what became of it: the declarations that keep it, or the program, or the reason why nothing does."""

    row: Row
    declarations: tuple[str, ...]

    @property
    def state(self) -> str:
        """`kept`, `not yet`, `never`, or `open` for a row that nobody has answered."""
        if self.declarations or self.row.by is not None:
            return "kept"
        return "not yet" if self.row.not_yet is not None else "never" if self.row.never is not None else "open"

    @property
    def how(self) -> str:
        """By what, or why not."""
        by = [*self.declarations, *([self.row.by] if self.row.by is not None else [])]
        return "; ".join(by) or self.row.not_yet or self.row.never or "nobody has answered for this row"


def coverage(handbook: Handbook, documents: Mapping[str, object]) -> tuple[Covered, ...]:
    """What became of each row; `documents` are the contents of a pack's files by name."""
    named: dict[str, list[str]] = {}
    for name, content in documents.items():
        for place, reference in references(content, ()):
            named.setdefault(reference, []).append(f"{name}: {_shown(content, place)}")
    return tuple(Covered(row, tuple(named.get(row.id, ()))) for row in handbook)


def strangers(handbook: Handbook, documents: Mapping[str, object]) -> Iterator[tuple[str, Place, str]]:
    """References to rows that the handbook does not have: file, place and row."""
    rows = {row.id for row in handbook}
    for name, content in documents.items():
        for place, reference in references(content, ()):
            if reference not in rows:
                yield name, place, reference


def references(content: object, place: Place) -> Iterator[tuple[Place, str]]:
    """Every row that a document names under a `reference:`, with the place of the declaration that names it."""
    if isinstance(content, Mapping):
        named = content.get("reference", ())
        for row in (named,) if isinstance(named, str) else named:
            yield place, row
        for key, value in content.items():
            if key != "reference":
                yield from references(value, (*place, key))
    elif isinstance(content, list):
        for index, value in enumerate(content):
            yield from references(value, (*place, index))


def _shown(content: object, place: Place) -> str:
    """A place in words: list positions by the id or name of what stands there."""
    words: list[str] = []
    for step in place:
        if isinstance(content, Mapping):
            content = content[step]
            words.append(str(step))
        elif isinstance(content, list) and isinstance(step, int):
            content = content[step]
            named = content if isinstance(content, Mapping) else {}
            words.append(str(named.get("id") or named.get("name") or step))
    return " ".join(words) or "the pack"
