"""The kinds of values that settings are made of: sizes, counts, intervals, and paths beside the settings file."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, WithJsonSchema

from rules.vocabulary import Duration

_SIZES = {"": 1, "B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
_SIZE = re.compile(r"([0-9]{1,15})\s?(B|KiB|MiB|GiB)?")


def size(text: object) -> int:
    """The bytes that `25MiB`, `256KiB` or a plain number says. Raises ValueError for anything else."""
    found = _SIZE.fullmatch(str(text))
    if isinstance(text, bool) or found is None:
        raise ValueError(f"{text!r} is no size: write bytes or a number and KiB, MiB or GiB, like 25MiB")
    return int(found[1]) * _SIZES[found[2] or ""]


def settings_folder(info: ValidationInfo) -> Path | None:
    """Where the settings file lies, for paths beside it; None when they come from no file."""
    return info.context["folder"] if isinstance(info.context, dict) else None


def _beside(value: Path, info: ValidationInfo) -> Path:
    folder = settings_folder(info)
    return folder / value if folder is not None else value


Size = Annotated[int, BeforeValidator(size), WithJsonSchema({"type": ["string", "integer"], "examples": ["25MiB"]})]
Beside = Annotated[Path, AfterValidator(_beside)]
Count = Annotated[int, Field(ge=1, strict=True)]
CountOrNone = Annotated[int, Field(ge=0, strict=True)]
Flag = Annotated[bool, Field(strict=True)]
Interval = Annotated[Duration, Field(gt=timedelta())]
