"""`python -m tests.simulate --seed 17` repeats one world; `--seeds 0:2000` runs many and says which went wrong."""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections import Counter

from tests.simulate.world import World


def main() -> int:
    """Run the seeds asked for; the number of those that failed, at most 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulate", description=__doc__)
    parser.add_argument("--seed", type=int, help="run this one and print its log of events")
    parser.add_argument("--seeds", default="0:100", help="run from the first up to but without the second")
    parser.add_argument("--until-failure", action="store_true", help="end with the first seed that fails")
    asked = parser.parse_args()
    if asked.seed is not None:
        return _one(asked.seed)
    first, last = map(int, asked.seeds.split(":"))
    return _many(range(first, last), 1 if asked.until_failure else last - first)


def _one(seed: int) -> int:
    with World(seed) as world:
        try:
            last, failed = world.run().digest, 0
        except Exception:
            last, failed = traceback.format_exc(), 1
    print(*world.events, last, sep="\n")
    return failed


def _many(seeds: range, most_failures: int) -> int:
    began, failed = time.perf_counter(), 0
    faults: Counter[str] = Counter()
    totals: Counter[str] = Counter()
    for seed in seeds:
        if failed == most_failures:
            break
        try:
            with World(seed) as world:
                report = world.run()
        except Exception as error:
            failed += 1
            print(f"seed {seed}: {type(error).__name__}: {error}\n  python -m tests.simulate --seed {seed}", flush=True)
            continue
        faults.update(report.faults)
        totals.update(report.totals)
    seconds = time.perf_counter() - began
    for title, counts in (("Faults", faults), ("Totals", totals)):
        print(f"{title}: " + ", ".join(f"{name} {count}" for name, count in sorted(counts.items())))
    print(f"{len(seeds)} seeds, {failed} failed, {seconds:.1f} s, {60 * len(seeds) / seconds:.0f} seeds a minute")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
