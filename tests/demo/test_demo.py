"""The demo as a person starts it: one command, a world of its own, the real daemon, and nothing left behind."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from daemon.demo.cast import NEVER_ANSWERED
from daemon.demo.live import NARROW
from tests.house import CHECKOUT
from tests.letters import opened

pytestmark = pytest.mark.timeout(240)


@dataclass(frozen=True)
class Shown:
    """A finished demo: how it ended, what it printed, and the folder that it left."""

    status: int
    told: dict[str, Any]
    errors: str
    folder: Path

    def ticket(self, words: str) -> dict[str, Any]:
        """The ticket whose subject has these words."""
        return next(each for each in self.told["tickets"] if words in each["subject"])

    def kinds(self, number: str) -> Counter[str]:
        """How many mails of each kind this ticket sent."""
        return Counter(each["kind"] for each in self.told["mails_out"] if each["ticket"] == number)

    def incoming(self, words: str) -> Sequence[dict[str, Any]]:
        """The mails that came whose subject has these words, in their order."""
        return [each for each in self.told["mails_in"] if words in each["subject"]]


def _demo(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "daemon", "demo", "--out", str(folder), *words],
        env={**os.environ, "PYTHONPATH": str(CHECKOUT), **environment},
        cwd=folder.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """One demo for all tests of this file."""
    folder = tmp_path_factory.mktemp("demo") / "out"
    done = _demo(folder, "--json")
    return Shown(done.returncode, json.loads(done.stdout), done.stderr, folder)


def test_everything_that_should_happen_happens_within_its_time(shown: Shown) -> None:
    assert shown.told["missed"] == []
    assert shown.status == 0
    assert shown.told["ok"] is True
    assert shown.told["seconds"] < 100


def test_at_least_thirty_mails_in_both_languages_become_tickets_of_every_category(shown: Shown) -> None:
    assert len(shown.told["mails_in"]) >= 30
    tickets = shown.told["tickets"]
    for language in ("zh", "en"):
        found = {each["category"] for each in tickets if each["language"].startswith(language)}
        assert {"fault", "account", "question", "request", "other"} <= found, language


def test_an_outage_is_urgent_gets_an_answer_and_a_promised_progress_mail_and_is_closed(shown: Shown) -> None:
    outage = shown.ticket("收银系统打不开")
    assert (outage["priority"], outage["status"]) == ("P1", "closed")
    kinds = shown.kinds(outage["number"])
    assert [kinds[kind] for kind in ("acknowledgement", "reply", "progress", "closed")] == [1, 1, 1, 1]
    assert any("everybody-is-hit" in reason for reason in outage["reasons"])


def test_an_engineer_who_does_not_answer_in_time_and_the_lead_are_reminded(shown: Shown) -> None:
    late = shown.ticket("order API is down")["number"]
    reminded = [each["to"] for each in shown.told["mails_out"] if each["ticket"] == late and each["kind"] == "overdue"]
    assert len(reminded) == 2
    assert "lin.yue@midhill.example" in reminded


def test_a_mail_that_comes_twice_or_by_an_alias_too_is_one_ticket_and_one_acknowledgement(shown: Shown) -> None:
    for words in ("请问怎么导出每月的库存报表", "How do I add a second till for the weekend market?"):
        ticket = shown.ticket(words)
        copies = [each for each in shown.incoming(words) if each["from"] == ticket["requester"]]
        assert [each["outcome"] for each in copies[:2]] == ["opened", "duplicate"]
        assert shown.kinds(ticket["number"])["acknowledgement"] == 1


def test_an_answer_that_keeps_only_the_number_finds_its_ticket(shown: Shown) -> None:
    ticket = shown.ticket("请问怎么导出每月的库存报表")["number"]
    answers = shown.incoming(f"回复: [{ticket}]")
    assert [(each["ticket"], each["because"]) for each in answers] == [(ticket, "subject-number")]


def test_machines_and_mails_of_two_senders_are_never_answered(shown: Shown) -> None:
    assert not {each["to"] for each in shown.told["mails_out"]} & set(NEVER_ANSWERED)
    reasons = [each["not_answered_because"] or "" for each in shown.told["mails_in"]]
    for word in ("list-id", "auto-generated", "auto-reply", "read-receipt", "bounce", "no single valid sender"):
        assert any(word in reason for reason in reasons), word


def test_a_stranger_who_names_a_ticket_gets_another_one_and_no_word_of_the_first(shown: Shown) -> None:
    named = shown.ticket("order API is down")["number"]
    asked = shown.incoming("please resend the last answer")[0]
    assert asked["ticket"] != named
    assert named in asked["remark"]
    to_stranger = [each for each in shown.told["mails_out"] if each["to"] == asked["from"]]
    assert [each["kind"] for each in to_stranger] == ["acknowledgement"]


def test_a_forged_order_and_a_mistyped_one_carry_nothing_out(shown: Shown) -> None:
    api, clinic = shown.ticket("order API is down"), shown.ticket("口罩的库存数量不对")
    assert api["status"] == "open"
    assert shown.kinds(api["number"])["not_verified"] == 1
    assert shown.kinds(clinic["number"])["order_refused"] == 1
    assert shown.kinds(clinic["number"])["closed"] == 1


def test_an_answer_that_comes_back_is_told_to_the_engineer(shown: Shown) -> None:
    assert shown.kinds(shown.ticket("小票打印机")["number"])["undeliverable"] == 1


def test_a_server_that_sends_us_away_once_gets_the_mail_at_the_second_attempt(shown: Shown) -> None:
    emma = [each for each in shown.told["mails_out"] if each["to"] == "emma@northgate-books.example"]
    assert emma[0]["attempts"] > 1
    assert {each["state"] for each in emma} == {"sent"}


def test_a_mail_older_than_the_desk_is_taken_in_and_nobody_is_written_to(shown: Shown) -> None:
    old = shown.ticket("上次培训的课件")["number"]
    states = {each["state"] for each in shown.told["mails_out"] if each["ticket"] == old}
    assert states <= {"withheld"}


def test_each_mail_that_left_is_a_file_that_reads_as_it_was_told(shown: Shown) -> None:
    left = [each for each in shown.told["mails_out"] if each["state"] == "sent"]
    files = sorted((shown.folder / "sent").glob("*.eml"))
    assert len(files) == len(left) > 30
    for file, mail in zip(files, left, strict=True):
        assert file.name.endswith(f"-{mail['kind']}-{mail['to']}.eml")
        assert opened(file.read_bytes())["To"] == mail["to"]
    assert len(list((shown.folder / "received").glob("*.eml"))) == len(shown.told["mails_in"])


def test_the_page_holds_every_mail_and_needs_neither_network_nor_script(shown: Shown) -> None:
    page = Path(shown.told["page"]).read_text(encoding="utf-8")
    assert page.count("<article") == len(shown.told["mails_in"]) + len(shown.told["mails_out"])
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert page.count('sandbox=""') == page.count("<iframe")


def test_nothing_is_left_running(shown: Shown) -> None:
    settings = yaml.safe_load((shown.folder / "postdesk.yaml").read_text(encoding="utf-8"))
    for port in (settings["mailboxes"][0]["port"], settings["smtp"]["port"]):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0
    assert [each for each in _command_lines() if str(shown.folder) in each] == []


def _command_lines() -> Sequence[str]:
    lines = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(process.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
        except OSError:
            continue  # It ended while we looked.
    return lines


def test_progress_goes_elsewhere_when_the_result_is_for_a_program(shown: Shown) -> None:
    assert "one second is 10 minutes" in shown.errors
    assert "\x1b[" not in shown.errors
    assert max(map(len, shown.errors.splitlines())) > NARROW


def test_a_daemon_that_dies_makes_the_demo_fail_and_say_so(tmp_path: Path) -> None:
    done = _demo(tmp_path / "out", POSTDESK_FAILPOINT="pr.2:6")
    assert done.returncode == 1
    assert "the daemon ended by itself with status -9" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    kept = tmp_path / "mine.txt"
    kept.write_text("mine")
    done = _demo(tmp_path)
    assert done.returncode == 2
    assert "is not empty" in done.stderr
    assert kept.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [kept]
