"""Packs as files: what is refused and where, what is odd, what they keep of their handbooks."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from daemon.faults import Faults
from daemon.policies import copy_pack, lint_days, lint_policy, load_people, load_policy, pack_coverage, shipped_packs
from rules.implication import excludes, implies, impossible
from rules.model import Status
from rules.promises import Calendar
from rules.targets import MonthEnd, WorkingDays, target
from rules.when import condition
from tests.rules.desk import POLICY, faults_of, pack, write_pack

PACKS = sorted(path.parent.name for path in shipped_packs().glob("*/policy.yaml"))
HANDBOOKS = {"response-handbook": 54, "service-standard": 58, "fault-and-demand": 69, "feedback-form": 55}


@pytest.mark.parametrize("name", PACKS)
def test_a_shipped_pack_loads_with_its_examples(name: str) -> None:
    policy = load_policy(name)
    assert policy.id == name
    assert re.fullmatch("[0-9a-f]{64}", policy.digest)
    assert all(policy.status_name(status, language) for status in Status for language in ("zh-CN", "en", "fr"))
    for clock in policy.clocks:
        assert set(clock.target) <= {priority.id for priority in policy.priorities}


@pytest.mark.parametrize("name", PACKS)
def test_nothing_in_a_shipped_pack_is_odd_but_promises_out_of_hours(name: str) -> None:
    odd = [str(odd.fault) for odd in lint_policy(name) if "somebody must be on duty" not in odd.fault.message]
    assert odd == []


@pytest.mark.parametrize("name", HANDBOOKS)
def test_each_row_of_a_handbook_is_kept_or_answered_for(name: str) -> None:
    covered = pack_coverage(name)
    assert len(covered) == HANDBOOKS[name]
    assert [each.row.id for each in covered if each.state == "open"] == []
    assert all(each.how for each in covered)
    assert sum(each.state == "kept" for each in covered) >= 0.8 * len(covered)


def test_a_reference_to_a_row_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    rules = "- {id: r, reference: [A1, A99], then: {tags: [x]}}\n"
    handbook = "- {id: A1, text: one}\n- {id: A9, text: two}\n"
    assert faults_of(tmp_path, rules, handbook=handbook) == [
        "rules.yaml:1:11: the handbook has no row 'A99' (did you mean 'A9'?)"
    ]


def test_numbers_follow_their_series() -> None:
    day = date(2024, 5, 1)
    assert load_policy("basic").numbers.number(day, 7) == "TS-20240501-007"
    policy = load_policy("fault-and-demand")
    assert policy.numbers.number(day, 1) == "TS20240501001"
    assert policy.series["demand"].number(day, 1) == "RD20240501001"
    assert policy.numbers.number(day, 1234) == "TS202405011234"
    assert re.fullmatch(policy.numbers.shape, "TS202405011234")
    assert not re.fullmatch(policy.numbers.shape, "TS2024050101")


def test_every_fault_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    policy = POLICY.replace("rank: 1", "rank: 0").replace("{high: P2, medium: P3, low: P3}", "{high: P9}")
    policy = (
        policy.replace("start: opened\n", "").replace("met_by: [public_reply]", "met_by: [public_replay]")
        + "nubmers: {}\n"
    )
    rules = """\
- {id: one, when: {txt: a}, then: {category: falt, prioriy: P1}}
- {id: two, then: {}}
"""
    examples = "- {mail: a, expect: {category: qestion}}\n"
    assert faults_of(tmp_path, rules, policy, examples=examples) == [
        "examples.yaml:1:32: unknown category 'qestion' (did you mean 'question'?)",
        "policy.yaml:15:20: input should be greater than or equal to 1",
        "policy.yaml:21:15: unknown priority 'P9': there are P1, P2, P3",
        "policy.yaml:30:14: 'public_replay' is none of opened, public_reply, customer_reply, asked, resolved, closed, "
        "reopened, classified, assigned, noted, workaround, planned, approved, assessed, escalated, promised, "
        "confirmed, rated, reviewed, documented (did you mean 'public_reply'?)",
        "policy.yaml:33:1: unknown key 'nubmers' (did you mean 'numbers'?)",
        "rules.yaml:1:20: unknown field 'txt' (did you mean 'text'?)",
        "rules.yaml:1:46: unknown category 'falt' (did you mean 'fault'?)",
        "rules.yaml:1:52: unknown key 'prioriy' (did you mean 'priority'?)",
        "rules.yaml:2:19: a rule sets at least one field",
    ]


def test_what_a_category_needs_and_a_mail_does_not_tell_is_missing() -> None:
    policy = load_policy("response-handbook")
    assert policy.missing_facts("misuse", ["steps", "phone"]) == ("occurred_at", "frequency")
    assert policy.missing_facts("inquiry", []) == ()


def test_a_hole_in_the_matrix_and_a_double_id_are_faults(tmp_path: Path) -> None:
    holes = faults_of(
        tmp_path, "", POLICY.replace("low: {high: P2, medium: P3, low: P3}", "low: {high: P2, medium: P3}")
    )
    assert holes == ["policy.yaml:21:3: no priority for impact 'low' and urgency 'low'"]
    double = faults_of(tmp_path, "- {id: r, then: {tags: [x]}}\n- {id: r, then: {tags: [y]}}\n")
    assert double == ["rules.yaml:2:8: 'r' is declared twice"]


def test_an_example_that_a_rule_does_not_keep_stops_the_pack(tmp_path: Path) -> None:
    rules = """\
