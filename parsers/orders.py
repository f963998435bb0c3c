"""Orders in an engineer's mail: the lines `#word argument` that stand before any other text."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ORDER = re.compile(r"\s*[#＃]([A-Za-z\u3400-\u9fff][\w-]*)((?=\s).*)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Order:
    """One order as written: its word in lower case, and the rest of the line, which may be empty."""

    name: str
    argument: str


def orders(new_text: str) -> tuple[tuple[Order, ...], str]:
    """The leading block of orders in the new part of a mail, and the text that is left.

    Blank lines before and between are allowed; from the first other line on, everything is text. Hand in the new part
    only: an order in a quotation, a signature or an attachment was not given by this sender now.
    """
    lines = new_text.split("\n")
    found: list[Order] = []
    for index, line in enumerate(lines):
        match = _ORDER.fullmatch(line)
        if match is not None:
            found.append(Order(match[1].lower(), (match[2] or "").strip()))
        elif line.strip():
            return tuple(found), "\n".join(lines[index:]).strip()
    return tuple(found), ""
