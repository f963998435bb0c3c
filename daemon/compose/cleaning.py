"""What may be written into a mail of ours: text without control, invisible or direction-changing characters.

A right-to-left override makes `gpj.exe` read as `exe.jpg`, a zero-width space hides a word from a search, a line feed
begins a new header field. All three arrive in mail every day, and none is needed to say anything.
"""

from __future__ import annotations

import re
import unicodedata

_LINE_BREAK = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# General categories Cc (without tab and line feed), Cf and Cs; a test holds this to the tables of the interpreter.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def many_lines(text: str) -> str:
    """`text` for a body: line breaks as LF, nothing unseen, composed characters (NFC)."""
    return unicodedata.normalize("NFC", _UNSEEN.sub("", _LINE_BREAK.sub("\n", text)))


def one_line(text: str, limit: int) -> str:
    """`text` for a header field or a name: one line of at most `limit` characters that all can be seen.

    Private and unassigned characters go too, and `=?` is broken apart: a mail server or client that decodes a field
    twice would otherwise find an encoded line break there (CVE-2024-6923).
    """
    if not text.isprintable():
        text = "".join(map(_visible, text))
    text = unicodedata.normalize("NFC", text)
    return " ".join(text.replace("=?", "= ?").split())[:limit].rstrip()


def _visible(char: str) -> str:
    """The character, a blank for anything that separates or controls, nothing for what cannot be seen."""
    if char.isprintable():
        return char
    return " " if unicodedata.category(char) in {"Cc", "Zs", "Zl", "Zp"} else ""
