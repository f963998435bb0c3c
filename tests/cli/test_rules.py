"""`postdesk rules`: what the rules make of mails, in files and in the store."""

from __future__ import annotations

import json
import re

from tests.house import CHECKOUT, House
from tests.letters import letter

NEWS = {"List-Unsubscribe": "<mailto:out@news.test>"}


def _mbox(*raws: bytes) -> bytes:
    return b"".join(b"From ann@customer.test Sat Nov 21 10:00:00 2026\n" + raw + b"\n\n" for raw in raws)


# test ----------------------------------------------------------------------------------------------------------------


def test_what_would_become_of_mails_in_files_is_told_with_the_rules_behind_it(small_house: House) -> None:
    one, box, tree = (small_house.folder / name for name in ("one.eml", "box", "tree"))
    one.write_bytes(letter(subject="系统宕机", text="所有用户都无法登录，紧急！"))
    box.write_bytes(_mbox(letter(subject="How do I export?"), letter("news@shop.test", "Sale", headers=NEWS)))
    (tree / "new").mkdir(parents=True)
    (tree / "cur").mkdir()
    (tree / "new" / "1.mail").write_bytes(letter("", "Undelivered", headers={"Auto-Submitted": "auto-replied"}))
    (tree / "cur" / "2.mail:2,S").write_bytes(b"")
    told = json.loads(small_house.postdesk("rules", "test", "--json", *map(str, (one, box, tree))).stdout)
    outage, question, news, nothing, machine = told
    assert (outage["priority"], outage["becomes"], outage["acknowledged"]) == ("P1", "opened", True)
    assert {"everybody-is-hit", "standstill", "pressing"} <= set(outage["rules"])
    assert "outage" in outage["tags"] and outage["assignee"] and outage["reasons"]
    assert (question["category"], question["mail"]) == ("question", f"{box}:1")
    assert (news["acknowledged"], news["rules"]) == (False, ["newsletter"])
    assert machine["becomes"] == "set-aside" and machine["rules"] == []
    assert nothing["becomes"] == "opened", "an empty file is a mail without anything"
    table = small_house.postdesk("rules", "test", str(one), str(box)).stdout
    assert "everybody-is-hit" in table and "not acknowledged" in table and "3 opened" in table
    assert not (small_house.folder / "postdesk.db").exists(), "nothing was written"


def test_mails_are_tried_under_another_pack(small_house: House) -> None:
    mail = small_house.folder / "mail.eml"
    mail.write_bytes(letter(subject="系统宕机", text="所有用户都无法登录"))
    [told] = json.loads(
        small_house.postdesk("rules", "test", "--policy", "response-handbook", "--json", str(mail)).stdout
    )
    assert told["priority"] == "P0"


def test_a_mail_that_cannot_be_read_is_a_row_and_hides_none_beside_it(small_house: House) -> None:
    small_house.settings["triage"]["deadline"] = "2s"
    small_house.write()
    folder = small_house.folder / "mails"
    folder.mkdir()
    for name, text in (("a", "Fine."), ("b", "POISON"), ("c", "Fine too.")):
        (folder / f"{name}.eml").write_bytes(letter(subject=name, text=text))
    done = small_house.postdesk("rules", "test", str(folder), "--json", check=False, POSTDESK_FAILPOINT="worker@POISON")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert [row["becomes"] for row in json.loads(done.stdout)] == ["opened", "cannot be read", "opened"]


def test_of_a_mail_beyond_the_limit_the_header_is_judged(small_house: House) -> None:
    small_house.settings["limits"] = {"mail": "10KiB"}
    small_house.write()
    mail = small_house.folder / "mail.eml"
    mail.write_bytes(letter(subject="系统宕机", text="紧急\n" * 5_000))
    [told] = json.loads(small_house.postdesk("rules", "test", "--json", str(mail)).stdout)
    assert "standstill" in told["rules"] and "pressing" not in told["rules"]


def test_what_is_not_there_is_one_sentence(small_house: House) -> None:
    done = small_house.postdesk("rules", "test", "nowhere.eml", check=False)
    assert done.returncode == 2 and "nowhere.eml" in done.stderr and "Traceback" not in done.stderr
    done = small_house.postdesk("rules", "test", "--policy", "basik", str(CHECKOUT / "README.md"), check=False)
    assert done.returncode == 2 and "there is no policy pack 'basik'" in done.stderr


# stats ---------------------------------------------------------------------------------------------------------------


