"""The kill -9 campaign: the real daemon dies at each of its crash points, comes back, and must have kept every promise.

`python -m tests.crash` runs all of it and prints a table; `--seeds` and `--kills` make it longer.
"""

from __future__ import annotations

import random  # noqa: TID251 - a seed repeats the moments of all kills.
import subprocess
from contextlib import suppress

from tests.crash.evidence import Letter
from tests.crash.trial import ATTEMPTS, READ_WITHIN, REST_WITHIN, Trial, Verdict, on_trial
from tests.house import House
from tests.servers.process import eventually

POINTS = ("in.1", "in.2", "in.3", "in.4", "pr.1", "pr.2", "pr.3", "out.1", "out.2", "out.3", "out.4")
HITS = (1, 3)

WORKING_SECONDS = 1.5
"""A desk that is killed at random works at most so long."""

WORKING_SHARE = 0.8
"""How many of them are killed only after they have begun to work."""

MANY_ATTEMPTS = 100
"""Kills at random may meet one innocent mail more than three times."""


def crashed_at(house: House, point: str, hit: int) -> Verdict:
    """A conversation under way, three new requests, one of them twice, and a desk that dies once at this point."""
    with on_trial(house) as trial:
        first, second = trial.request(), trial.request()
        trial.post(first)
        house.once()
        reply, closing = trial.follow_up(first)
        trial.post(second, reply, trial.request(), second, closing, trial.request())
        return _verdict(trial, reached=trial.killed_by(f"{point}:{hit}"))


def reader_killed(house: House, hit: int) -> Verdict:
    """Requests, of which every `hit`-th kills whoever reads it, until it is read by somebody else."""
    with on_trial(house, attempts=MANY_ATTEMPTS) as trial:
        trial.post(*(trial.request() for _ in range(5)))
        with trial.desk(f"worker:{hit}"):
            reached = eventually(lambda: bool(house.rows("SELECT 1 FROM inbox WHERE error IS NOT NULL")), READ_WITHIN)
        return _verdict(trial, reached=reached)


def reader_poisoned(house: House) -> Verdict:
    """A mail that kills each process which reads it, among others that do not."""
    with on_trial(house) as trial:
        trial.post(trial.request(), trial.request("poison", poisonous=True), trial.request(), trial.request())
        with trial.desk("worker@poison"):
            reached = eventually(trial.at_rest, READ_WITHIN)
        return _verdict(trial, reached=reached)


def desk_poisoned(house: House) -> Verdict:
    """A mail that kills each desk which works on it; the one after the last allowed attempt must leave it alone."""
    with on_trial(house) as trial:
        trial.post(trial.request(), trial.request("poison", poisonous=True), trial.request(), trial.request())
        reached = all(trial.killed_by("pr.1@poison") for _ in range(ATTEMPTS))
        with trial.desk("pr.1@poison") as process:
            eventually(lambda: process.poll() is not None or trial.at_rest(), REST_WITHIN)
        return _verdict(trial, reached=reached)


def killed_at_random(house: House, seed: int, kills: int) -> Verdict:
    """Mails come all the time, customers and engineers answer, and every few moments the desk is killed."""
    chance = random.Random(seed)
    with on_trial(house, connections=2, attempts=MANY_ATTEMPTS) as trial:
        unanswered: list[Letter] = []
        for _ in range(kills):
            with trial.desk() as process:
                _write(trial, unanswered, chance)
                _let_live(process, trial, chance)
        return trial.judged()


def _write(trial: Trial, unanswered: list[Letter], chance: random.Random) -> None:
    """Two new requests, some mail a second time, and the rest of a conversation that has begun."""
    requests = [trial.request(), trial.request()]
    again = chance.choice([*trial.posted, *requests])
    answered = next(((each, found) for each in unanswered if (found := trial.follow_up(each))), None)
    if answered is not None:
        unanswered.remove(answered[0])
        trial.post(*answered[1])
    trial.post(*requests, again)
    unanswered += requests


def _let_live(process: subprocess.Popen[bytes], trial: Trial, chance: random.Random) -> None:
    """Wait for the end of a life: of most of them while there is work to do, of some before it has begun."""
    seconds = chance.uniform(0.0, WORKING_SECONDS)
    if chance.random() < WORKING_SHARE:
        eventually(trial.at_work, REST_WITHIN)
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)


def _verdict(trial: Trial, *, reached: bool) -> Verdict:
    verdict = trial.judged()
    unreached = [] if reached else ["the desk never came to the fault point"]
    return Verdict(verdict.kills, verdict.copies, [*unreached, *verdict.breaches])
