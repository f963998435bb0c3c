"""YAML files read into checked values, with every fault at its line and column and a word on what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from daemon.faults import Fault, Faults
from daemon.model_keys import keys_at
from daemon.yaml_parts import KEY, Part, composed
from rules.vocabulary import Place, Wrong, nearest

MAX_BYTES = 8 * 1024 * 1024

T = TypeVar("T")


class Document:
    """One YAML file: its plain content, and where each part of it stands."""

    def __init__(self, file: str, root: Part) -> None:
        self.file = file
        self.content: Any = root.content
        self._root = root

    def fault(self, place: Place, message: str) -> Fault:
        """A fault at the value that `place` leads to, or as near to it as the document reaches."""
        return Fault(self.file, *self._root.find(place), message)


def read(path: Path) -> Document:
    """The document in a file. Raises `Faults` when it cannot be read or is not the YAML that we accept."""
    return Document(str(path), composed(str(path), _text(path)))


def load(path: Path, model: type[T], context: object = None) -> T:
    """The value in a file, checked against a model. Raises `Faults` with every fault of the file."""
    document = read(path)
    faults, value = check(document, model, context)
    if faults or value is None:
        raise Faults(faults)
    return value


def check(document: Document, model: type[T], context: object = None) -> tuple[tuple[Fault, ...], T | None]:
    """The value of a document, or its faults when the model refuses it."""
    try:
        return (), TypeAdapter(model).validate_python(document.content, context=context)
    except ValidationError as error:
        places = (document.fault(place, message) for place, message in explained(error, model))
        return tuple(sorted(dict.fromkeys(places), key=lambda fault: (fault.line, fault.column))), None


def explained(error: ValidationError, model: Any) -> Iterator[tuple[Place, str]]:
    """Each fault in what pydantic says: where it is, and a sentence for whoever writes the file."""
    for detail in error.errors(include_url=False):
        cause = detail.get("ctx", {}).get("error")
        if isinstance(cause, Wrong):
            for below, message in cause.faults:
                yield (*detail["loc"], *below), message
        elif detail["type"] != "too_short" or not detail["input"]:
            at_key = (KEY,) if detail["type"] == "extra_forbidden" else ()
            yield (*detail["loc"], *at_key), _sentence(detail, model)


def _sentence(detail: ErrorDetails, model: Any) -> str:
    place, given, context = detail["loc"], detail["input"], detail.get("ctx", {})
    match detail["type"]:
        case "extra_forbidden":
            return f"unknown key '{place[-1]}'{nearest(str(place[-1]), keys_at(model, place[:-1]))}"
        case "missing":
            return f"key '{place[-1]}' is missing"
        case "literal_error" | "enum":
            words = re.findall(r"'([^']*)'", context["expected"])
            return f"{given!r} is none of {', '.join(words)}{nearest(str(given), words)}"
        case "value_error":
            return str(context["error"])
        case "string_type" if isinstance(given, int | float):
            return f"text is wanted here: put {given} into quotes"
        case "string_type" if given is None:
            return "text is missing here (inside {} a comma ends a text that has no quotes)"
        case kind:
            return _PLAIN.get(kind, "{message}").format(
                given=given, message=detail["msg"][0].lower() + detail["msg"][1:], **context
            )


_PLAIN = {
    "too_short": "give at least one",
    "string_pattern_mismatch": "'{given}' does not have the form {pattern}",
    "bool_type": "write true or false, not '{given}'",
    "model_type": "keys and values are wanted here",
    "tuple_type": "a list is wanted here",
    "mapping_type": "keys and values are wanted here",
}


def _text(path: Path) -> str:
    file = str(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Faults([Fault(file, 1, 1, f"cannot be read: {error.strerror}")]) from None
    if len(raw) > MAX_BYTES:
        raise Faults([Fault(file, 1, 1, f"larger than {MAX_BYTES} bytes")])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8-sig")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        message = f"not UTF-8 (byte 0x{raw[error.start]:02X}): save the file as UTF-8"
        raise Faults([Fault(file, line, column, message)]) from None
