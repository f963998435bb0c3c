"""The desk under seeded faults (T-SM-02), each test a few worlds."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from sqlalchemy import func, select

from daemon.store.schema import inbox
from tests.simulate.world import World, run

SEEDS = 54
GROUP = 6


@pytest.mark.parametrize("first", range(0, SEEDS, GROUP))
def test_every_invariant_holds_whatever_goes_wrong(first: int) -> None:
    for seed in range(first, first + GROUP):
        try:
            run(seed)
        except Exception as error:
            error.add_note(f"Repeat it with: python -m tests.simulate --seed {seed}")
            raise


def test_a_seed_gives_the_same_events_in_this_process_and_in_any_other() -> None:
    here = [run(seed).digest for seed in (1001, 1002, 1001)]
    assert here[0] == here[2] != here[1]
    for hash_seed in ("1", "2"):
        command = [sys.executable, "-m", "tests.simulate", "--seed", "1001"]
        environment = os.environ | {"PYTHONHASHSEED": hash_seed}
        told = subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=120)
        assert told.stdout.splitlines()[-1] == here[0]


def test_a_database_that_fails_costs_no_mail_an_attempt() -> None:
    failures = 0
    for seed in range(4):
        with World(seed, only="database") as world:
            failures += sum(world.run().faults.values())
            with world.faults.silent(), world.store.read() as c:
                assert c.scalar(select(func.max(inbox.c.attempts))) == 1
    assert failures > 10
