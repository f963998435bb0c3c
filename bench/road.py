"""The whole road of a mail, measured in one run against what the libraries alone need.

Every figure that matters is a ratio of two measurements taken in turn within the same rounds; the median is told.
"""

from __future__ import annotations

import asyncio
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from bench import floor
from bench.filled import fill
from bench.mailbag import mailbag
from daemon.clock import SystemClock
from daemon.deliver import deliver
from daemon.office import Office
from daemon.receive import receive
from daemon.sweep import Pace, sweep
from daemon.triage import triage
from tests.house import House, furnished
from tests.letters import letter
from tests.servers.certificates import make_certificates
from tests.servers.dovecot import Dovecot
from tests.servers.process import eventually
from tests.servers.smtp import Sink

ROUNDS = 3


@dataclass(slots=True)
class Measured:
    """Repeated measurements of one thing, in mails per second and CPU milliseconds a mail."""

    rates: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)


@dataclass(slots=True)
class Bench:
    """The servers and the results of one run."""

    dovecot: Dovecot
    port: int
    folder: Path
    results: dict[str, Measured] = field(default_factory=dict)
    extra: dict[str, float] = field(default_factory=dict)
    houses: int = 0

    def house(self, mails: Sequence[bytes] = ()) -> House:
        """A new desk whose mailbox holds these mails; what it sends goes to a server in another process."""
        self.houses += 1
        place = self.folder / f"house-{self.houses}"
        place.mkdir()
        house = furnished(place, self.dovecot, Sink(), f"sqlite:///{place / 'postdesk.db'}")
        house.settings["smtp"]["port"] = self.port
        house.settings["triage"]["workers"] = os.cpu_count() or 1
        house.settings["deliver"]["batch"] = 50
        house.write()
        house.clock.pass_time(hours=1)
        if mails:
            house.post(*mails)
        return house

    def measure(self, name: str, work: Callable[[], int]) -> None:
        """Time one round of some work; it answers how many mails it did."""
        wall, cpu = time.perf_counter(), _cpu()
        count = work()
        took = time.perf_counter() - wall
        kept = self.results.setdefault(name, Measured())
        kept.rates.append(count / took)
        kept.cpu.append((_cpu() - cpu) / count * 1000)

    def ratio(self, name: str, baseline: str) -> float:
        """The median of the ratios taken round by round."""
        pairs = zip(self.results[name].rates, self.results[baseline].rates, strict=True)
        return statistics.median(ours / theirs for ours, theirs in pairs)


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


@contextmanager
def _servers() -> Iterator[Bench]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="desk-bench-")))
        dovecot = Dovecot(make_certificates(folder).good)
        stack.callback(dovecot.remove)
        dovecot.start()
        (folder / "sent.jsonl").touch()
        words = [sys.executable, "-m", "tests.servers.smtp", "--port", "0", "--record", str(folder / "sent.jsonl")]
        sink = subprocess.Popen(words, stdout=subprocess.PIPE)
        stack.callback(sink.wait)
        stack.callback(sink.kill)
        assert sink.stdout is not None
        yield Bench(dovecot, int(sink.stdout.readline()), folder)


def _ingest(office: Office) -> int:
    """Mailbox to committed tickets, acknowledgements queued."""
    [mailbox] = office.mailboxes
    kept = receive(office.store, mailbox, office.clock, office.manner(mailbox.name), lambda: None).kept
    while triage(office.store, office.reader, office.desk, office.clock):
        pass
    return kept


def _drain_all(office: Office) -> int:
    return asyncio.run(_drain(office))


async def _drain(office: Office) -> int:
    count = 0
    while claimed := (await deliver(office.store, office.transport, office.desk, office.clock)).claimed:
        count += claimed
    await office.transport.close()
    return count


def throughput(bench: Bench, count: int) -> None:
    """Ingest, drain and both, round by round beside their floors."""
    for number in range(ROUNDS):
        mails = mailbag(count, seed=number)
        user = bench.dovecot.new_user("floor")
        bench.dovecot.deliver(user, *mails)
        place = bench.folder / f"floor-{number}"
        place.mkdir()
        bench.measure("floor: ingest", partial(floor.ingest, bench.dovecot, user, place))
        house = bench.house(mails)
        with house.office() as office:
            list(office.reader.read(mails[:2]))
            bench.measure("ingest, acknowledgement queued", partial(_ingest, office))
            bench.measure("outbox drain", partial(_drain_all, office))
        bench.measure("floor: drain", partial(floor.drain, bench.port, count, place))
        with bench.house(mails).office() as office:
            bench.measure("whole loop, sent", partial(_whole, office))


def _whole(office: Office) -> int:
    kept = _ingest(office)
    _drain_all(office)
    return kept


def stored(bench: Bench, many: int, count: int) -> None:
    """Ingest into a store that holds many tickets, beside ingest into an empty one."""
    for number in range(ROUNDS):
        mails = mailbag(count, seed=100 + number)
        for name, tickets_before in (("ingest, empty store", 0), (f"ingest, {many:,} tickets stored", many)):
            with bench.house(mails).office() as office:
                fill(office.store, tickets_before)
                list(office.reader.read(mails[:2]))
                bench.measure(name, partial(_ingest, office))


