"""The letters of the demo, as they lie in `mails/`: header lines, a blank line, the text, `===` lines and the rest."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

MAILS = Path(__file__).parent / "mails"
_ABOUT = ("Client", "Charset", "Shape")


@dataclass(frozen=True, slots=True)
class File:
    """An attached file under the name that its sender gave it."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """What somebody wants to say, and the mail client that they say it with.

    `charset` is what the mail claims to be in, `codec` what it really is in. `shape` names an oddity of its structure.
    """

    name: str
    client: str
    fields: Sequence[tuple[str, str]]
    text: str
    html: str = ""
    files: Sequence[File] = field(default=())
    charset: str = "utf-8"
    codec: str = "utf-8"
    shape: str = ""

    def first(self, name: str) -> str:
        """The first header line of this name, or nothing."""
        return next((value for key, value in self.fields if key == name), "")


def letter(name: str, **words: str) -> Letter:
    """The letter in `mails/NAME.txt`; `words` stand in its header lines as {word}."""
    source = (MAILS / f"{name}.txt").read_text(encoding="utf-8")
    head, _, body = source.partition("\n\n")
    fields = [(key, value.format(**words)) for key, _, value in (line.partition(": ") for line in head.splitlines())]
    about = {key: value for key, value in fields if key in _ABOUT}
    charset, _, codec = about.get("Charset", "utf-8").partition("=")
    text, *parts = _parts(body)
    return Letter(
        name=name,
        client=about["Client"],
        fields=tuple((key, value) for key, value in fields if key not in _ABOUT),
        text=text[1],
        html="".join(content for title, content in parts if title == "html"),
        files=tuple(_file(title) for title, _ in parts if title != "html"),
        charset=charset,
        codec=codec or charset,
        shape=about.get("Shape", ""),
    )


def _parts(body: str) -> Iterator[tuple[str, str]]:
    """What stands after each `===` line with the words of that line; the text itself comes first, without any."""
    for part in f"=== text\n{body}".split("=== ")[1:]:
        title, _, content = part.partition("\n")
        yield title, content.strip("\n") + "\n"


def _file(title: str) -> File:
    """The file that `attach NAME as SHOWN NAME` means."""
    source, _, shown = title.removeprefix("attach ").partition(" as ")
    content_type = mimetypes.guess_type(source)[0] or "text/plain"
    return File(shown, content_type, (MAILS / source).read_bytes())
