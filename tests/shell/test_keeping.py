"""Backup, restore, rescan and reconcile."""

from __future__ import annotations

import json
import stat
from pathlib import Path

from tests.house import House
from tests.letters import letter


def test_a_restored_desk_rebuilds_what_came_since_and_answers_nobody_twice(small_house: House, tmp_path: Path) -> None:
    small_house.post(letter(sender="old@customer.test"))
    small_house.postdesk("once")
    backup = tmp_path / "desk.tar.gz"
    small_house.postdesk("backup", str(backup))
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    small_house.post(letter(sender="new@customer.test"))
    small_house.postdesk("once")
    before = len(small_house.sink.accepted)
    small_house.postdesk("restore", str(backup))
    assert len(small_house.numbers()) == 1
    small_house.postdesk("rescan", "--since", "2020-01-01", "--no-ack")
    small_house.postdesk("once")
    assert len(small_house.numbers()) == 2
    assert len(small_house.sink.accepted) == before
    small_house.postdesk("rescan", "--since", "2020-01-01", "--no-ack")
    assert len(small_house.rows("SELECT 1 FROM inbox")) == 3, "the first one's copy is a duplicate, and seen only once"
    small_house.post(letter(sender="control@customer.test"))
    small_house.postdesk("once")
    assert len(small_house.sent("control@customer.test")) == 1


def test_what_a_backup_still_had_to_send_is_withheld_after_a_restore(small_house: House, tmp_path: Path) -> None:
    small_house.sink.stop()
    small_house.post(letter())
    assert small_house.postdesk("once", check=False).returncode == 75
    small_house.postdesk("backup", str(tmp_path / "desk.tar.gz"))
    small_house.postdesk("restore", str(tmp_path / "desk.tar.gz"))
    assert {row.state for row in small_house.rows("SELECT state FROM outbox")} == {"withheld"}


def test_a_file_that_is_no_backup_is_refused_and_nothing_is_touched(small_house: House, tmp_path: Path) -> None:
    small_house.postdesk("migrate")
    (tmp_path / "desk.tar.gz").write_bytes(b"nothing of ours")
    refused = small_house.postdesk("restore", str(tmp_path / "desk.tar.gz"), check=False)
    assert refused.returncode == 1
    assert "no backup" in refused.stderr
    assert small_house.numbers() == []


def test_reconcile_finds_the_mail_that_the_ledger_does_not_know(small_house: House) -> None:
    small_house.post(letter(), letter())
    small_house.postdesk("once")
    counts = json.loads(small_house.postdesk("reconcile", "--json").stdout)
    assert [count["missing"] for count in counts] == [[], []]
    assert [count["on_server"] for count in counts] == [0, 2]
    small_house.post(letter())
    small_house.post(letter(), folder="Processed")
    unknown = small_house.postdesk("reconcile", "--json", check=False)
    assert unknown.returncode == 1
    assert [len(count["missing"]) for count in json.loads(unknown.stdout)] == [1, 1]
