"""A desk that is asked to stop gives back what it sends, and a second one never disturbs it (T-CR-17, T-MI-09)."""

from __future__ import annotations

import pytest

from daemon.cli import TRY_LATER
from tests.crash.trial import REST_WITHIN, Trial, on_trial
from tests.house import STOP_WITHIN, House
from tests.servers.process import eventually
from tests.servers.smtp_script import Break, Stage


@pytest.mark.parametrize(
    ("stage", "state"),
    [(Stage.RECIPIENT, "deferred"), (Stage.DATA, "unknown"), (Stage.DOT, "unknown"), (Stage.TAKEN, "unknown")],
)
def test_a_desk_stopped_while_the_mail_server_hangs_gives_its_mail_back_in_time(
    small_house: House, stage: Stage, state: str
) -> None:
    small_house.settings["smtp"]["timeout"] = "10m"
    with on_trial(small_house) as trial, trial.desk() as process:
        small_house.sink.at(stage, Break.HANG)
        trial.post(trial.request())
        assert eventually(lambda: _states(trial) == {"sending"}, REST_WITHIN)
        assert eventually(lambda: any(said.line.startswith("RCPT") for said in small_house.sink.commands), REST_WITHIN)
        process.terminate()
        assert process.wait(STOP_WITHIN) == 0
        assert _states(trial) == {"ready", state}
        assert not small_house.rows("SELECT 1 FROM outbox WHERE lease_until IS NOT NULL")


def test_a_desk_stopped_while_it_sends_finishes_and_the_next_one_sends_the_rest(house: House) -> None:
    with on_trial(house, connections=2) as trial:
        trial.post(*(trial.request() for _ in range(10)))
        with trial.desk() as process:
            assert eventually(lambda: house.sink.has(3), REST_WITHIN)
            process.terminate()
            assert process.wait(STOP_WITHIN) == 0
        assert "sending" not in _states(trial)
        verdict = trial.judged()
        assert verdict.breaches == []
        assert verdict.copies == 0


def test_a_second_desk_on_the_same_database_steps_back_and_the_first_goes_on(house: House) -> None:
    with on_trial(house) as trial, trial.desk() as first:
        trial.post(trial.request())
        assert eventually(trial.at_rest, REST_WITHIN)
        second = house.postdesk("run", check=False)
        assert second.returncode == TRY_LATER
        assert "another postdesk" in second.stderr
        assert "Traceback" not in second.stderr
        trial.post(trial.request())
        assert eventually(trial.at_rest, REST_WITHIN)
        assert first.poll() is None
        assert len(house.numbers()) == 2


def _states(trial: Trial) -> set[str]:
    return {row.state for row in trial.house.rows("SELECT state FROM outbox")}
