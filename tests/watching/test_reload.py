"""SIGHUP: a changed policy, people and wording are taken in while the desk works, whole or not at all."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from daemon.policies import load_policy, shipped_packs
from daemon.resources import resource
from tests.house import House
from tests.letters import letter, text_of
from tests.servers.process import eventually
from tests.watching.conftest import Run, happens
from tests.watching.manager import Manager


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


def test_a_reload_with_a_fault_changes_nothing_at_all_and_says_so(own_house: House, manager: Manager, run: Run) -> None:
    daemon = run(own_house)
    assert manager.hears("READY=1")
    before = digest(own_house)
    say(own_house, "Your words are with us")
    good = pack(own_house).read_text("utf-8")
    pack(own_house).write_text(good + "\nprioriy: 3\nclokcs: []\n", "utf-8")
    daemon.send_signal(signal.SIGHUP)
    assert happens(own_house, "reload-refused", error="Faults", count=2)
    assert manager.hears("READY=1", times=2), "the manager must not wait for ever"
    assert digest(own_house) == before
    assert [row.detail for row in own_house.rows("SELECT detail FROM sign WHERE name = 'reload-refused'")] == ["2"]
    assert "We have got it" in answered(own_house, "ann@customer.test"), "the sound template beside it waits as well"
    pack(own_house).write_text(good, "utf-8")
    daemon.send_signal(signal.SIGHUP)
    assert happens(own_house, "reloaded")
    assert eventually(lambda: not own_house.rows("SELECT 1 FROM sign WHERE name = 'reload-refused'"))
    assert "Your words are with us" in answered(own_house, "bob@customer.test")


def test_a_changed_setting_that_needs_a_new_start_is_named_as_such(
    own_house: House, manager: Manager, run: Run
) -> None:
    daemon = run(own_house)
    assert manager.hears("READY=1")
    own_house.settings["mailboxes"][0]["name"] = "other"
    own_house.write()
    daemon.send_signal(signal.SIGHUP)
    assert happens(own_house, "restart-needed")
    assert "We have got it" in answered(own_house, "ann@customer.test")
