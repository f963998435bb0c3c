"""The original of a mail that is passed on: who had written it, under which subject, and what it said."""

from __future__ import annotations

from parsers.addresses import addresses
from parsers.mail import Forwarded
from parsers.quotation.labels import Role, field_of
from parsers.quotation.scan import find_at, lines_of, next_said


def forwarded(text: str) -> Forwarded | None:
    """The first forwarded block in a text, or None."""
    if not text:
        return None
    lines = lines_of(text)
    for index in range(len(lines)):
        find = find_at(lines, index)
        if find is None or find.reason != "forwarded":
            continue
        roles: dict[Role, str] = {}
        position = find.after
        for i in range(find.after, min(find.after + 16, len(lines))):
            found = field_of(lines[i].text.lstrip("> "))
            if found is None:
                if roles and lines[i].blank:
                    break
                continue
            roles.setdefault(*found)
            position = i + 1
        said = next_said(lines, position)
        sender = addresses([roles.get(Role.FROM, "")], 1)
        rest = text[lines[said].start :] if said is not None else ""
        return Forwarded(sender[0] if sender else None, roles.get(Role.SUBJECT, ""), rest.strip())
    return None
