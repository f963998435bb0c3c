"""Reading mails in processes that can be killed: one that hangs or swells its reader costs a worker, not the desk."""

from __future__ import annotations

import resource
import signal
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context

from pebble import ProcessExpired, ProcessPool

from daemon.failpoint import failpoint
from parsers.mail import Limits, Parsed

TASKS_PER_WORKER = 2_000
"""A worker is replaced after so many tasks, so that no slow leak grows for ever."""

TASKS_EACH = 4
"""Into how many tasks the share of a worker is cut: while the later ones are read, the first are decided about."""

GRACE_SECONDS = 30.0
"""How long after the deadline an answer may come: for a worker to start, and for one to be ended."""

_READING = "parsers.reading"


@dataclass(frozen=True, slots=True)
class NotRead:
    """The mail killed its reader, or kept it beyond the deadline or the memory limit."""

    why: str


class NoReaders(Exception):
    """No process can be started to read in; the mails have no part in it."""


class Workers:
    """A pool of reading processes. `deadline` is in seconds for each task, `memory` in bytes for each process."""

    def __init__(self, count: int, deadline: float, memory: int, limits: Limits) -> None:
        self._deadline = deadline
        self._memory = memory
        self._limits = limits
        self._count = count
        self._lost = False
        self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPool:
        context = get_context("forkserver")
        # A worker that takes the place of a killed one has everything imported when it is born, and shares its memory.
        context.set_forkserver_preload(["__main__", __name__, _READING])
        return ProcessPool(
            max_workers=self._count,
            max_tasks=TASKS_PER_WORKER,
            initializer=_confine,
            initargs=(self._memory,),
            context=context,
        )

    def read(self, raws: Sequence[bytes]) -> Iterator[Parsed | NotRead]:
        """Every mail, or why it could not be read, in the order given, as soon as it is known. Raises `NoReaders`.

        Mails share tasks, so one that kills its reader fails those of its task; whoever asks again asks for each alone.
        """
        size = -(-len(raws) // (self._count * TASKS_EACH)) or 1
        shares = [raws[start : start + size] for start in range(0, len(raws), size)]
        return self._answers(shares, self._scheduled(shares))

    def _answers(
        self, shares: Sequence[Sequence[bytes]], asked: Sequence[Future[list[Parsed]]]
    ) -> Iterator[Parsed | NotRead]:
        for share, future in zip(shares, asked, strict=True):
            if not self._lost:
                # A worker that dies while it takes a task leaves one that nobody works on and no deadline ends.
                self._lost = bool(wait([future], self._deadline + GRACE_SECONDS).not_done)
            answer = _answer(future)
            yield from answer if isinstance(answer, list) else [answer] * len(share)

    def _scheduled(self, shares: Sequence[Sequence[bytes]]) -> Sequence[Future[list[Parsed]]]:
        """The shares on their way to the workers, which start with the first."""
        try:
            if self._lost or not self._pool.active:
                # The pool is beyond repair once a worker dies between two tasks, of a want of memory for one.
                self._replace()
            return [
                self._pool.schedule(_read_all, args=(each, self._limits), timeout=self._deadline) for each in shares
            ]
        except (BrokenProcessPool, OSError, RuntimeError) as error:
            raise NoReaders from error

    def _replace(self) -> None:
        self.close()
        self._pool = self._new_pool()
        self._lost = False

    def close(self) -> None:
        """End all workers at once; whatever they were reading is read again later."""
        self._pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it unannotated
        self._pool.join()


def _answer(future: Future[list[Parsed]]) -> list[Parsed] | NotRead:
    try:
        return future.result(timeout=0)
    except TimeoutError:
        return NotRead("deadline")
    except ProcessExpired as expired:
        return NotRead(f"worker died with {expired.exitcode}")
    except BrokenProcessPool:
        return NotRead("worker died")
    except MemoryError:
        return NotRead("memory")
    except Exception as error:  # noqa: BLE001 - A fault of ours in reading is a fault of that mail alone.
        return NotRead("".join(traceback.format_exception(error)))


def _read_all(raws: Sequence[bytes], limits: Limits) -> list[Parsed]:
    return [_read_one(raw, limits) for raw in raws]


def _read_one(raw: bytes, limits: Limits) -> Parsed:
    # Only the processes that read carry the libraries for it, never the daemon.
    from parsers.reading import read

    failpoint("worker", raw)
    return read(raw, limits)


def _confine(memory: int) -> None:
    """Bound this process; the terminal's Ctrl-C is for the daemon, which then ends us in order."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
