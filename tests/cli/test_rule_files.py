"""What an administrator can write wrongly is told by `check` with its place (T-RU-01 to 03, 05, 07, 11).

What a mail can still do to a good rule costs that mail a moment (T-RU-08).
"""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from daemon.policies import copy_pack, load_policy
from rules.conditions import PATTERN_SECONDS, SLOW_PATTERNS
from tests.house import House
from tests.letters import letter
from tests.rules.test_conditions import CATASTROPHIC
from tests.stages.scenes import assert_still_at_work, remarks, ticket_of

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join(['*' + before] * 9)}]\n" for before, name in zip("abcdef", "bcdefg", strict=True)
)
RULE = "- {id: one, when: {text|contains: a}, then: {tags: [x]}}\n"


@pytest.fixture
def own_house(small_house: House) -> House:
    """A desk with a pack of its own."""
    copy_pack("basic", small_house.folder / "pack")
    small_house.settings["policy"] = "./pack"
    small_house.write()
    return small_house


def rules(house: House) -> Path:
    return house.folder / "pack" / "rules.yaml"


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"- {id: one, id: two, then: {tags: [x]}}\n", "rules.yaml:1:13: key 'id' is given twice"),
        (RULE.replace("then", "than").encode(), "rules.yaml:1:39: unknown key 'than' (did you mean 'then'?)"),
        (RULE.replace("tags: [x]", "acknowledge: NO").encode(), "rules.yaml:1:59: "),
        (b"- id: one\n\tthen: {tags: [x]}\n", "rules.yaml:2:1: not YAML: a tab cannot indent"),
        ("- {id: 规则, then: {tags: [x]}}\n".encode("gbk"), "rules.yaml:1:8: not UTF-8"),
        (b"", "rules.yaml:1:1: the file is empty"),
        (BOMB.encode(), "rules.yaml:6:4: aliases make this larger than"),
        (b'- !!python/object/apply:os.system ["touch owned"]\n', "the tag '!!python/object/apply:os.system'"),
    ],
)
def test_a_rule_file_that_is_not_as_meant_is_refused_at_its_place(own_house: House, raw: bytes, told: str) -> None:
    rules(own_house).write_bytes(raw)
    done = own_house.postdesk("check", check=False)
    assert done.returncode == 2 and told in done.stderr, done.stderr
    assert "Traceback" not in done.stderr and not (own_house.folder / "owned").exists()


def test_times_of_day_are_times_however_they_are_written(own_house: House) -> None:
    policy = own_house.folder / "pack" / "policy.yaml"
    hours = "calendars:\n  - {id: shop, name: Shop, hours: {mon-fri: [9:30-12:00, 13:00-18:00], sat: [09:30-12:00]}}\n"
    written = policy.read_text("utf-8")
    assert "\ncalendars:" not in written
    policy.write_text(f"{written}\n{hours}", "utf-8")
    own_house.postdesk("check")
    [shop] = load_policy(str(own_house.folder / "pack")).calendars
    assert [(span.start, span.end) for span in shop.hours["mon"]] == [
        (time(9, 30), time(12)),
        (time(13), time(18)),
    ]
    assert shop.hours["sat"][0].start == time(9, 30)
    policy.write_text(f"{written}\n{hours.replace('13:00-18:00', '13:00-25:00')}", "utf-8")
    done = own_house.postdesk("check", check=False)
    assert done.returncode == 2 and "'13:00-25:00' is no span of a day" in done.stderr


def test_every_pattern_that_a_mail_could_keep_busy_is_told_at_once(own_house: House) -> None:
    # Each takes two seconds to be sure of; all of them are tried one by one in tests/rules.
    patterns = CATASTROPHIC[:3]
    when = (f"when: {{text|regex: '{each}'}}" for each in patterns)
    written = "".join(f"- {{id: r{at}, {each}, then: {{tags: [x]}}}}\n" for at, each in enumerate(when))
    rules(own_house).write_text(written, "utf-8")
    done = own_house.postdesk("check", check=False)
    assert done.returncode == 2
    for line in range(1, len(patterns) + 1):
        assert f"rules.yaml:{line}:" in done.stderr, done.stderr


def test_templates_that_reach_out_are_refused_at_their_lines(own_house: House) -> None:
    words = own_house.folder / "words" / "en"
    words.mkdir(parents=True)
    hostile = ("number.__class__", "number.upper()", "cycler.__init__.__globals__.os.popen('id').read()")
    text = "\n".join(f"{{{{ {each} }}}}" for each in hostile) + "\n{% include '../secret' %}\n"
    others = "{% block subject %}s{% endblock %}{% block html %}h{% endblock %}"
    (words / "closed.j2").write_text(f"{others}{{% block text %}}\n{text}{{% endblock %}}", "utf-8")
    own_house.settings["templates"] = "./words"
    own_house.write()
    done = own_house.postdesk("check", check=False)
    assert done.returncode == 2
    for line in range(2, 6):
        assert f"closed.j2:{line}:" in done.stderr, done.stderr


def test_a_pattern_that_one_mail_makes_slow_costs_that_mail_a_moment_and_no_other_anything(own_house: House) -> None:
    slow = "- {id: slow, when: {text|regex: '(?:q|w|e|qw|we|qwe)+#'}, then: {tags: [caught]}}\n"
    rules(own_house).write_text(slow + RULE.replace("contains: a", "contains: qwe"), "utf-8")
    (own_house.folder / "pack" / "examples.yaml").unlink()
    assert SLOW_PATTERNS * PATTERN_SECONDS <= 0.1, "what all slow patterns together may take of one mail"
    own_house.post(letter(subject="evil", text="qwe" * 3_000 + "!#"), letter(subject="good", text="qwe#"))
    with own_house.shift() as shift:
        shift.turn()
        evil, good = own_house.numbers()
        assert ticket_of(own_house, evil).tags == ("x",), "the other rules go on"
        assert ticket_of(own_house, good).tags == ("caught", "x")
        assert remarks(own_house, evil)["reason"].startswith("slow pattern passed over: text|regex")
        assert own_house.sent("ann@customer.test")
        assert_still_at_work(own_house, shift)
