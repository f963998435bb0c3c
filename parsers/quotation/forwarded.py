"""The original of a mail that is passed on: who had written it, under which subject, and what it said."""

from __future__ import annotations

import re

from parsers.addresses import addresses, proper
from parsers.mail import Address, Forwarded
from parsers.quotation.attribution import ADDRESS
from parsers.quotation.labels import Role, field_of, fields_in
from parsers.quotation.scan import Find, Line, find_at, lines_of, next_said, separator_at

_PREFIX = re.compile(
    r"\s*(?:\[[^\]]{0,60}\]\s*)?(?:(?:re|aw|sv|回复|答复|回覆)\s?[:：]\s?)?(?:fwd?|fw|wg|tr|rv|enc|i|vs|vb|vl|pd|"
    r"továbbítás|ynt|ilt|doorst|videresend|转发|转寄|轉寄|轉發|転送|전달)\s?[:：]",
    re.IGNORECASE,
)
_MARK = re.compile(r"(?:>\s?){1,50}")
_SEPARATOR = re.compile(r"^\W*\w[^:：]{0,60}?[-‐–—―━─_=*~]{2,}\s*")
_BLOCK_LINES = 16
_LONGEST = 2_000


def forwarded(text: str, subject: str = "") -> Forwarded | None:
    """The first forwarded block in a text, or None; without a separator, a header block counts if `subject` says so."""
    lines = [Line(line.start, line.end, _unmarked(line.text), quoted=False) for line in lines_of(text)]
    find = next((found for i in range(len(lines)) if (found := _separator(lines, i))), None)
    if find is None and _PREFIX.match(subject):
        find = next((found for i in range(len(lines)) if (found := _block(lines, i))), None)
    return _original(text, lines, find, subject) if find else None


def _unmarked(text: str) -> str:
    match = _MARK.match(text)
    return text[match.end() :].strip() if match else text


def _separator(lines: list[Line], index: int) -> Find | None:
    if lines[index].blank or len(lines[index].text) > _LONGEST:
        return None
    find = separator_at(lines, index)
    return find if find is not None and find.reason == "forwarded" else None


def _block(lines: list[Line], index: int) -> Find | None:
    find = find_at(lines, index)
    return find if find and find.reason in ("header-block", "attribution") else None


def _original(text: str, lines: list[Line], find: Find, subject: str) -> Forwarded:
    """Reads what heads the original: the separator's own line, the block below it, or an attribution."""
    if find.reason == "attribution":
        said = " ".join(line.text for line in lines[find.first : find.after])
        address = ADDRESS.search(said)
        sender = Address(address[0]) if address and proper(address[0]) else None
        return Forwarded(sender, _PREFIX.sub("", subject, count=1).strip(), _text_below(text, lines, find.after))
    roles = dict(reversed(fields_in(_SEPARATOR.sub("", lines[find.first].text[:_LONGEST]))))
    start = find.after if find.reason == "forwarded" else find.first
    position = start if len(roles) > 1 else _read_block(lines, start, roles)
    return Forwarded(_sender(roles.get(Role.FROM, "")), roles.get(Role.SUBJECT, ""), _text_below(text, lines, position))


def _read_block(lines: list[Line], start: int, roles: dict[Role, str]) -> int:
    """Collects the fields of a header block, however a client has ordered, wrapped or spaced it; returns its end."""
    position, current = start, None
    for i in range(start, min(start + _BLOCK_LINES, len(lines))):
        field = field_of(lines[i].text)
        if field is not None:
            current = field[0]
            roles.setdefault(*field)
        elif lines[i].blank:
            if len(roles) > 1 and not _field_below(lines, i):
                break
            continue
        elif current in (Role.SUBJECT, Role.FROM) and _field_below(lines, i):
            roles[current] = f"{roles[current]} {lines[i].text}".strip()
        elif roles and not _field_below(lines, i):
            break
        position = i + 1
    return position


def _text_below(text: str, lines: list[Line], index: int) -> str:
    said = next_said(lines, index)
    return text[lines[said].start :].strip() if said is not None else ""


def _field_below(lines: list[Line], index: int) -> bool:
    below = next_said(lines, index + 1)
    return below is not None and below <= index + 2 and field_of(lines[below].text) is not None


def _sender(value: str) -> Address | None:
    """The address in a quoted From, also in the brackets that Outlook writes: `Li [mailto:li@x]`."""
    plain = re.sub(
        r"\[mailto:([^\]\s]{1,320})\]|<mailto:([^>\s]{1,320})>|\(mailto:([^)\s]{1,320})\)", r" <\1\2\3>", value
    )
    plain = re.sub(r"[\[(]([^\]\s]{1,250}@[^\]\s]{1,250})[\])]", r" <\1>", plain).rstrip("; ")
    found = addresses([plain.replace("*", "")], 1)
    return found[0] if found else None
