"""After a change of policy or people every open ticket is due when the desk that now works says so (T-SL-10)."""

from __future__ import annotations

import re
import shutil
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from daemon.policies import shipped_packs
from daemon.schedule import reschedule, take_effect
from daemon.sweep import sweep
from tests.house import ENGINEER, LEAD, House
from tests.letters import answer, letter
from tests.stages.scenes import open_ticket, told

HOUR = timedelta(hours=1)


@pytest.fixture
def tuned(house: House) -> House:
    """A desk with a pack of its own, which answers within the hour, and takes two tickets at a time."""
    shutil.copytree(shipped_packs() / "basic", house.folder / "pack")
    house.settings |= {"policy": "./pack", "sweep": {"interval": "1s", "reschedule_batch": 2}}
    house.write()
    promise(house, "1h")
    return house


def promise(house: House, target: str) -> None:
    """Let a first response be promised within this time, and nothing else for days."""
    path, targets = house.folder / "pack" / "policy.yaml", iter((target, "9d"))
    shipped = (shipped_packs() / "basic" / "policy.yaml").read_text("utf-8")
    tuned = re.sub(
        r"target: \{P1: [0-9].*",
        lambda _: "target: {{P1: {0}, P2: {0}, P3: {0}, P4: {0}}}".format(next(targets)),
        shipped,
    )
    path.write_text(tuned, "utf-8")


def due(house: House) -> list[timedelta | None]:
    """How long after its opening each ticket is due."""
    with house.store() as store, store.read() as c:
        rows = c.execute(text("SELECT opened_at, next_due_at FROM ticket ORDER BY number")).all()
    moments = [[_instant(each) for each in row] for row in rows]
    return [at - opened if at and opened else None for opened, at in moments]


def _instant(value: object) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value  # type: ignore[return-value]  # a column of instants


def versions(house: House) -> int:
    return len(house.rows("SELECT DISTINCT scheduled_under FROM ticket WHERE scheduled_under IS NOT NULL"))


def people(house: House, count: int) -> None:
    house.post(*(letter(f"ann{number}@customer.test") for number in range(count)))
    house.once()


def test_open_tickets_follow_a_changed_policy_and_unchanged_ones_are_left_alone(tuned: House) -> None:
    people(tuned, 5)
    assert due(tuned) == [HOUR] * 5
    promise(tuned, "3h")
    with tuned.office() as office:
        assert reschedule(office.store, office.desk, office.clock) == 0, "it is not in force yet"
        take_effect(office.store, office.desk, office.clock)
        assert [reschedule(office.store, office.desk, office.clock) for _ in range(4)] == [2, 2, 1, 0]
    assert due(tuned) == [3 * HOUR] * 5


def test_a_rescheduling_that_was_interrupted_is_ended_by_the_next_start(tuned: House) -> None:
    people(tuned, 5)
    promise(tuned, "3h")
    with tuned.office() as office:
        take_effect(office.store, office.desk, office.clock)
        assert reschedule(office.store, office.desk, office.clock) == 2
    assert sorted(due(tuned), key=str) == [HOUR] * 3 + [3 * HOUR] * 2
    assert versions(tuned) == 2
    tuned.once()
    assert due(tuned) == [3 * HOUR] * 5
    assert versions(tuned) == 1


def test_a_desk_whose_version_was_overtaken_reschedules_nothing_back(tuned: House) -> None:
    people(tuned, 3)
    with tuned.office() as old:
        promise(tuned, "3h")
        tuned.once()
        assert reschedule(old.store, old.desk, old.clock) == 0
        assert due(tuned) == [3 * HOUR] * 3


def test_a_mail_decided_about_under_the_old_version_meanwhile_is_found_too(tuned: House) -> None:
    with tuned.office() as old:
        promise(tuned, "3h")
        tuned.once()
        tuned.post(letter())
        old.once()
        assert due(tuned) == [HOUR]
    tuned.once()
    assert due(tuned) == [3 * HOUR]


def test_people_who_changed_reschedule_too_and_a_closed_ticket_stays_at_rest(tuned: House) -> None:
    with tuned.shift() as shift:
        number = open_ticket(tuned, shift)
        [asked] = told(tuned, number)
        tuned.post(answer(asked, ENGINEER, "#close"))
        shift.turn()
        open_ticket(tuned, shift, "bob@customer.test")
    with (tuned.folder / "people.yaml").open("a", encoding="utf-8") as file:
        file.write(f"roles: {{lead: [{LEAD}]}}\n")
    with tuned.office() as office:
        take_effect(office.store, office.desk, office.clock)
        assert reschedule(office.store, office.desk, office.clock) == 1
    assert due(tuned)[0] is None


def test_what_is_overdue_by_the_new_policy_is_told_once_to_each_reader(tuned: House) -> None:
    people(tuned, 4)
    tuned.clock.pass_time(minutes=40)
    promise(tuned, "10m")
    with tuned.shift() as shift:
        for _ in range(3):
            shift.turn()
    for number in tuned.numbers():
        query = "SELECT recipient FROM outbox WHERE kind = 'overdue' AND ticket_number = :number ORDER BY recipient"
        assert [row.recipient for row in tuned.rows(query, number=number)] == [LEAD, ENGINEER]


def test_tickets_that_always_fail_starve_no_other(tuned: House) -> None:
    tuned.settings["sweep"]["batch"] = 2
    tuned.write()
    people(tuned, 4)
    broken = tuned.numbers()[:3]
    with tuned.store() as store, store.write() as c:
        for number in broken:
            c.execute(text("UPDATE ticket SET clocks = '[{\"name\": null}]' WHERE number = :n"), {"n": number})
    tuned.clock.pass_time(hours=2)
    with tuned.office() as office:
        done = [sweep(office.store, office.desk, office.clock, office.pace) for _ in range(3)]
        assert done == [0, 1, 0], "the sound one had its turn, and nobody tries the others again at once"
        tuned.clock.pass_time(minutes=6)
        assert sweep(office.store, office.desk, office.clock, office.pace) == 0
    promise(tuned, "3h")
    tuned.once()
    assert due(tuned)[3] not in {None, HOUR}
    assert versions(tuned) == 1, "a ticket that cannot be reckoned holds up no rescheduling"