def test_hits_are_counted_for_each_rule_even_where_no_ticket_came_of_it(house: House) -> None:
    pack = house.folder / "pack"
    assert house.postdesk("policy", "copy", "basic", str(pack)).returncode == 0
    rules = pack / "rules.yaml"
    first = (
        "- {id: advertising, reference: X1, when: {subject|contains: Sale}, then: {discard: advertising}, stop: true}"
    )
    rules.write_text(f"{first}\n{rules.read_text('utf-8')}", "utf-8")
    house.settings["policy"] = str(pack)
    house.write()
    house.post(letter(subject="Sale"), letter("bob@customer.test", "Sale"), letter("eve@customer.test", "系统宕机"))
    house.once()
    told = json.loads(house.postdesk("rules", "stats", "--json").stdout)
    hits = {line["rule"]: line["hits"] for line in told["rules"]}
    assert (told["mails"], hits["advertising"], hits["standstill"], hits["no-hurry"]) == (3, 2, 1, 0)
    assert next(iter(hits)) == "advertising" and told["rules"][0]["last_at"]
    table = house.postdesk("rules", "stats", COLUMNS="120").stdout
    assert "advertising (X1)" in table and "█" in table and "never" in table
    house.settings["policy"] = "basic"
    house.write()
    told = json.loads(house.postdesk("rules", "stats", "--json").stdout)
    assert told["rules"][-1] | {"last_at": None} == {
        "rule": "advertising",
        "reference": "",
        "hits": 2,
        "share": 0.6667,
        "last_at": None,
        "in_pack": False,
    }


def test_only_mails_since_then_are_counted(small_house: House) -> None:
    small_house.clock.begin_long_ago()
    small_house.post(letter(subject="系统宕机"))
    small_house.once()
    small_house.clock.pass_time(days=195)
    small_house.post(letter(subject="系统瘫痪"))
    small_house.once()
    for since, hits in (("90d", 1), ("300d", 2), ("1m", 0)):
        told = json.loads(small_house.postdesk("rules", "stats", "--since", since, "--json").stdout)
        assert sum(line["hits"] for line in told["rules"] if line["rule"] == "standstill") == hits
    wrong = small_house.postdesk("rules", "stats", "--since", "soon", check=False)
    assert wrong.returncode == 2 and "soon" in wrong.stderr


# lint ----------------------------------------------------------------------------------------------------------------


def test_what_cannot_be_meant_so_fails_and_what_may_be_is_advice(small_house: House) -> None:
    pack = small_house.folder / "pack"
    small_house.postdesk("policy", "copy", "basic", str(pack))
    assert small_house.postdesk("rules", "lint", str(pack)).stdout == "nothing is odd\n"
    rules = pack / "rules.yaml"
    late = "- {id: late, when: {content|word: 宕机, size|gt: 5, size|lt: 3}, then: {impact: low}}"
    rules.write_text(f"{rules.read_text('utf-8')}\n{late}\n", "utf-8")
    done = small_house.postdesk("rules", "lint", str(pack), check=False, POSTDESK_CONFIG="/nowhere.yaml")
    assert done.returncode == 1
    assert re.search(r"rules\.yaml:\d+:\d+: wrong: rule 'late' can never hold", done.stdout)
    advised = small_house.postdesk("rules", "lint", "response-handbook")
    assert "advice: 30m run day and night" in advised.stdout
    assert small_house.postdesk("rules", "lint", "response-handbook", "--strict", check=False).returncode == 1
    rules.write_text("- {id: x, when: {subjekt: y}, then: {tags: [z]}}\n", "utf-8")
    done = small_house.postdesk("rules", "lint", str(pack), check=False)
    assert done.returncode == 2 and "did you mean 'subject'" in done.stderr


def test_the_desks_own_pack_is_held_against_its_people_and_its_mails(small_house: House) -> None:
    assert small_house.postdesk("rules", "lint").stdout == "nothing is odd\n", "no mail tells anything yet"
    small_house.post(letter(subject="系统宕机"))
    small_house.once()
    odd = json.loads(small_house.postdesk("rules", "lint", "--json").stdout)
    named = {each["message"]: each["weight"] for each in odd}
    assert named["rule 'newsletter' has held for no mail lately"] == "advice"
    assert not any("'standstill'" in message for message in named)
    small_house.settings["policy"] = "fault-and-demand"
    small_house.write()
    people = "engineers: [{address: ann@desk.test, name: Ann}]\nlead: ann@desk.test\n"
    (small_house.folder / "people.yaml").write_text(people, "utf-8")
    done = small_house.postdesk("rules", "lint", check=False)
    assert done.returncode == 1
    assert "wrong: clock 'escalation' means 'manager': nobody holds that role" in done.stdout