- id: r
  when: {content|word: down}
  then: {category: fault}
  examples:
    match: ["Subject: The server is down", "download"]
    no_match: ["it is down / again"]
"""
    examples = "- {mail: 'Subject: down', expect: {category: question, impact: medium}}\n"
    assert faults_of(tmp_path, rules, examples=examples) == [
        "examples.yaml:1:3: category is 'fault', not 'question' (rule r: category fault because content has 'down'; "
        "P2: impact medium by default, urgency medium by default)",
        "rules.yaml:5:44: rule 'r' does not catch this example",
        "rules.yaml:6:16: rule 'r' catches this example",
    ]


def test_a_pack_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(Faults, match=r"no policy pack 'basik'.*basic, fault-and-demand"):
        load_policy("basik")


def test_the_digest_tells_versions_apart(tmp_path: Path) -> None:
    one = pack(tmp_path, "- {id: r, then: {tags: [x]}}").digest
    assert one == pack(tmp_path, "- {id: r, then: {tags: [x]}}").digest
    assert one != pack(tmp_path, "- {id: r, then: {tags: [x]}} ").digest


def test_a_pack_can_be_copied_and_loaded_from_there(tmp_path: Path) -> None:
    copy_pack("fault-and-demand", tmp_path / "mine")
    copied, shipped = load_policy(str(tmp_path / "mine")), load_policy("fault-and-demand")
    assert (copied.id, copied.rules) == ("mine", shipped.rules)
    with pytest.raises(FileExistsError):
        copy_pack("basic", tmp_path / "mine")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2h", timedelta(hours=2)),
        ("17:00", time(17)),
        ("9:05", time(9, 5)),
        ("3wd", WorkingDays(days=3)),
        ("month-end", MonthEnd()),
    ],
)
def test_a_target_is_a_length_a_time_of_day_working_days_or_the_end_of_the_month(written: str, meant: object) -> None:
    assert target(written) == meant


@pytest.mark.parametrize("written", ["25:00", "0wd", "2", 2, "soon", None])
def test_anything_else_is_no_target(written: object) -> None:
    with pytest.raises(ValueError, match="is no target"):
        target(written)


def test_a_calendar_knows_its_longest_closure() -> None:
    calendar = Calendar.model_validate(
        {"id": "b", "name": "b", "hours": {"mon-thu": ["09:00-12:00", "13:00-18:00"], "fri": ["09:00-24:00"]}}
    )
    assert calendar.longest_closure == timedelta(days=2, hours=9)
    assert [span.start for span in calendar.hours["tue"]] == [time(9), time(13)]


# Lint ----------------------------------------------------------------------------------------------------------------


def odd(folder: Path, rules: str, policy: str = POLICY) -> list[str]:
    where = write_pack(folder, rules, policy)
    found = [str(each.fault).removeprefix(f"{where}/") for each in lint_policy(str(where))]
    return [line for line in found if "on duty" not in line and "no rule ever" not in line]


def test_a_rule_behind_one_that_stops_is_never_reached(tmp_path: Path) -> None:
    rules = """\
- {id: all, when: {text|word: [a, b, c]}, then: {category: fault}, stop: true}
- {id: some, when: {text|word: b, subject|contains: x}, then: {category: question}}
"""
    assert odd(tmp_path, rules) == [
        "rules.yaml:2:8: rule 'some' is never reached: whatever it catches, 'all' stops at before"
    ]


def test_a_rule_that_sets_only_what_is_set_changes_nothing(tmp_path: Path) -> None:
    rules = """\
- {id: wide, when: {text|contains: [down, outage]}, then: {impact: high}}
- {id: narrow, when: {text|contains: 'is down'}, then: {impact: low}}
- {id: more, when: {text|contains: 'is down'}, then: {impact: low, tags: [x]}}
"""
    assert odd(tmp_path, rules) == [
        "rules.yaml:2:8: rule 'narrow' changes nothing: whatever it catches, 'wide' has set before"
    ]


def test_conditions_that_cannot_hold_and_values_that_nothing_has_are_odd(tmp_path: Path) -> None:
    rules = """\
