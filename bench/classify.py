"""What the rules are worth and what they cost: accuracy on labelled requests, time for a mail, time to load."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml

from bench.labelled import HALVES, PACKS, Labelled, labelled
from daemon.policies import load_policy, shipped_packs
from parsers.mail import Mail
from rules.classify import Classification, Context, classify
from rules.conditions import Words, questions
from rules.examples import example_mail
from rules.policy import Policy

AT = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
ROUNDS = 7


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How often the rules agree with a person, on one half of the requests of one pack."""

    pack: str
    half: str
    mails: int
    category: float
    item: float | None
    priority: float
    precision: dict[str, float]

    def line(self) -> str:
        """One line for the report; precision is the worst of all categories and which one that is."""
        worst = min(self.precision, key=lambda category: self.precision[category])
        item = f"  sub-item {self.item:4.0%}" if self.item is not None else ""
        of = f"{self.pack:18} {self.half:7} {self.mails:4} mails"
        right = f"category {self.category:4.0%}  priority {self.priority:4.0%}{item}"
        return f"{of}  {right}  lowest precision {self.precision[worst]:4.0%} ({worst})"


def accuracy(pack: str, half: str) -> Accuracy:
    """Agreement with the labels; precision of a category is the share of its answers that are right."""
    policy = load_policy(pack)
    entries = labelled(pack, half)
    found = [_classified(entry, policy) for entry in entries]
    pairs = list(zip(entries, found, strict=True))
    answers, right = Counter(each.category for each in found), Counter[str]()
    for entry, outcome in pairs:
        right[outcome.category] += entry.category == outcome.category
    with_item = [(entry, outcome) for entry, outcome in pairs if entry.item is not None]
    return Accuracy(
        pack,
        half,
        len(entries),
        statistics.mean(entry.category == outcome.category for entry, outcome in pairs),
        statistics.mean(entry.item == outcome.item for entry, outcome in with_item) if with_item else None,
        statistics.mean(entry.priority == outcome.priority for entry, outcome in pairs),
        {category: right[category] / count for category, count in answers.items()},
    )


def _classified(entry: Labelled, policy: Policy) -> Classification:
    return classify(example_mail(entry.mail, language=entry.language), Context("bench", AT), policy)


def many_rules(count: int) -> str:
    """A rule file of this many rules, each with words of its own, in the shapes that packs use."""
    shapes = list(_shapes())
    return "\n".join(shapes[number % len(shapes)].replace("@", str(number)) for number in range(count))


def _shapes() -> Iterator[str]:
    """Words, a tree, a pattern, a negation; `@` stands for the number of the rule."""
    words = "故障@, 报错@, 打不开@, 登录不了@, 超时@, 丢失@, crash@, fail@, broken@, outage@, timeout@, wrong@"
    yield f"- {{id: words-@, when: {{content|word: [{words}]}}, then: {{tags: [t@]}}}}"
    yield f"""\
- id: tree-@
  when:
    all:
      - content|word: [{words}]
      - any:
          - content|regex: '(全部|所有|整个)(用户|系统|站点)@'
          - customer.level: VIP@
  then: {{tags: [t@], urgency: high}}
  examples: {{match: ['所有系统@ 故障@']}}
"""
    yield """\
- id: pattern-@
  when: {content|regex: '(订单|支付@|收款)[^,。]{0,12}(失败@|不了@|报错@)'}
  then: {tags: [t@]}
"""
    yield f"""\
- id: not-@
  when:
    subject|word: [{words}]
    not: {{text|contains: [测试@, test@]}}
  then: {{tags: [t@]}}
"""


def timed(work: Callable[[], object]) -> Sequence[float]:
    """Milliseconds of CPU time of one call, in several rounds: other work on this machine says nothing about ours."""
    rounds = []
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        rounds.append((time.process_time() - began) * 1_000)
    return rounds


def with_rules(count: int, folder: Path) -> Path:
    """A pack of its own with this many rules."""
    pack = folder / f"rules-{count}"
    pack.mkdir()
    policy = (shipped_packs() / "basic" / "policy.yaml").read_text(encoding="utf-8")
    (pack / "policy.yaml").write_text(policy, encoding="utf-8")
    (pack / "rules.yaml").write_text(many_rules(count), encoding="utf-8")
    return pack


def main() -> None:
    """Print accuracy for each pack and half, then the cost of a mail and of loading."""
    for pack in PACKS:
        for half in HALVES:
            print(accuracy(pack, half).line())
    entries = [entry for pack in PACKS for entry in labelled(pack, "report")][::10]
    mails = [example_mail(entry.mail + "\n" + entry.mail * 3, language=entry.language) for entry in entries]
    with tempfile.TemporaryDirectory() as folder:
        for count in (200, 1_000):
            print(cost(with_rules(count, Path(folder)), mails, count))


def cost(pack: Path, mails: Sequence[Mail], count: int) -> str:
    """What one mail costs under so many rules, and what loading them costs, beside the plainest way to do either.

    For a mail that is to ask for every word of every rule whether it stands in the text; for loading, PyYAML alone.
    """
    policy = load_policy(str(pack))
    context = Context("bench", AT)
    load = timed(lambda: load_policy(str(pack)))
    source = (pack / "rules.yaml").read_text(encoding="utf-8")
    plain_load = timed(lambda: yaml.load(source, Loader=yaml.CSafeLoader))
    each = [whole / len(mails) for whole in timed(lambda: [classify(mail, context, policy) for mail in mails])]
    plain = [whole / len(mails) for whole in timed(lambda: [_asked_one_by_one(mail, policy) for mail in mails])]
    a_mail = f"{min(each):.2f} ms a mail (median {statistics.median(each):.2f}, {min(each) / min(plain):.1f} × plain)"
    return f"{count:5} rules: {a_mail}, load {min(load):.0f} ms ({min(load) / min(plain_load):.1f} × PyYAML alone)"


def _asked_one_by_one(mail: Mail, policy: Policy) -> int:
    text = f"{mail.subject}\n{mail.text}".casefold()
    asked = (
        word for rule in policy.rules for test in questions(rule.when) if isinstance(test, Words) for word in test.words
    )
    return sum(word.text in text for word in asked)


if __name__ == "__main__":
    main()
