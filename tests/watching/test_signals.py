"""Whenever a signal comes, it is heard, and nothing stands still over it."""

from __future__ import annotations

import signal
import subprocess
import sys

from tests.house import CHECKOUT, STOP_WITHIN

SIGNALS = 30_000


def test_signals_that_come_at_any_moment_of_the_main_thread_never_stop_it_from_ending() -> None:
    words = [sys.executable, "-m", "tests.watching.told"]
    with subprocess.Popen(words, cwd=CHECKOUT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline() == b"ready\n"
        try:
            for _ in range(SIGNALS):
                process.send_signal(signal.SIGHUP)
            process.send_signal(signal.SIGTERM)
            told, _ = process.communicate(timeout=STOP_WITHIN)
        finally:
            process.kill()
    assert process.returncode == 0
    assert 0 < int(told) <= SIGNALS
