"""`postdesk check` tells every fault of every file at once, each with its place."""

from __future__ import annotations

import re

from tests.house import House


def test_what_is_in_order_is_said_to_be(small_house: House) -> None:
    done = small_house.postdesk("check")
    assert "in order" in done.stdout
    assert re.search(r"Policy basic [0-9a-f]{12}", done.stdout)


def test_the_faults_of_all_files_are_told_at_once_with_their_places(small_house: House) -> None:
    folder = small_house.folder
    (folder / "pack").mkdir()
    (folder / "pack" / "policy.yaml").write_text("name: Mine\nlanguages: [en]\nstatusses: {}\n", "utf-8")
    (folder / "pack" / "rules.yaml").write_text("- id: one\n  when: {subjekt|contains: x}\n  then: {}\n", "utf-8")
    (folder / "words" / "en").mkdir(parents=True)
    (folder / "words" / "en" / "closed.j2").write_text("{% block subject %}{{ nombre }}{% endblock %}\n", "utf-8")
    (folder / "people.yaml").write_text("engineers:\n  - {address: not an address, name: X}\nlead: a@b.test\n", "utf-8")
    small_house.settings |= {"policy": "./pack", "templates": "./words"}
    _rewrite_settings(small_house)
    done = small_house.postdesk("check", check=False)
    assert (done.returncode, done.stdout) == (2, "")
    for expected in (
        r"pack/policy\.yaml:3:1: .*statusses.*did you mean 'statuses'",
        r"people\.yaml:2:\d+: .*not an address",
        r"closed\.j2:\d+:\d+: .*nombre",
    ):
        assert re.search(expected, done.stderr), done.stderr
    assert re.search(r"mend the \d+ fault", done.stderr)


def test_every_fault_of_the_settings_is_told_with_the_nearest_word(small_house: House) -> None:
    small_house.settings["smtp"]["tsl"] = "plain"
    small_house.settings["mailboxes"][0]["poll"] = "often"
    small_house.settings["desk"]["timezone"] = "Asia/Shangai"
    small_house.write()
    (small_house.folder / "people.yaml").write_text("engineers: []\n", "utf-8")
    done = small_house.postdesk("check", check=False)
    assert done.returncode == 2
    for expected in ("tsl.*did you mean 'tls'", "often", "Shangai.*did you mean 'Asia/Shanghai'"):
        assert re.search(rf"postdesk\.yaml:\d+:\d+: .*{expected}", done.stderr), done.stderr
    assert re.search(r"people\.yaml:\d+:\d+: ", done.stderr), "the other files are looked at all the same"


def test_all_secrets_that_cannot_be_read_are_told_at_once(small_house: House) -> None:
    small_house.settings["mailboxes"][0]["password"] = {"env": "NOT_SET_ONE"}
    small_house.settings["smtp"] |= {"username": "desk", "password": {"file": "missing.secret"}}
    small_house.write()
    done = small_house.postdesk("check", check=False)
    assert done.returncode == 2
    assert "NOT_SET_ONE" in done.stderr and "missing.secret" in done.stderr


def _rewrite_settings(house: House) -> None:
    """Write the settings and leave the people as the test has them."""
    people = (house.folder / "people.yaml").read_text("utf-8")
    house.write()
    (house.folder / "people.yaml").write_text(people, "utf-8")
