"""The product's reader in the shape that the corpus scorer asks for; no logic of its own."""

from __future__ import annotations

from typing import Any

from parsers.addresses import stated
from parsers.html import rendered
from parsers.mail import Cut, Origin
from parsers.quotation.cutting import cut, without_quotation
from parsers.reading import read


def _kept(text: str, part: Cut) -> str:
    return "\n".join(text[start:end] for start, end in part.spans).strip()


class Reader:
    """The two functions of `score.py`."""

    def read(self, raw: bytes) -> dict[str, Any]:
        """What a whole mail says."""
        mail = read(raw).mail
        author = mail.sender or stated([value for name, value in mail.headers if name.lower() == "from"])
        return {
            "from_email": author.address if author else None,
            "from_name": author.name if author else None,
            "subject": mail.subject,
            "to": [address.address for address in mail.to],
            "cc": [address.address for address in mail.cc],
            "attachments": [item.name for item in mail.attachments],
            "text": mail.text,
            "new_part": _kept(mail.text, without_quotation(mail.text)),
            "new_part_unsigned": mail.new_text,
            "is_automatic": mail.automatic is not None and mail.automatic.origin is not Origin.MAILING_LIST,
            "is_bounce": mail.bounce is not None,
            "bounced_recipients": list(mail.bounce.recipients) if mail.bounce else [],
        }

    def cut(self, text: str, kind: str) -> dict[str, str]:
        """The new part of a body alone."""
        if kind == "html":
            text = rendered(text)
        return {"new_part": _kept(text, without_quotation(text)), "new_part_unsigned": _kept(text, cut(text))}


reader = Reader()
