"""What a `when:` can ask, and what its answer is."""

from __future__ import annotations

from pathlib import Path

import pytest

from parsers.mail import Attachment, Mail
from rules.classify import classify
from rules.conditions import evaluate
from rules.model import Trust
from rules.reading import Context, Customer, Reading
from tests.rules.desk import context, faults_of, mail, pack, ticket

SPREADSHEET = Attachment("Übersicht.XLSX", "application/vnd.ms-excel", 1000, "0" * 64)
LOGO = Attachment("logo.png", "image/png", 100, "1" * 64, inline=True, decorative=True)


def holds(folder: Path, when: str, message: Mail, known: Context | None = None) -> bool:
    policy = pack(folder, f"- id: r\n  on: any\n  when: {when}\n  then: {{tags: [x]}}\n")
    return evaluate(policy.rules[0].when, Reading(message, known or context(), policy.lexicons)) is not None


@pytest.mark.parametrize(
    ("when", "text", "expected"),
    [
        ("{text|contains: 宕机}", "系统宕机了", True),
        ("{text|contains: down}", "How do I download it?", True),
        ("{text|word: down}", "How do I download it?", False),
        ("{text|word: down}", "The server is down.", True),
        ("{text|word: down}", "系统down了", True),
        ("{text|word: 宕机}", "我们系统宕机了", True),
        ("{text|word: crash*}", "It crashes always", True),
        ("{text|word: crash*}", "We had a lot of xcrash", False),
        ("{text|word: VPN}", "ｖｐｎ连不上", True),
        ("{text|word: can't}", "I can’t log in", True),
        ("{text|word: log in}", "I cannot log\n   in", True),
        ("{text|contains: [a, b]}", "only b", True),
        ("{text|contains|all: [a, b]}", "only b", False),
        ("{text|contains|all: [a, b]}", "b and a", True),
        ("{text|starts_with: hello}", "Hello there", True),
        ("{text|ends_with: 谢谢!}", "请处理，谢谢！", True),
        ("{text: 你好}", "你好", True),
        ("{text: 你好}", "你好吗", False),
        ("{text|in: [是, 否]}", "否", True),
        ("{text|regex: 'ERR_[0-9]+'}", "code err_100", True),
        ("{text|regex: '\\bERR\\b'}", "errors", False),
        ("{text|regex|all: ['a[0-9]', 'b[0-9]']}", "a1", False),
        ("{text|regex|all: ['a[0-9]', 'b[0-9]']}", "b2 a1", True),
        ("{text|exists: true}", "", False),
        ("{text|exists: false}", "", True),
        ("{text|contains: 404}", "error 404", True),
    ],
)
def test_a_modifier_means_what_it_says(tmp_path: Path, when: str, text: str, *, expected: bool) -> None:
    assert holds(tmp_path, when, mail(text)) is expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("{all: [{text|contains: a}, {text|contains: b}]}", True),
        ("{all: [{text|contains: a}, {text|contains: z}]}", False),
        ("{any: [{text|contains: z}, {text|contains: b}]}", True),
        ("{not: {text|contains: z}}", True),
        ("{not: {any: [{text|contains: z}, {text|contains: a}]}}", False),
        ("{text|contains: a, subject|contains: z}", False),
        ("{text|contains: a, not: {subject|contains: z}}", True),
    ],
)
def test_trees_of_all_any_and_not(tmp_path: Path, when: str, *, expected: bool) -> None:
    assert holds(tmp_path, when, mail("a b")) is expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("{sender: Boss@Big.example}", True),
        ("{sender.domain: big.example}", True),
        ("{sender.domain|ends_with: .example}", True),
        ("{recipients: desk@example.com}", True),
        ("{mailbox: support}", True),
        ("{header.x-priority: '1'}", True),
        ("{header.X-PRIORITY|exists: true}", True),
        ("{header.list-id|exists: true}", False),
        ("{attachment.name|ends_with: .xlsx}", True),
        ("{attachment.count: 1}", True),
        ("{attachment.count|gt: 1}", False),
        ("{size|gte: 1}", True),
        ("{quoted|contains: old words}", True),
        ("{text|contains: old words}", False),
        ("{content|contains|all: [new words, the subject]}", True),
        ("{customer.level: vip}", True),
        ("{customer.company|contains: 大客户}", True),
        ("{trust|gte: known}", True),
        ("{trust: proven}", False),
        ("{is_reply: false}", True),
        ("{ticket.status|exists: true}", False),
        ("{fact.error_code: e1001}", True),
        ("{fact.phone|exists: true}", False),
        ("{calendar: business}", True),
        ("{language: zh-cn}", True),
    ],
)
def test_every_field_of_a_mail_and_its_context_can_be_asked(tmp_path: Path, when: str, *, expected: bool) -> None:
    message = mail(
        "new words, error code E1001",
        subject="The Subject",
        sender="Boss@big.example",
        headers=(("X-Priority", "1"),),
        attachments=(SPREADSHEET, LOGO),
        quoted="> old words",
    )
    known = context(
        trust=Trust.KNOWN, customer=Customer("大客户有限公司", "VIP"), open_calendars=frozenset({"business"})
    )
    assert holds(tmp_path, when, message, known) is expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("{is_reply: true}", True),
        ("{ticket.status: open}", True),
        ("{ticket.category|in: [question, fault]}", True),
        ("{ticket.priority: P2}", True),
        ("{ticket.tags: outage}", True),
        ("{ticket.assignee: li@example.com}", True),
        ("{ticket.age|gt: 1d}", True),
        ("{ticket.age|gt: 3d}", False),
    ],
)
def test_a_reply_can_be_asked_about_its_ticket(tmp_path: Path, when: str, *, expected: bool) -> None:
    assert holds(tmp_path, when, mail("hi"), context(ticket=ticket())) is expected


