"""`postdesk explain` tells every rule that was tried on a mail, and writes nothing."""

from __future__ import annotations

import json

from tests.house import House
from tests.letters import letter

OUTAGE = letter(subject="系统宕机", text="所有用户都无法登录，请看 ERR-5001。")


def test_every_rule_is_shown_with_what_matched_or_what_failed(small_house: House) -> None:
    small_house.postdesk("migrate")
    mail = small_house.folder / "mail.eml"
    mail.write_bytes(OUTAGE)
    told = json.loads(small_house.postdesk("explain", str(mail), "--json").stdout)
    trials = {trial["rule"]: trial for trial in told["rules"]}
    assert trials["standstill"]["hits"][0]["matched"] == "宕机"
    assert "impact high" in trials["everybody-is-hit"]["changes"]
    assert trials["newsletter"]["failed"].startswith("none of 2: header.list-unsubscribe")
    assert [rule for rule, trial in trials.items() if trial["held"]] == told["decision"]["found"]["fired"]
    assert any(fact["name"] == "error_code" for fact in told["facts"])
    said = small_house.postdesk("explain", str(mail), COLUMNS="200").stdout
    for line in ("+ standstill: ", "content has '宕机'", "- newsletter: none of 2", "= category", "It would open TS-"):
        assert line in said, line


def test_a_mail_that_came_before_is_said_to_have_and_explained_all_the_same(small_house: House) -> None:
    small_house.post(OUTAGE)
    small_house.once()
    [number] = small_house.numbers()
    mail = small_house.folder / "mail.eml"
    mail.write_bytes(OUTAGE)
    said = small_house.postdesk("explain", str(mail), COLUMNS="200").stdout
    assert f"It came before, as mail 1, which went to {number}" in said
    assert "+ standstill: " in said
    told = json.loads(small_house.postdesk("explain", str(mail), "--json").stdout)
    assert told["duplicate_of"] == 1
    stored = small_house.rows("SELECT rules FROM inbox")[0].rules
    assert json.loads(stored) == told["decision"]["found"]["fired"], "what was decided then is what is explained now"
    assert small_house.numbers() == [number]


def test_a_mail_that_no_rule_is_asked_about_says_why(small_house: House) -> None:
    small_house.postdesk("migrate")
    mail = small_house.folder / "mail.eml"
    mail.write_bytes(letter(subject="Away", headers={"Auto-Submitted": "auto-replied"}))
    said = small_house.postdesk("explain", str(mail)).stdout
    assert "It would be set aside: auto-reply to nothing we track." in said
