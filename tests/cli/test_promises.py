"""`clocks`, `forecast` and the due moments of `list`: what the desk owes, and what it will write if nobody acts."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from daemon.policies import shipped_packs
from daemon.receive import receive
from daemon.store.schema import ticket
from daemon.triage import triage
from rules.calendar import local_text
from tests.house import ENGINEER, LEAD, House
from tests.letters import answer, letter

HOUR = timedelta(hours=1)


def calm(sender: str = "ann@customer.test") -> bytes:
    """A fault that nothing makes urgent: P3, of which the basic pack answers the first within 8 h."""
    return letter(sender, "Printer 5 down", "It prints nothing.")


def with_pack(house: House, name: str, old: str = "", new: str = "") -> None:
    """Let the desk work by a copy of a pack in which `new` stands for `old`, with people who fit every pack."""
    pack = house.folder / "pack"
    shutil.copytree(shipped_packs() / name, pack)
    policy = pack / "policy.yaml"
    policy.write_text(policy.read_text("utf-8").replace(old, new), "utf-8")
    house.settings["policy"] = "./pack"
    house.write()
    people = f"engineers: [{{address: {ENGINEER}, name: Wang}}]\nlead: {ENGINEER}\n"
    (house.folder / "people.yaml").write_text(people, "utf-8")


def clocks(house: House) -> dict[str, dict[str, Any]]:
    [number] = house.numbers()
    told = json.loads(house.postdesk("clocks", number.lower(), "--json").stdout)
    assert told["ticket"] == number
    return {each["clock"]: each for each in told["clocks"]}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


# clocks --------------------------------------------------------------------------------------------------------------


def test_each_promise_is_shown_with_what_is_used_up_and_when_it_is_due(small_house: House) -> None:
    small_house.post(calm())
    small_house.once()
    [row] = small_house.rows("SELECT opened_at, priority FROM ticket")
    found = clocks(small_house)
    first, progress = found["first_response"], found["progress"]
    assert (first["stand"], first["why"], first["target"]) == ("running", "until public_reply or closed", "8h")
    assert row.priority == "P3"
    assert moment(first["due_at"]) == moment(first["since"]) + 8 * HOUR == moment(first["next_at"])
    assert moment(first["since"]).replace(tzinfo=None) == moment(row.opened_at)
    assert 0 <= first["consumed"] < 600
    assert (progress["stand"], progress["next_level"]) == ("running", 0)
    [number] = small_house.numbers()
    table = small_house.postdesk("clocks", number, COLUMNS="220").stdout
    assert "First response" in table and "8h always" in table and "until public_reply or closed" in table


REMINDER = "{name: reminder, title: Reminder, target: {P3: 1h}, on_due: [{notice: overdue, to: [lead]}]}"


def test_a_kept_promise_says_by_what_and_a_broken_one_how_late(small_house: House) -> None:
    with_pack(small_house, "basic", "\nclocks:\n", f"\nclocks:\n  - {REMINDER}\n")
    small_house.clock.begin_long_ago()
    small_house.post(calm())
    with small_house.shift() as shift:
        shift.turn()
        small_house.clock.pass_time(hours=10)
        shift.turn()
        late, spoken = (clocks(small_house)[name] for name in ("first_response", "reminder"))
        small_house.clock.pass_time(hours=1)
        small_house.post(answer(small_house.sent(ENGINEER)[0], ENGINEER, "Try the other one."))
        shift.turn()
    assert (late["stand"], late["why"]) == ("broken", "still to be kept by public_reply or closed")
    assert (spoken["stand"], spoken["why"]) == ("done", "spoke when it was due"), "nobody could have kept it"
    kept = clocks(small_house)["first_response"]
    assert (kept["stand"], kept["why"]) == ("broken", "kept by public_reply, 3h late")
    assert moment(kept["met_at"]) - moment(kept["breached_at"]) == 3 * HOUR


def test_a_promise_kept_in_time_is_kept_and_a_paused_one_has_no_due_moment(small_house: House) -> None:
    with_pack(small_house, "basic", "paused_in: [waiting]", "paused_in: [open, waiting]")
    small_house.post(calm())
    with small_house.shift() as shift:
        shift.turn()
        small_house.post(answer(small_house.sent(ENGINEER)[0], ENGINEER, "Which printer?"))
        shift.turn()
    found = clocks(small_house)
    first, progress = found["first_response"], found["progress"]
    assert (first["stand"], first["why"], first["next_at"]) == ("kept", "kept by public_reply", None)
    assert (progress["stand"], progress["why"]) == ("paused", "stands still while the ticket is open")
    assert progress["due_at"] is progress["next_at"] is None


def test_clocks_in_working_time_and_those_that_have_not_begun_are_told_too(small_house: House) -> None:
    with_pack(small_house, "feedback-form")
    small_house.post(calm())
    small_house.once()
    found = clocks(small_house)
    idle = [each for each in found.values() if each["stand"] == "not begun"]
    assert idle and all(each["since"] is None and "begin" in each["why"] and each["target"] for each in idle)
    assert {each["calendar"] for each in found.values()} == {"always", "business"}


def test_a_clock_that_the_policy_no_longer_has_is_still_told(small_house: House) -> None:
    small_house.post(calm())
    small_house.once()
    with_pack(small_house, "basic", "name: progress", "name: news")
    found = clocks(small_house)
    assert (found["progress"]["stand"], found["progress"]["why"]) == ("silent", "the policy no longer has it")
    assert found["news"]["stand"] == "not begun"


def test_a_narrow_terminal_cuts_no_moment_and_no_number(small_house: House) -> None:
    small_house.settings["desk"]["language"] = "zh-CN"
    small_house.write()
    small_house.post(calm())
    small_house.once()
    [number] = small_house.numbers()
    due_at = local_text(moment(clocks(small_house)["first_response"]["due_at"]), "Asia/Shanghai", "zh-CN")
    for words in (("clocks", number), ("forecast",)):
        for columns in ("80", "120"):
            shown = " ".join(small_house.postdesk(*words, COLUMNS=columns).stdout.split())
            assert "…" not in shown and number in shown
            assert due_at in shown or columns == "120", "there a moment may take two lines"


def test_an_unknown_ticket_has_no_clocks(small_house: House) -> None:
    small_house.once()
    done = small_house.postdesk("clocks", "TS-20200101-001", check=False)
    assert (done.returncode, done.stdout) == (3, "") and "there is no ticket TS-20200101-001" in done.stderr


# forecast ------------------------------------------------------------------------------------------------------------


def test_what_is_forecast_is_what_then_goes_out(house: House) -> None:
    house.post(calm(), calm("bob@customer.test"))
    house.once()
    now = house.clock.now()
    told = json.loads(house.postdesk("forecast", "--hours", "60", "--json").stdout)
    assert [moment(each["at"]) for each in told] == sorted(moment(each["at"]) for each in told)
    assert all(now - HOUR < moment(each["at"]) <= now + 60 * HOUR for each in told)
    before = {row.key for row in house.rows("SELECT key FROM outbox")}
    with house.shift() as shift:
        for each in told:
            house.clock.time = max(house.clock.time, moment(each["at"]))
            shift.turn()
    sent = house.rows("SELECT ticket_number, kind, recipient, key FROM outbox ORDER BY id")
    went = [(row.ticket_number, row.kind, row.recipient) for row in sent if row.key not in before]
    assert sorted(went) == sorted((each["ticket"], each["kind"], each["to"]) for each in told)
    assert {each["kind"] for each in told} == {"overdue", "progress"}
    assert {each["to"] for each in told} >= {ENGINEER, LEAD, "ann@customer.test", "bob@customer.test"}


def test_nothing_is_written_and_people_get_a_table(small_house: House) -> None:
    small_house.post(calm())
    small_house.once()
    before = small_house.rows("SELECT * FROM ticket"), small_house.rows("SELECT id FROM journal")
    table = small_house.postdesk("forecast", "--hours", "30", COLUMNS="160")
    assert "overdue" in table.stdout and "progress" in table.stdout and "mails, if nobody acts" in table.stdout
    assert "\x1b" not in table.stdout + table.stderr
    assert (small_house.rows("SELECT * FROM ticket"), small_house.rows("SELECT id FROM journal")) == before


def test_a_forecast_can_begin_later_and_is_told_in_the_zone_of_the_desk(small_house: House) -> None:
    small_house.post(calm())
    small_house.once()
    now = small_house.clock.now()
    later = json.loads(small_house.postdesk("forecast", "--json", "--at", (now + 20 * HOUR).isoformat()).stdout)
    assert [each["kind"] for each in later] == ["progress"]
    local = (now + 20 * HOUR).astimezone(UTC) + 8 * HOUR
    words = ("forecast", "--json", "--at", f"{local:%Y-%m-%d %H:%M}")
    assert json.loads(small_house.postdesk(*words).stdout) == later
    done = small_house.postdesk("forecast", "--at", "soon", check=False)
    assert done.returncode == 2 and "'soon' is no time" in done.stderr


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (("--hours", "nan"), "'nan' is not a number"),
        (("--hours", "-1"), "not in the range"),
        (("--at", "0001-01-01"), "is no time"),
        (("--at", "9999-12-31"), "nothing is foretold beyond"),
    ],
)
def test_a_forecast_of_no_time_is_refused_in_a_sentence(small_house: House, words: tuple[str, str], wrong: str) -> None:
    done = small_house.postdesk("forecast", *words, check=False)
    assert (done.returncode, done.stdout) == (2, "") and wrong in done.stderr and "Traceback" not in done.stderr


def test_a_mail_that_waits_in_the_outbox_is_forecast_too(small_house: House) -> None:
    small_house.post(calm())
    with small_house.office() as office:
        [mailbox] = office.mailboxes
        receive(office.store, mailbox, office.clock, office.manner(mailbox.name), lambda: None)
        assert triage(office.store, office.reader, office.desk, office.clock)
    told = json.loads(small_house.postdesk("forecast", "--hours", "1", "--json").stdout)
    assert {(each["kind"], each["why"]) for each in told} == {("acknowledgement", "ready"), ("new_ticket", "ready")}


def test_beyond_the_limit_the_soonest_tickets_are_looked_at(small_house: House) -> None:
    small_house.post(calm(), calm("bob@customer.test"))
    small_house.once()
    done = small_house.postdesk("forecast", "--hours", "60", "--limit", "1", "--json")
    assert len({each["ticket"] for each in json.loads(done.stdout)}) == 1
    assert "only the 1 tickets" in done.stderr


# list ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hours", "colour"), [(-1.0, "\x1b[31m"), (0.5, "\x1b[33m"), (5.0, "")])
def test_what_is_overdue_is_red_and_what_comes_soon_yellow(small_house: House, hours: float, colour: str) -> None:
    small_house.post(calm())
    small_house.once()
    due_at = small_house.clock.now() + hours * HOUR
    with small_house.store() as store, store.write() as c:
        c.execute(update(ticket).values(next_due_at=due_at))
    painted = small_house.postdesk("list", COLUMNS="200", FORCE_COLOR="1").stdout
    assert {each for each in ("\x1b[31m", "\x1b[33m") if each in painted} == {colour} - {""}
    assert "\x1b" not in small_house.postdesk("list", COLUMNS="200").stdout, "no colour where nobody looks"
