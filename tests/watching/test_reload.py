"""Changed files are taken in while the desk works, whole or not at all, by themselves or at SIGHUP (T-RU-04)."""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from daemon.clock import SystemClock
from daemon.policies import load_policy, shipped_packs
from daemon.resources import resource
from daemon.watching.changes import Changes, Stamps
from daemon.watching.reload import Reload
from tests.house import House
from tests.letters import letter, text_of
from tests.servers.process import eventually
from tests.watching.conftest import Run, happens, logged
from tests.watching.manager import Manager

ROOT = "root@desk.test"
BUSY = 3
"""How many times longer than promised a machine may take that does other work as well."""

LOOK_AFTER_READING = 5
"""The files are looked at when they are first known, twice until they rest, before they are read, and after."""

clock = SystemClock()


@pytest.fixture
def own_house(small_house: House) -> House:
    """A desk with a policy pack and a template of its own."""
    shutil.copytree(shipped_packs() / "basic", small_house.folder / "pack")
    (small_house.folder / "words" / "en").mkdir(parents=True)
    small_house.settings |= {"policy": "./pack", "templates": "./words"}
    say(small_house, "We have got it")
    return small_house


def say(house: House, words: str) -> None:
    shipped = (resource("templates") / "en" / "acknowledgement.j2").read_text("utf-8")
    changed = shipped.replace("Your mail has arrived", words)
    assert changed != shipped
    (house.folder / "words" / "en" / "acknowledgement.j2").write_text(changed, "utf-8")


def administrator(house: House) -> None:
    """Let somebody else than the lead look after the files."""
    with (house.folder / "people.yaml").open("a", encoding="utf-8") as file:
        file.write(f"roles: {{administrator: [{ROOT}]}}\n")


def events(house: House) -> Sequence[str]:
    return [line["event"] for line in logged(house)]


def health(house: House) -> Mapping[str, str]:
    """What is wrong, in words."""
    found = json.loads(house.postdesk("health", "--json", check=False).stdout)["faults"]
    return {each["trouble"]: each["words"] for each in found}


def digest(house: House) -> Sequence[str]:
    return [row.detail for row in house.rows("SELECT detail FROM sign WHERE name = 'policy'")]


def answered(house: House, sender: str) -> str:
    house.post(letter(sender))
    assert eventually(lambda: bool(house.sent(sender)))
    return text_of(house.sent(sender)[0])


def pack(house: House) -> Path:
    return house.folder / "pack" / "policy.yaml"


def test_a_changed_policy_and_wording_are_in_force_after_sighup(own_house: House, manager: Manager, run: Run) -> None:
    daemon = run(own_house)
    assert manager.hears("READY=1")
    assert "We have got it" in answered(own_house, "ann@customer.test")
    before = digest(own_house)
    say(own_house, "Your words are with us")
    pack(own_house).write_text(pack(own_house).read_text("utf-8") + "\n# A remark more.\n", "utf-8")
    daemon.send_signal(signal.SIGHUP)
    assert manager.hears("RELOADING=1\nMONOTONIC_USEC=")
    assert manager.hears("READY=1", times=2)
    assert digest(own_house) == [load_policy(str(own_house.folder / "pack")).digest] != before
    assert "Your words are with us" in answered(own_house, "bob@customer.test")


def test_a_changed_file_is_in_force_within_two_seconds_without_being_asked_for(
    own_house: House, manager: Manager, run: Run
) -> None:
    run(own_house)
    assert manager.hears("READY=1")
    before = digest(own_house)
    began = clock.monotonic()
    fresh = pack(own_house).with_name("fresh")
    fresh.write_text(pack(own_house).read_text("utf-8") + "\n# A remark more.\n", "utf-8")
    fresh.rename(pack(own_house))
    assert eventually(lambda: digest(own_house) != before)
    assert clock.monotonic() - began < 2 * BUSY


