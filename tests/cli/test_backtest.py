"""`postdesk rules backtest` replays what is in the store under other rules, and changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

from daemon.policies import shipped_packs
from tests.house import ENGINEER, House
from tests.letters import answer, letter

NEW = """\
- {id: sales, when: {subject|contains: Sale}, then: {discard: advertising}, stop: true}
- {id: printers, when: {content|word: printer*}, then: {category: account, impact: low}}
"""
"""These go before the rules that the desk has."""


def lived(house: House) -> Path:
    """A desk with three tickets, a conversation in one, and a file of new rules."""
    rules = house.folder / "new.yaml"
    rules.write_text(NEW + (shipped_packs() / "basic" / "rules.yaml").read_text("utf-8"), "utf-8")
    house.post(letter(), letter("bob@shop.test", "Sale"), letter("eve@customer.test", "Something else", "Hello."))
    with house.shift() as shift:
        shift.turn()
        house.post(answer(house.sent("bob@shop.test")[0], "bob@shop.test", "Buy now."))
        house.post(answer(house.sent(ENGINEER)[0], ENGINEER, "Try turning it off and on."))
        shift.turn()
    return rules


def everything(house: House) -> list[object]:
    tables = ("ticket", "journal", "inbox", "outbox", "blob", "counter", "message_id")
    return [house.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables]


def test_counts_come_first_and_then_each_changed_ticket_with_why(house: House) -> None:
    rules = lived(house)
    before, sent = everything(house), len(house.sink.accepted)
    told = json.loads(house.postdesk("rules", "backtest", "--rules", str(rules), "--json").stdout)
    assert everything(house) == before and len(house.sink.accepted) == sent
    assert (told["mails"], told["unread"]) == (5, 0)
    changes = {(each["field"], each["old"], each["new"]): each["mails"] for each in told["changes"]}
    assert changes["outcome", "opened", "set-aside: advertising (rule sales)"] == 1
    assert changes["outcome", "appended", "opened"] == 1, "the answer to what was discarded"
    assert changes["acknowledged", "yes", "no"] == 1
    changed = {each["mail"]: each for each in told["changed"]}
    printer = next(each for each in told["changed"] if each["subject"] == "The printer is down")
    assert printer["fields"]["category"]["new"] == "account"
    assert printer["fields"]["priority"] == {"old": "P1", "new": "P3"}
    assert any("rule printers" in why for why in printer["why_new"])
    assert not any(each["subject"] == "Something else" for each in changed.values())
    assert {"rule": "printers", "old": 0, "new": 1} in told["rules"]
    shown = house.postdesk("rules", "backtest", "--rules", str(rules), COLUMNS="150").stdout
    assert shown.startswith("5 mails; ")
    assert "+ rule printers: category account" in shown and "set-aside: advertising" in shown


def test_the_same_rules_make_no_difference(small_house: House) -> None:
    lived(small_house)
    done = small_house.postdesk("rules", "backtest", "--policy", "basic")
    assert done.stdout == "5 mails; 0 would have fared otherwise\n"


def test_only_so_many_mails_are_shown_but_all_are_counted(small_house: House) -> None:
    rules = lived(small_house)
    done = small_house.postdesk("rules", "backtest", "--rules", str(rules), "--most", "1")
    assert "more mails; --most shows more of them" in done.stdout
    done = small_house.postdesk("rules", "backtest", "--rules", str(rules), "--since", "1s", "--json")
    assert json.loads(done.stdout)["mails"] <= 5


def test_a_mail_that_kills_its_reader_is_counted_and_the_rest_go_on(small_house: House) -> None:
    rules = lived(small_house)
    done = small_house.postdesk(
        "rules", "backtest", "--rules", str(rules), "--json", POSTDESK_FAILPOINT="worker@Something else"
    )
    told = json.loads(done.stdout)
    assert (told["mails"], told["unread"]) == (4, 1)


def test_rules_with_faults_are_refused_at_their_place(small_house: House) -> None:
    small_house.postdesk("migrate")
    rules = small_house.folder / "new.yaml"
    rules.write_text("- {id: one, when: {subjekt: x}, then: {category: falt}}\n", "utf-8")
    done = small_house.postdesk("rules", "backtest", "--rules", str(rules), check=False)
    assert done.returncode == 2
    assert "new.yaml:1:" in done.stderr and "did you mean 'subject'" in done.stderr
    none = small_house.postdesk("rules", "backtest", check=False)
    assert none.returncode == 2 and "name the new rules" in none.stderr
