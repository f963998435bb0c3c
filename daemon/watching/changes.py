"""Whether the files of a desk were changed, and have come to rest: half a change is never taken for the whole.

They are looked at, not listened to: a look costs microseconds, and it sees a file put in the place of another, a link
that leads elsewhere, and what a container mounts anew, on every kind of disk.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from daemon.compose.wording import template_files
from daemon.faults import Faults
from daemon.policies import pack_files
from daemon.settings import Whereabouts, load_whereabouts

Stamp = tuple[int, int, int, int, int]
"""Which file it is, how long, and when its content or its rights last changed."""

Stamps = Mapping[Path, Stamp | None]


class Changes:
    """Compares the files that the settings name with those that were taken in. Made before they are first read."""

    def __init__(self, config: Path) -> None:
        self._config = config
        self._settings: Stamp | None = None
        self._named: Whereabouts | None = None
        self._taken = self._last = self.look()

    def look(self) -> Stamps:
        """How the files are now; None stands for one that is missing or cannot be reached."""
        settings = _stamp(self._config)
        if settings != self._settings:
            self._settings = settings
            self._named = _named(self._config) or self._named
        return {path: _stamp(path) for path in self._files()}

    def settled(self) -> bool:
        """Whether they differ from what was taken in, and are as they were when this was last asked."""
        now = self.look()
        rests = now == self._last
        self._last = now
        return rests and now != self._taken

    def taken(self, stamps: Stamps) -> None:
        """What was read, for good or ill, are the files that bore these stamps."""
        self._taken = stamps

    def _files(self) -> Iterator[Path]:
        yield self._config
        if self._named is not None:
            yield self._named.people
            yield from pack_files(self._named.policy)
            yield from template_files(self._named.templates).values() if self._named.templates else ()


def _named(config: Path) -> Whereabouts | None:
    try:
        return load_whereabouts(config)
    except Faults:
        return None


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
