"""Which keys a model knows at a place inside it, so that a misspelt one can be answered with the nearest."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from rules.vocabulary import Place


def keys_at(model: Any, place: Place) -> tuple[str, ...]:
    """The keys of every model that may stand at `place`; empty where any key may."""
    return tuple(key for kind in _models(_step_all(model, place)) for key in _fields(kind))


def _step_all(model: Any, place: Place) -> list[Any]:
    kinds = [model]
    for step in place:
        onward = [further for kind in kinds for further in _step(kind, step)]
        kinds = onward or kinds
    return kinds


def _models(kinds: list[Any]) -> list[type[BaseModel]]:
    plain = [part for kind in kinds for part in _alternatives(kind)]
    return [part for part in plain if isinstance(part, type) and issubclass(part, BaseModel)]


def _alternatives(kind: Any) -> list[Any]:
    origin = get_origin(kind)
    if origin is Annotated:
        return _alternatives(get_args(kind)[0])
    if origin in (Union, types.UnionType):
        return [part for choice in get_args(kind) for part in _alternatives(choice)]
    return [kind]


def _step(kind: Any, step: str | int) -> list[Any]:
    """The types of what lies one step below."""
    found: list[Any] = []
    for part in _alternatives(kind):
        origin, inner = get_origin(part), get_args(part)
        if isinstance(part, type) and issubclass(part, BaseModel):
            found += [field for key, field in _fields(part).items() if key == step]
        elif isinstance(origin, type) and issubclass(origin, Mapping):
            found.append(inner[1])
        elif isinstance(origin, type) and issubclass(origin, Sequence) and isinstance(step, int):
            found.append(inner[0])
    return found


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}
