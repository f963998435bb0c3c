"""Where a person's signature or a client's footer begins in the lines that are new."""

from __future__ import annotations

from parsers.quotation.phrases import DEVICE, SIGNATURE
from parsers.quotation.scan import Line

_LONGEST_SIGNATURE = 25


def signature_start(lines: list[Line], kept: list[int]) -> list[int]:
    """The kept lines up to the signature; a delimiter with too much below it is just a line."""
    end = len(kept)
    for position, index in enumerate(kept):
        if lines[index].text.startswith(("-", "—", "_")) and SIGNATURE.fullmatch(lines[index].text):
            said = sum(not lines[i].blank for i in kept[position:])
            if position and said <= _LONGEST_SIGNATURE:
                end = position
                break
    while end and (lines[kept[end - 1]].blank or DEVICE.fullmatch(lines[kept[end - 1]].text)):
        end -= 1
    return kept[:end]
