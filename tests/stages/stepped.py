"""Two real stages under whatever clock this process is given: one works, one always fails. Each turn is told in a line.

`python -m tests.stages.stepped SECONDS` runs until its input ends. A line is `NAME MONOTONIC WALL LOCAL-HOUR`.
"""

from __future__ import annotations

import os
import sys
import threading
from datetime import timedelta

from daemon.clock import SystemClock
from daemon.loop import Bell, Stage


def main() -> None:
    """Run the stages every so many seconds."""
    every, clock, stop = timedelta(seconds=float(sys.argv[1])), SystemClock(), threading.Event()

    def tell(name: str) -> None:
        now = clock.now()
        line = f"{name} {clock.monotonic():.3f} {now.timestamp():.3f} {now.astimezone():%H}\n"
        os.write(sys.stdout.fileno(), line.encode())  # One write, for both stages tell at the same time.

    def work() -> bool:
        tell("works")
        return False

    def fail() -> bool:
        tell("fails")
        raise OSError

    stages = [Stage(name, every, turn, Bell(), clock, stop) for name, turn in (("fails", fail), ("works", work))]
    for stage in stages:
        stage.start()
    sys.stdin.read()
    stop.set()
    for stage in stages:
        stage.stopped(5)


if __name__ == "__main__":
    main()
