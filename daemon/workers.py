"""Reading mails in processes that can be killed: one that hangs or swells its reader costs a worker, not the desk."""

from __future__ import annotations

import resource
import signal
from collections.abc import Sequence
from concurrent.futures import TimeoutError as DeadlinePassed
from concurrent.futures import as_completed
from dataclasses import dataclass
from multiprocessing import get_context

from pebble import ProcessExpired, ProcessPool

from daemon.failpoint import failpoint
from parsers.mail import Limits, Parsed
from parsers.reading import read

TASKS_PER_WORKER = 2_000
"""A worker is replaced after so many tasks, so that no slow leak grows for ever."""


@dataclass(frozen=True, slots=True)
class NotRead:
    """The mail killed its reader, or kept it beyond the deadline or the memory limit."""

    why: str


class Workers:
    """A pool of reading processes. `deadline` is in seconds for each task, `memory` in bytes for each process."""

    def __init__(self, count: int, deadline: float, memory: int, limits: Limits) -> None:
        self._deadline = deadline
        self._limits = limits
        self._count = count
        self._pool = ProcessPool(
            max_workers=count,
            max_tasks=TASKS_PER_WORKER,
            initializer=_confine,
            initargs=(memory,),
            context=get_context("forkserver"),
        )

    def read(self, raws: Sequence[bytes]) -> Sequence[Parsed | NotRead]:
        """Every mail, or why it could not be read, in the order given.

        Mails share tasks, so one that kills its reader fails those of its task; whoever asks again asks for each alone.
        """
        shares = [range(start, len(raws), self._count) for start in range(min(self._count, len(raws)))]
        answers: dict[int, Parsed | NotRead] = {}
        for share, answer in zip(shares, self._ask([[raws[i] for i in share] for share in shares]), strict=True):
            values = answer if isinstance(answer, list) else [answer] * len(share)
            answers.update(zip(share, values, strict=True))
        return [answers[i] for i in range(len(raws))]

    def _ask(self, shares: Sequence[Sequence[bytes]]) -> Sequence[list[Parsed] | NotRead]:
        asked = [self._pool.schedule(_read_all, args=(share, self._limits), timeout=self._deadline) for share in shares]
        for _ in as_completed(asked):
            pass
        return [_answer(future) for future in asked]

    def close(self) -> None:
        """End all workers at once; whatever they were reading is read again later."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()


def _answer(future: object) -> list[Parsed] | NotRead:
    try:
        return future.result()  # type: ignore[attr-defined,no-any-return]  # the pool's future type is not exported
    except DeadlinePassed:
        return NotRead("deadline")
    except ProcessExpired as expired:
        return NotRead(f"worker died with {expired.exitcode}")
    except MemoryError:
        return NotRead("memory")


def _read_all(raws: Sequence[bytes], limits: Limits) -> list[Parsed]:
    failpoint("worker")
    return [read(raw, limits) for raw in raws]


def _confine(memory: int) -> None:
    """Bound this process; the terminal's Ctrl-C is for the daemon, which then ends us in order."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
