"""Each thing that can be wrong is named in words with what helps, by the real command over a real desk."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from daemon.cli import postdesk
from daemon.policies import shipped_packs
from daemon.settings import load_settings
from daemon.store.signs import Sign, give, take_back
from daemon.watching.examine import examine, policy_on_disk
from daemon.watching.health import Trouble
from daemon.watching.heartbeat import beat
from tests.house import House
from tests.letters import letter
from tests.servers.smtp import Stage

Break = Callable[[House], None]


@pytest.fixture
def well(small_house: House) -> House:
    """A desk that works and has something to look after."""
    return furnished_well(small_house)


def furnished_well(house: House) -> House:
    house.post(letter())
    house.once()
    with house.store() as store, store.write() as c:
        give(c, Sign.POLICY, house.clock.now(), house.desk().policy.digest)
    return house


def health(house: House) -> tuple[int, Mapping[str, Any]]:
    done = CliRunner().invoke(postdesk, ["health", "--config", str(house.config), "--json"])
    assert isinstance(done.exception, SystemExit | None), done.exception
    return done.exit_code, json.loads(done.stdout)


def faults(house: House) -> Sequence[str]:
    status, told = health(house)
    names = [each["trouble"] for each in told["faults"]]
    assert (status, told["healthy"]) == (1 if names else 0, not names)
    assert all(each["words"] and each["remedy"] for each in told["faults"])
    return names


def change(house: House, statement: str) -> None:
    with house.store() as store, store.write() as c:
        assert c.execute(text(statement), {"then": house.clock.now() - timedelta(days=2)}).rowcount


def test_a_desk_that_is_well_says_so(house: House) -> None:
    well = furnished_well(house)
    status, told = health(well)
    assert (status, told["faults"]) == (0, [])
    assert told["signs"]["counts"]["inbox"] == {"done": 1}
    assert sum(told["signs"]["counts"]["tickets"].values()) == 1
    done = well.postdesk("health")
    assert "all is well" in done.stdout and "mailbox support answered" in done.stdout


def silent_mailbox(house: House) -> None:
    change(house, "UPDATE mailbox SET last_poll_at = :then")


def unknown_mailbox(house: House) -> None:
    house.settings["mailboxes"].append({**house.settings["mailboxes"][0], "name": "sales"})
    house.write()


def stopped(house: House) -> None:
    with house.store() as store, store.write() as c:
        give(c, Sign.STOPPED, house.clock.now() + timedelta(hours=1))


def waiting_mail(house: House) -> None:
    change(house, "UPDATE inbox SET state = 'new', received_at = :then")


def quarantined(house: House) -> None:
    change(house, "UPDATE inbox SET state = 'quarantined'")


def waiting_outbox(house: House) -> None:
    change(house, "UPDATE outbox SET state = 'deferred', created_at = :then")


def failed_deliveries(house: House) -> None:
    house.settings["health"] = {"failures_allowed": 0}
    house.write()
    house.sink.at(Stage.RECIPIENT, "550 5.1.1 unknown", to="ann@customer.test")
    house.post(letter())
    house.once()


def late_heartbeat(house: House) -> None:
    house.settings |= {"heartbeat": {"every": "1m"}, "health": {"heartbeat_late": "1s"}}
    house.write()
    house.clock.pass_time(hours=-1)
    with house.office() as office:
        assert beat(office.store, office.desk, house.clock)
        house.clock.pass_time(minutes=30)
        assert beat(office.store, office.desk, house.clock)


def slow_heartbeat(house: House) -> None:
    house.settings["heartbeat"] = {"every": "1m"}
    house.write()
    with house.store() as store, store.write() as c:
        give(c, Sign.HEARTBEAT_SENT, house.clock.now() - timedelta(hours=1), "2026-11-21T10:00:00+00:00")
        give(c, Sign.HEARTBEAT_BACK, house.clock.now(), "1800.0")


def refused_reload(house: House) -> None:
    with house.store() as store, store.write() as c:
        give(c, Sign.RELOAD_REFUSED, house.clock.now(), "3\nrules.yaml:14:9: unknown key 'prioriy'")


def waiting_settings(house: House) -> None:
    with house.store() as store, store.write() as c:
        give(c, Sign.RESTART_NEEDED, house.clock.now(), "mailboxes, smtp")


def changed_policy(house: House) -> None:
    shutil.copytree(shipped_packs() / "basic", house.folder / "pack")
    with (house.folder / "pack" / "policy.yaml").open("a", encoding="utf-8") as file:
        file.write("\n# changed\n")
    house.settings["policy"] = "./pack"
    house.write()


def broken_policy(house: House) -> None:
    changed_policy(house)
    (house.folder / "pack" / "policy.yaml").write_text("name: [\n", "utf-8")


def full_disk(house: House) -> None:
    house.settings["health"] = {"disk_free": "900000GiB"}
    house.write()


BREAKS: Sequence[tuple[Break, str]] = [
    (silent_mailbox, "mailbox-silent"),
    (unknown_mailbox, "mailbox-silent"),
    (stopped, "not-running"),
    (waiting_mail, "mail-waiting"),
    (quarantined, "quarantine"),
    (waiting_outbox, "outbox-waiting"),
    (failed_deliveries, "deliveries-failed"),
    (late_heartbeat, "heartbeat-late"),
    (slow_heartbeat, "heartbeat-late"),
    (refused_reload, "reload-refused"),
    (waiting_settings, "restart-needed"),
    (changed_policy, "policy-changed"),
    (broken_policy, "policy-changed"),
]


@pytest.mark.parametrize(("broken", "named"), BREAKS, ids=[broken.__name__ for broken, _ in BREAKS])
def test_each_fault_is_named_alone(well: House, broken: Break, named: str) -> None:
    broken(well)
    assert faults(well) == [named]


def test_a_disk_without_room_is_named(small_house: House) -> None:
    small_house.once()
    full_disk(small_house)
    assert faults(small_house) == ["disk-full"]


def test_a_year_whose_working_days_nobody_knows_is_named(well: House) -> None:
    broken_policy(well)
    shutil.copytree(shipped_packs() / "response-handbook", well.folder / "pack", dirs_exist_ok=True)
    settings, later = load_settings(well.config), datetime(2037, 6, 1, tzinfo=UTC)
    with well.store() as store:
        examined = examine(store, settings, later, policy_on_disk(settings, later))
    [unknown] = [each for each in examined.findings if each.trouble is Trouble.DAYS_UNKNOWN]
    assert "2037 (business)" in unknown.words


def test_several_faults_are_told_together(well: House) -> None:
    silent_mailbox(well)
    quarantined(well)
    refused_reload(well)
    assert faults(well) == ["mailbox-silent", "quarantine", "reload-refused"]
    told = well.postdesk("health", check=False)
    assert told.returncode == 1
    assert all(words in told.stdout for words in ("mailbox support answered last", "postdesk quarantine list", "check"))


def test_a_desk_where_no_daemon_ever_worked_is_not_well_and_nothing_is_made_there(small_house: House) -> None:
    assert faults(small_house) == ["not-running"]
    assert not (small_house.folder / "postdesk.db").exists()


def test_a_database_without_its_tables_is_named(small_house: House) -> None:
    (small_house.folder / "postdesk.db").touch()
    assert faults(small_house) == ["schema"]


def test_a_database_that_is_none_is_named(small_house: House) -> None:
    (small_house.folder / "postdesk.db").write_bytes(b"no database at all, just words " * 100)
    assert faults(small_house) == ["database"]


def test_what_was_withheld_is_counted_and_no_fault(small_house: House) -> None:
    small_house.post(letter())
    small_house.postdesk("once", "--observe")
    assert faults(small_house) == []
    assert "withheld" in small_house.postdesk("health").stdout


def test_a_heartbeat_that_comes_back_in_time_is_shown(well: House) -> None:
    well.settings["heartbeat"] = {"every": "1m"}
    well.write()
    with well.store() as store, store.write() as c:
        give(c, Sign.HEARTBEAT_SENT, well.clock.now(), well.clock.now().isoformat())
        give(c, Sign.HEARTBEAT_BACK, well.clock.now(), "3.2")
    assert faults(well) == []
    assert health(well)[1]["signs"]["signs"]["heartbeat-back"]["detail"] == "3.2"
    with well.store() as store, store.write() as c:
        take_back(c, Sign.HEARTBEAT_BACK)
    assert faults(well) == [], "one that has just left is not late"