def test_a_fault_changes_nothing_at_all_and_the_administrators_are_told_once_where_it_stands(
    own_house: House, manager: Manager, run: Run
) -> None:
    daemon = run(own_house)
    assert manager.hears("READY=1")
    administrator(own_house)
    assert happens(own_house, "reloaded")
    before = digest(own_house)
    say(own_house, "Your words are with us")
    good = pack(own_house).read_text("utf-8")
    pack(own_house).write_text(good + "\nprioriy: 3\nclokcs: []\n", "utf-8")
    line = good.count("\n") + 2
    assert happens(own_house, "reload-refused", count=2, place=f"{pack(own_house)}:{line}:1")
    assert eventually(lambda: bool(own_house.sent(ROOT)))
    daemon.send_signal(signal.SIGHUP)
    assert eventually(lambda: events(own_house).count("reload-refused") == 2)
    assert digest(own_house) == before
    assert "We have got it" in answered(own_house, "ann@customer.test"), "the sound template beside it waits as well"
    [told] = own_house.sent(ROOT)
    assert f"{pack(own_house)}:{line}:1: unknown key 'prioriy'" in text_of(told)
    assert told["Auto-Submitted"] == "auto-generated" and told["X-Postdesk-Ticket"] is None
    assert f"{pack(own_house)}:{line}:1: unknown key 'prioriy'" in health(own_house)["reload-refused"]
    pack(own_house).write_text(good, "utf-8")
    assert eventually(lambda: events(own_house).count("reloaded") == 2)
    assert eventually(lambda: "reload-refused" not in health(own_house))
    assert "Your words are with us" in answered(own_house, "bob@customer.test")
    assert len(own_house.sent(ROOT)) == 1


def test_settings_that_need_a_new_start_all_wait_for_it_and_are_named(
    own_house: House, manager: Manager, run: Run
) -> None:
    run(own_house)
    assert manager.hears("READY=1")
    before = digest(own_house)
    own_house.settings["mailboxes"][0]["name"] = "other"
    own_house.settings["desk"] |= {"name": {"en": "Elsewhere"}}
    own_house.write()
    assert happens(own_house, "restart-needed", code="mailboxes")
    assert eventually(lambda: "mailboxes" in health(own_house).get("restart-needed", ""))
    pack(own_house).write_text(pack(own_house).read_text("utf-8") + "\n# A remark more.\n", "utf-8")
    assert eventually(lambda: digest(own_house) != before), "rules do not wait for it"
    assert "We have got it" in answered(own_house, "ann@customer.test")
    assert "Technical Support" in str(own_house.sent("ann@customer.test")[0]["From"])


def test_settings_that_need_no_new_start_are_taken_in(own_house: House, manager: Manager, run: Run) -> None:
    run(own_house)
    assert manager.hears("READY=1")
    own_house.settings["desk"] |= {"name": {"en": "Elsewhere"}}
    own_house.write()
    assert happens(own_house, "reloaded")
    answered(own_house, "ann@customer.test")
    assert "Elsewhere" in str(own_house.sent("ann@customer.test")[0]["From"])


def test_files_that_change_while_they_are_read_are_read_again(own_house: House) -> None:
    own_house.write()
    with own_house.office() as office:
        reload = Reload(office, own_house.config, Restless(own_house.config, pack(own_house)))
        before = office.desk.version
        with pack(own_house).open("a", encoding="utf-8") as file:
            file.write("# Half of\n")
        assert [reload.wanted(), reload.wanted()] == [False, True]
        reload.take_in()
        assert office.desk.version == before, "what was read is older than what is there"
        assert [reload.wanted(), reload.wanted()] == [False, True]
        reload.take_in()
        assert office.desk.version != before
        assert not reload.wanted()


class Restless(Changes):
    """Files of which one is written once more while they are read for the first time."""

    def __init__(self, config: Path, written: Path) -> None:
        self._looks = 0
        self._written = written
        super().__init__(config)

    def look(self) -> Stamps:
        self._looks += 1
        if self._looks == LOOK_AFTER_READING:
            with self._written.open("a", encoding="utf-8") as file:
                file.write("# a remark.\n")
        return super().look()
