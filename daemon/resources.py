"""Where the files lie that Postdesk ships as data: in a checkout beside the code, in a wheel inside it."""

from __future__ import annotations

from pathlib import Path

_CODE = Path(__file__).resolve().parent
_PLACES = (_CODE / "_data", _CODE.parent)


def resource(name: str) -> Path:
    """The folder or file called `name`, such as `templates` or `config/postdesk.example.yaml`.

    Raises FileNotFoundError if this installation has no such resource.
    """
    for place in _PLACES:
        found = (place / name).resolve()
        if found.exists() and found.is_relative_to(place):
            return found
    raise FileNotFoundError(f"this installation of Postdesk has no {name!r}")
