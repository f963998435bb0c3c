"""Reading many mails outside the daemon, with its workers and its limits: from files, and again from the store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from mailbox import mbox
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from daemon.hand_in import header_of
from daemon.settings import Triage
from daemon.workers import NotRead, Workers
from parsers.mail import Parsed

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class MailFile:
    """A mail from a file, of one above the limit the header alone; `size` is that of the whole in bytes."""

    name: str
    raw: bytes
    size: int

    @property
    def oversize(self) -> int | None:
        """The size of a mail of which the header alone was taken."""
        return self.size if len(self.raw) < self.size else None


def mails_in(path: Path, largest: int) -> Iterator[MailFile]:
    """The mails in a file, an mbox, a Maildir, or a folder of `.eml` files; at most `largest` bytes of one."""
    if path.is_dir():
        kept = [path / "new", path / "cur"]
        listed = [each.iterdir() for each in kept if each.is_dir()] or [path.glob("*.eml")]
        for file in sorted(each for each in chain(*listed) if each.is_file()):
            yield mail_in(file, largest)
    elif path.suffix != ".eml" and _begins_as_mbox(path):
        yield from _mails_of_mbox(path, largest)
    else:
        yield mail_in(path, largest)


def _begins_as_mbox(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(5) == b"From "


def mail_in(path: Path, largest: int) -> MailFile:
    """The mail in a file."""
    with path.open("rb") as file:
        return _taken(str(path), file, largest)


def _mails_of_mbox(path: Path, largest: int) -> Iterator[MailFile]:
    box = mbox(path, create=False)
    try:
        for number, key in enumerate(box.iterkeys(), 1):
            with box.get_file(key) as file:
                yield _taken(f"{path}:{number}", file, largest)
    finally:
        box.close()


class _File(Protocol):
    """What is asked of a file, and of the part of an mbox that is one mail."""

    def seek(self, offset: int, whence: int = 0, /) -> object: ...
    def tell(self) -> int: ...
    def read(self, size: int, /) -> bytes: ...


def _taken(name: str, file: _File, largest: int) -> MailFile:
    file.seek(0, 2)
    size = file.tell()
    file.seek(0)
    raw = file.read(largest)
    return MailFile(name, raw if size <= largest else header_of(raw), size)


@dataclass(frozen=True, slots=True)
class Reread(Generic[T]):
    """What was found when the mail of `of` was read, or why it could not be."""

    of: T
    found: Parsed | NotRead


def reread(workers: Workers, raws: Iterable[tuple[T, bytes]], triage: Triage) -> Iterator[Reread[T]]:
    """Read mails one batch after the other, as the settings of triage bound one; only one batch is held at a time."""
    for batch in _batches(raws, triage):
        answers = workers.read([raw for _, raw in batch])
        for (of, raw), answer in zip(batch, answers, strict=True):
            # Mails share a task, so one that kills its reader fails those beside it: each such one is asked for alone.
            alone = isinstance(answer, NotRead) and len(batch) > 1
            yield Reread(of, next(workers.read([raw])) if alone else answer)


def _batches(raws: Iterable[tuple[T, bytes]], triage: Triage) -> Iterator[list[tuple[T, bytes]]]:
    batch: list[tuple[T, bytes]] = []
    octets = 0
    for of, raw in raws:
        if batch and (len(batch) == triage.batch or octets + len(raw) > triage.batch_bytes):
            yield batch
            batch, octets = [], 0
        batch.append((of, raw))
        octets += len(raw)
    if batch:
        yield batch