- {id: both, when: {mailbox: a, not: {mailbox: [a, b]}}, then: {tags: [x]}}
- {id: range, when: {size|gt: 5, size|lt: 3}, then: {tags: [x]}}
- {id: scope, on: new, when: {is_reply: true}, then: {tags: [x]}}
- {id: value, on: reply, when: {ticket.category: falt}, then: {tags: [x]}}
- {id: twice, when: {text|word: [a, b, A]}, then: {tags: [x]}}
"""
    assert odd(tmp_path, rules) == [
        "rules.yaml:1:14: rule 'both' can never hold: its conditions exclude one another",
        "rules.yaml:2:15: rule 'range' can never hold: its conditions exclude one another",
        "rules.yaml:3:24: rule 'scope' can never hold: its conditions exclude one another",
        "rules.yaml:4:26: no ticket.category is called 'falt' (did you mean 'fault'?)",
        "rules.yaml:5:15: rule 'twice' lists a word twice: a",
    ]


def test_rules_that_overlap_are_shown_by_their_examples(tmp_path: Path) -> None:
    rules = """\
- {id: ask, when: {text|contains: how}, then: {category: question}}
- {id: crash, when: {text|contains: crash}, then: {category: fault}, examples: {match: [how did it crash]}}
"""
    assert odd(tmp_path, rules) == [
        "rules.yaml:2:89: overlaps: rule 'ask' comes first and sets category question, not fault"
    ]


def test_promises_that_cannot_be_kept_are_odd(tmp_path: Path) -> None:
    where = write_pack(tmp_path, "", POLICY.replace("    target: {P1: 30m", "    warn_at: 1h\n    target: {P1: 30m"))
    assert [odd.fault.message for odd in lint_policy(str(where))] == [
        "warns 1h before its end, but it lasts only 30m",
        "30m run day and night, but calendar 'business' is closed for up to 2d15h: somebody must be on duty then",
    ]


def test_working_days_that_nobody_knows_yet_are_odd() -> None:
    [fault] = lint_days("feedback-form", date(2037, 6, 1))
    assert (Path(fault.file).name, fault.message.partition(":")[0]) == (
        "policy.yaml",
        "the make-up working days of 2037 are not known",
    )
    assert lint_days("feedback-form", date(2026, 6, 1)) == lint_days("basic", date(2037, 6, 1)) == ()


def test_roles_that_nobody_holds_are_odd_for_these_people(tmp_path: Path) -> None:
    file = tmp_path / "people.yaml"
    file.write_text(
        "engineers: [{address: a@x.example, name: Ann, grade: senior}]\nlead: a@x.example\n", encoding="utf-8"
    )
    messages = [odd.fault.message for odd in lint_policy("fault-and-demand", load_people(file))]
    assert "clock 'escalation' means 'manager': nobody holds that role" in messages
    assert "nobody is grade junior" in messages
    assert "nobody is grade senior" not in messages


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"text|contains": "a b"}, {"text|contains": "b"}, True),
        ({"text|contains": "b"}, {"text|contains": "a b"}, False),
        ({"text|word": "b"}, {"text|contains": "b"}, True),
        ({"text|contains": "b"}, {"text|word": "b"}, False),
        ({"text|contains": "b"}, {"subject|contains": "b"}, False),
        ({"mailbox": "a"}, {"mailbox": ["a", "b"]}, True),
        ({"mailbox": ["a", "b"]}, {"mailbox": "a"}, False),
        ({"all": [{"mailbox": "a"}, {"size|gt": 1}]}, {"any": [{"size|gt": 1}, {"mailbox": "z"}]}, True),
        ({"not": {"mailbox": ["a", "b"]}}, {"not": {"mailbox": "a"}}, True),
    ],
)
def test_implication_is_seen_where_the_form_shows_it(one: object, other: object, *, expected: bool) -> None:
    assert implies(condition(one), condition(other)) is expected


def test_exclusion_is_seen_where_the_form_shows_it() -> None:
    assert excludes(condition({"mailbox": "a"}), condition({"mailbox": "b"}))
    assert not excludes(condition({"recipients": "a"}), condition({"recipients": "b"}))
    assert excludes(condition({"sender|exists": True}), condition({"sender|exists": False}))
    assert impossible(condition({"any": [{"mailbox": "a", "not": {"mailbox": "a"}}]}))
    assert not impossible(condition({"text|contains": "a", "not": {"text|contains": "b"}}))


def test_a_time_of_day_at_which_the_desk_is_closed_is_no_promise(tmp_path: Path) -> None:
    clock = "  - {name: daily, title: Daily, calendar: business, target: {P1: '21:00', P2: '17:00'}}\n"
    where = write_pack(tmp_path, "", f"{POLICY}{clock}")
    messages = [odd.fault.message for odd in lint_policy(str(where))]
    assert "calendar 'business' is never open at 21:00" in messages
    assert not any("17:00" in message for message in messages)