def latency(bench: Bench, count: int) -> None:
    """A running desk that the server wakes: how long until a new mail is committed, and its answer accepted."""
    house = bench.house()
    house.settings["mailboxes"][0]["poll"] = "60s"
    house.write()
    sent = bench.folder / "sent.jsonl"
    with house.office() as office:
        office.clock = SystemClock()
        stop = threading.Event()
        thread = threading.Thread(target=office.run, args=(stop.wait,))
        thread.start()
        committed, accepted = [], []
        for number in range(count):
            lines, began = sent.read_bytes().count(b"\n"), time.perf_counter()
            house.post(letter(sender=f"late{number}@customer.test"))
            assert eventually(partial(_more_than, number, house.numbers))
            committed.append(time.perf_counter() - began)
            assert eventually(partial(_more_than, lines + 1, lambda: sent.read_bytes().splitlines()))
            accepted.append(time.perf_counter() - began)
        stop.set()
        thread.join()
    bench.extra["new mail to committed, p95 s"] = _p95(committed)
    bench.extra["new mail to answer accepted, p95 s"] = _p95(accepted)


def _more_than(count: int, there: Callable[[], Sequence[object]]) -> bool:
    return len(there()) > count


def _p95(seconds: Sequence[float]) -> float:
    return sorted(seconds)[max(0, round(len(seconds) * 0.95) - 1)]


def memory(bench: Bench, count: int) -> None:
    """Peak resident memory in MiB of a real daemon and its workers over a bag of mails, their answers sent."""
    house, sent = bench.house(mailbag(count, seed=9)), bench.folder / "sent.jsonl"
    before = sent.read_bytes().count(b"\n")
    house.postdesk("migrate")
    daemon = house.start()
    try:
        assert eventually(
            partial(_more_than, count - 1, partial(house.rows, "SELECT 1 FROM inbox WHERE state <> 'new'")), 300
        )
        assert eventually(partial(_more_than, before + count, lambda: sent.read_bytes().splitlines()), 300)
        family = [daemon.pid, *_descendants(daemon.pid)]
        peaks = [_mebibytes(process, "status", "VmHWM") for process in family]
        shares = [_mebibytes(process, "smaps_rollup", "Pss") for process in family]
    finally:
        daemon.terminate()
        daemon.wait(30)
    bench.extra["peak memory: the daemon, MiB"] = peaks[0]
    bench.extra["peak memory: all its processes, shared pages counted in each, MiB"] = sum(peaks)
    bench.extra["memory afterwards: all its processes, shared pages counted once, MiB (aim 110)"] = sum(shares)


def _mebibytes(process: int, file: str, field: str) -> float:
    for line in Path(f"/proc/{process}/{file}").read_text("ascii").splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _descendants(process: int) -> Iterator[int]:
    for thread in Path(f"/proc/{process}/task").iterdir():
        for child in (thread / "children").read_text("ascii").split():
            yield int(child)
            yield from _descendants(int(child))


def overdue(bench: Bench, due: int) -> None:
    """Tickets whose promise has passed, decided and recorded with their notices."""
    with bench.house(mailbag(due, seed=7)).office() as office:
        _ingest(office)
        office.clock.pass_time(days=3)  # type: ignore[attr-defined]  # the house's clock is moved by hand

        def sweep_all() -> int:
            done = 0
            while some := sweep(office.store, office.desk, office.clock, Pace()):
                done += some
            return done

        bench.measure("overdue tickets decided", sweep_all)


def stages(bench: Bench, count: int) -> dict[str, float]:
    """Milliseconds of one mail in each stage, each stage alone."""
    mails = mailbag(count, seed=42)
    with bench.house(mails).office() as office:
        [mailbox] = office.mailboxes
        list(office.reader.read(mails[:2]))
        steps: dict[str, Callable[[], object]] = {
            "receive": lambda: receive(office.store, mailbox, office.clock, office.manner(mailbox.name), lambda: None),
            "read in workers": lambda: list(office.reader.read(mails)),
            "triage, reading included": lambda: _ingest(office),
            "deliver": lambda: _drain_all(office),
        }
        return {name: _seconds(step) / count * 1000 for name, step in steps.items()}


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def run(count: int, many: int) -> dict[str, Any]:
    """Everything, as one record."""
    with _servers() as bench:
        throughput(bench, count)
        memory(bench, count)
        stored(bench, many, count // 2)
        overdue(bench, count // 2)
        latency(bench, 20)
        full = f"ingest, {many:,} tickets stored"
        ratios = {
            "ingest / floor (aim 0.7)": bench.ratio("ingest, acknowledgement queued", "floor: ingest"),
            "drain / floor (aim 0.6)": bench.ratio("outbox drain", "floor: drain"),
            f"{many:,} stored / empty (aim 0.9)": bench.ratio(full, "ingest, empty store"),
        }
        rates = {
            name: {"mails/s": each.rate, "CPU ms/mail": statistics.median(each.cpu)}
            for name, each in bench.results.items()
        }
        return {"rates": rates, "ratios": ratios, "extra": bench.extra, "stages": stages(bench, count)}
