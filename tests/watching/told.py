"""A process that waits for signals again and again, each time for so short a while that some come between two waits.

`python -m tests.watching.told` says `ready`, counts what asks for a reload, and tells how many when it is told to end.
"""

from __future__ import annotations

import os
import signal

from daemon.watching.signals import Signals


def main() -> None:
    """Wait until told to end."""
    signals, asked = Signals(signal.SIGHUP, signal.SIGTERM), 0
    os.write(1, b"ready\n")
    while (came := signals.next(0.0001)) is not signal.SIGTERM:
        asked += came is signal.SIGHUP
    os.write(1, f"{asked}\n".encode())


if __name__ == "__main__":
    main()
