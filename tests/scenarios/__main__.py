"""Plays every timeline, or those named, and writes each as it comes out: `python -m tests.scenarios [PART-OF-NAME]`."""

from __future__ import annotations

import sys

from daemon.workers import Workers
from parsers.mail import Limits
from tests.scenarios.play import played
from tests.scenarios.timeline import timelines


def main() -> None:
    """Write what differs, and name it."""
    wanted = sys.argv[1:] or [""]
    workers = Workers(1, 30.0, 2**30, Limits())
    try:
        for path in timelines():
            if any(part in str(path) for part in wanted):
                before = path.read_text(encoding="utf-8")
                after = played(path, workers)
                if after != before:
                    path.write_text(after, encoding="utf-8")
                    print(f"{path.parent.name}/{path.name} has changed")  # noqa: T201 - a command for developers
    finally:
        workers.close()


if __name__ == "__main__":
    main()
