"""The desk from the shell: tickets without mail, the pipe, quarantine and outbox."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import ENGINEER, House
from tests.letters import letter, subject_of, text_of

CALLER = "Ann Li <ann@customer.test>"


def _open(house: House) -> str:
    house.postdesk("migrate")
    done = house.postdesk("ticket", "new", "--from", CALLER, "--subject", "打印机坏了", "--text", "今天开始。")
    [number] = house.numbers()
    assert number in done.stdout
    return number


def test_a_phone_call_becomes_a_ticket_and_the_caller_gets_the_number(small_house: House) -> None:
    number = _open(small_house)
    small_house.postdesk("once")
    [ack] = small_house.sent("ann@customer.test")
    assert number in subject_of(ack)


def test_an_engineer_answers_notes_assigns_and_closes_from_the_shell(small_house: House) -> None:
    number = _open(small_house)
    for words in (
        ("note", number, "--by", "wang", "--text", "SECRET-OF-THE-DESK"),
        ("assign", number, "Lead", "--by", "wang"),
        ("reply", number, "--by", "Wang", "--text", "请重启打印机。"),
        ("close", number, "--by", ENGINEER, "--text", "已解决。"),
    ):
        small_house.postdesk("ticket", *words)
    small_house.postdesk("once")
    mails = [text_of(mail) for mail in small_house.sent("ann@customer.test")]
    assert any("请重启打印机" in text for text in mails)
    assert any("已解决" in text for text in mails)
    assert not any("SECRET-OF-THE-DESK" in text for text in mails)
    shown = json.loads(small_house.postdesk("show", number, "--json").stdout)
    assert shown["ticket"]["status"] == "closed"
    assert shown["ticket"]["assignee"] == "lead@desk.test"


def test_any_order_can_be_given_from_the_shell(small_house: House) -> None:
    number = _open(small_house)
    small_house.postdesk(
        "ticket", "order", number, "priority P1", "#eta 2h 等配件", "--by", "wang", "--text", "请稍候。"
    )
    small_house.postdesk("once")
    promise = text_of(small_house.sent("ann@customer.test")[-1])
    assert "等配件" in promise and "请稍候。" in promise
    ticket = json.loads(small_house.postdesk("show", number, "--json").stdout)["ticket"]
    assert ticket["priority"] == "P1" and ticket["promised_at"]
    refused = small_house.postdesk("ticket", "order", number, "#eta soon", "--by", "wang", check=False)
    assert refused.returncode == 1
    two_lines = small_house.postdesk("ticket", "order", number, "#wait\n#close", "--by", "wang", check=False)
    assert two_lines.returncode == 2


def test_what_cannot_be_carried_out_from_the_shell_says_so(small_house: House) -> None:
    number = _open(small_house)
    small_house.postdesk("ticket", "close", number, "--by", "wang")
    again = small_house.postdesk("ticket", "close", number, "--by", "wang", check=False)
    assert again.returncode == 1
    nobody = small_house.postdesk("ticket", "close", number, "--by", "nobody", check=False)
    assert nobody.returncode == 2
    unknown = small_house.postdesk("ticket", "close", "TS-20000101-001", "--by", "wang", check=False)
    assert unknown.returncode == 3


def _pipe(house: House, raw: bytes) -> subprocess.CompletedProcess[bytes]:
    words = [sys.executable, "-m", "daemon", "deliver", "--config", str(house.config)]
    return subprocess.run(words, input=raw, env=house.environment, capture_output=True, check=False, timeout=60)


def test_a_mail_from_the_pipe_of_a_mail_server_becomes_a_ticket(small_house: House) -> None:
    small_house.postdesk("migrate")
    assert _pipe(small_house, letter()).returncode == 0
    small_house.postdesk("once")
    assert len(small_house.numbers()) == 1
    assert len(small_house.sent("ann@customer.test")) == 1


def test_the_pipe_asks_the_mail_server_to_try_again_when_the_mail_cannot_be_kept(small_house: House) -> None:
    small_house.postdesk("migrate")
    database = small_house.folder / "postdesk.db"
    database.write_bytes(b"this is no database" * 100)
    assert _pipe(small_house, letter()).returncode == 75


@pytest.fixture
def poisoned(small_house: House) -> House:
    """A desk with one mail in quarantine: its reader was killed three times."""
    small_house.post(letter(subject="poison"))
    small_house.settings["triage"] |= {"attempts": 1}
    small_house.write()
    small_house.postdesk("once", POSTDESK_FAILPOINT="worker:1")
    assert [row.state for row in small_house.rows("SELECT state FROM inbox")] == ["quarantined"]
    return small_house


def test_a_quarantined_mail_is_listed_exported_and_tried_again_with_success(poisoned: House, tmp_path: Path) -> None:
    [row] = json.loads(poisoned.postdesk("quarantine", "list", "--json").stdout)
    number = str(row["id"])
    poisoned.postdesk("quarantine", "export", number, str(tmp_path / "out.eml"))
    assert b"poison" in (tmp_path / "out.eml").read_bytes()
    poisoned.postdesk("quarantine", "requeue", number)
    poisoned.clock.pass_time(hours=1)
    poisoned.once()
    assert len(poisoned.numbers()) == 1
    assert poisoned.postdesk("quarantine", "requeue", number, check=False).returncode == 3


def test_a_discarded_mail_keeps_its_bytes_and_the_reason(poisoned: House) -> None:
    poisoned.postdesk("quarantine", "discard", "1", "--reason", "spam")
    [row] = poisoned.rows("SELECT state, because, raw_sha256 FROM inbox")
    assert (row.state, row.because) == ("done", "discarded: spam")
    assert poisoned.rows("SELECT 1 FROM blob WHERE sha256 = :name", name=row.raw_sha256)


def test_a_withheld_mail_can_be_looked_at_and_sent_after_all(small_house: House) -> None:
    small_house.post(letter())
    small_house.postdesk("once", "--observe")
    rows = json.loads(small_house.postdesk("outbox", "list", "--state", "withheld", "--json").stdout)
    [ack] = [row for row in rows if row["kind"] == "acknowledgement"]
    assert "ann@customer.test" in small_house.postdesk("outbox", "show", str(ack["id"])).stdout
    small_house.postdesk("outbox", "retry", str(ack["id"]))
    small_house.postdesk("once")
    assert len(small_house.sent("ann@customer.test")) == 1
    assert small_house.postdesk("outbox", "cancel", str(ack["id"]), check=False).returncode == 1


def test_explain_says_what_would_become_of_a_mail_and_writes_nothing(small_house: House) -> None:
    small_house.postdesk("migrate")
    mail = small_house.folder / "mail.eml"
    mail.write_bytes(letter(subject="系统宕机，所有用户无法登录"))
    said = small_house.postdesk("explain", str(mail)).stdout
    assert "It would open TS-" in said
    assert "rule " in said
    assert small_house.numbers() == []
    assert not small_house.rows("SELECT 1 FROM inbox")
