"""The whole kill -9 campaign as a command, with a table of what came of each run: `python -m tests.crash`"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial

import click

from daemon.clock import SystemClock
from tests.crash.campaign import (
    HITS,
    POINTS,
    crashed_at,
    desk_poisoned,
    killed_at_random,
    reader_killed,
    reader_poisoned,
)
from tests.crash.houses import DATABASES, street
from tests.crash.trial import Verdict
from tests.house import House

Run = Callable[[House], Verdict]


@click.command(help=__doc__)
@click.option("--database", "databases", type=click.Choice(DATABASES), multiple=True, default=DATABASES)
@click.option("--point", "points", type=click.Choice(POINTS), multiple=True, default=POINTS)
@click.option("--seeds", default=2, help="Runs of random kills on each database.")
@click.option("--kills", default=8, help="Kills in each of them.")
def main(databases: tuple[str, ...], points: tuple[str, ...], seeds: int, kills: int) -> None:
    """Run it all; exit status 1 if any promise broke."""
    broken, clock = 0, SystemClock()
    click.echo(f"{'run':16} {'database':10} kills copies seconds")
    with street() as servers:
        for name, run in _runs(points, seeds, kills):
            for database in databases:
                began = clock.monotonic()
                with servers.house(database) as house:
                    verdict = run(house)
                seconds = clock.monotonic() - began
                click.echo(f"{name:16} {database:10} {verdict.kills:5} {verdict.copies:6} {seconds:7.1f}")
                for breach in verdict.breaches:
                    click.echo(f"    BROKEN {breach}")
                broken += bool(verdict.breaches)
    sys.exit(bool(broken))


def _runs(points: tuple[str, ...], seeds: int, kills: int) -> Iterator[tuple[str, Run]]:
    for point in points:
        yield from ((f"{point} #{hit}", partial(crashed_at, point=point, hit=hit)) for hit in HITS)
    yield from ((f"worker #{hit}", partial(reader_killed, hit=hit)) for hit in HITS)
    yield from (("poison, reader", reader_poisoned), ("poison, desk", desk_poisoned))
    yield from (
        (f"random seed {seed}", partial(killed_at_random, seed=seed, kills=kills)) for seed in range(1, seeds + 1)
    )


if __name__ == "__main__":
    main()