@pytest.mark.parametrize(
    ("when", "fault"),
    [
        ("{txt|contains: a}", "3:10: unknown field 'txt' (did you mean 'text'?)"),
        ("{text|contain: a}", "3:10: unknown modifier 'contain' (did you mean 'contains'?)"),
        ("{text|contains|word: a}", "3:10: 'contains' or 'word', not both"),
        ("{text|contains: []}", "3:25: an empty list matches nothing"),
        ("{text|contains: ' '}", "3:25: text is wanted here, not ' '"),
        ("{text|gt: 3}", "3:10: 'text' is text: it has no order"),
        ("{size|contains: 3}", "3:10: 'size' is a number: compare it with |gt, |gte, |lt or |lte"),
        ("{size|gt: big}", "3:19: a whole number is wanted here, not 'big'"),
        ("{ticket.age|gt: 3}", "3:25: 3 is no duration"),
        ("{trust|gte: high}", "3:21: 'high' is none of stranger, known, proven"),
        ("{is_reply: no}", "3:20: write true or false, not 'no'"),
        ("{any: {text: a}}", "3:10: list at least one condition here, each with a dash"),
        ("{all: [text]}", "3:16: a condition is written as 'field|modifier: value'"),
        ("{text|regex: '(a'}", "3:22: not a regular expression: missing )"),
        ("{text|regex: '：'}", "3:22: texts are folded to half width first, so '：' can never match: write ':'"),
        ("{text|regex: 'a*'}", "3:22: the pattern matches empty text, so it matches every mail"),
    ],
)
def test_a_wrong_condition_is_told_at_its_place(tmp_path: Path, when: str, fault: str) -> None:
    faults = faults_of(tmp_path, f"- id: r\n  on: any\n  when: {when}\n  then: {{tags: [x]}}\n")
    assert len(faults) == 1
    assert faults[0].startswith(f"rules.yaml:{fault}")


def test_every_wrong_condition_of_a_tree_is_told_at_once(tmp_path: Path) -> None:
    rules = """\
- id: r
  when:
    any:
      - txt: a
      - all:
          - subject|wrod: [b]
          - not: {text|regex: ')'}
  then: {tags: [x]}
"""
    assert [fault.split(": ")[0] for fault in faults_of(tmp_path, rules)] == [
        "rules.yaml:4:9",
        "rules.yaml:6:13",
        "rules.yaml:7:31",
    ]


CATASTROPHIC = [
    "(a+)+$",
    "(a|aa)+$",
    "(a|a?)+b",
    "(.*a){15}b",
    "([a-zA-Z]+)*[0-9]",
    r"(\w+\s?)+=",
    "(x+x+)+y",
    "(中+)+国",
]


@pytest.mark.parametrize("written", CATASTROPHIC)
def test_a_pattern_that_a_mail_could_keep_busy_is_refused(tmp_path: Path, written: str) -> None:
    faults = faults_of(tmp_path, f"- id: r\n  when: {{text|regex: '{written}'}}\n  then: {{tags: [x]}}\n")
    assert "would keep this pattern busy for ages" in faults[0] or "matches empty text" in faults[0]


def test_a_pattern_that_is_slow_on_one_mail_only_is_passed_over_and_flagged(tmp_path: Path) -> None:
    rules = r"""
- id: slow
  when: {text|regex: '(?:q|w|e|qw|we|qwe)+#'}
  then: {category: fault}
- id: next
  when: {text|contains: qwe}
  then: {tags: [seen]}
"""
    policy = pack(tmp_path, rules)
    found = classify(mail("qwe" * 3_000 + "!#"), context(), policy)
    assert found.category == "other"
    assert found.tags == ("seen",)
    assert found.slow == ("text|regex: (?:q|w|e|qw|we|qwe)+#",)
    assert found.reasons[-1] == "slow pattern passed over: text|regex: (?:q|w|e|qw|we|qwe)+#"
    assert classify(mail("qwe#"), context(), policy).category == "fault"
