"""What a mail tells of its matter: when it happened, error codes, steps, scope, frequency, phone, company, version."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from rules.lexicon import normal
from rules.moments import told_time
from rules.vocabulary import Names

FACT_CHARS = 4_000
"""How much of a text is searched for facts."""

TITLES: Mapping[str, Names] = {
    "occurred_at": {"zh-CN": "问题是什么时候发生的", "en": "when it happened"},
    "error_code": {"zh-CN": "出现的错误代码或提示", "en": "the error code or message you see"},
    "steps": {"zh-CN": "问题出现前的操作步骤", "en": "what you did before it happened, step by step"},
    "scope": {"zh-CN": "有多少人或多少台设备受影响", "en": "how many people or devices are affected"},
    "frequency": {"zh-CN": "是偶尔出现还是每次都出现", "en": "whether it happens every time or now and then"},
    "phone": {"zh-CN": "您的联系电话", "en": "a telephone number at which we reach you"},
    "company": {"zh-CN": "您的公司名称", "en": "the name of your company"},
    "version": {"zh-CN": "使用的软件或系统版本", "en": "the version of the software or system"},
}
"""The facts that every mail is searched for, and what we ask for when one is missing (A8, D30); rules may add more."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a mail tells: its name, its value, the words that told it, and the field they stand in."""

    name: str
    value: str
    words: str
    field: str


def facts(subject: str, text: str, now: datetime, zone: str) -> tuple[Fact, ...]:
    """The facts of a mail, at most one of each name; the text goes before the subject."""
    found: dict[str, Fact] = {}
    for field, written in (("text", text[:FACT_CHARS]), ("subject", subject)):
        for name, value, words in _told(written, now, zone):
            found.setdefault(name, Fact(name, value, words, field))
    return tuple(found[name] for name in TITLES if name in found)


def _told(written: str, now: datetime, zone: str) -> Iterator[tuple[str, str, str]]:
    line = normal(written)
    moment = told_time(line, now, zone)
    if moment is not None:
        yield "occurred_at", moment.value, moment.words
    for name, patterns in _PATTERNS:
        for pattern in patterns:
            match = pattern.search(line)
            if match is not None:
                yield name, (match.groupdict().get("value") or match[0]).strip(), match[0].strip()
                break
    steps = _steps(written)
    if steps:
        yield "steps", steps, steps


_STEP = re.compile(
    r"^\s*(?:\(?[0-9]{1,2}\s?[.)、\uff0e）:：]|[①-⑳]|第[一二三四五六七八九十]步|step\s[0-9]{1,2}\b)\s?\S", re.IGNORECASE
)
_HEADING = re.compile(
    r"(?:操作步骤|复现步骤|重现步骤|操作路径|steps to reproduce|steps)\s?[:：]\s?(?P<value>\S.{2,300})", re.IGNORECASE
)
_CHAIN = re.compile(
    r"(?:点击|打开|进入|选择|click|open|go to)[^。\n]{0,40}?(?:(?:->|→|>|—>|然后|再点|再|then)[^。\n]{1,40}){1,8}",
    re.IGNORECASE,
)


def _steps(written: str) -> str:
    """Two or more numbered lines, what follows a heading for steps, or a chain of clicks."""
    numbered = [line.strip() for line in written.splitlines() if _STEP.match(line)]
    if len(numbered) > 1:
        return " / ".join(numbered)[:500]
    heading = _HEADING.search(written)
    if heading is not None:
        return heading["value"].strip()
    chain = _CHAIN.search(written)
    return chain[0].strip() if chain is not None else ""


def _compiled(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


_PATTERNS: tuple[tuple[str, tuple[re.Pattern[str], ...]], ...] = (
    (
        "error_code",
        _compiled(
            r"(?:错误代码|错误码|错误号|报错代码|异常代码|返回码|error code|errorcode|"
            r"code)\s?(?:是|为|"
            r"is)?\s?[:=#]?\s?(?P<value>[A-Za-z]{0,10}[-_]?[0-9][0-9A-Za-z_-]{0,20})",
            r"\b(?P<value>(?:ERR|ERROR|ORA|EX|SYS|E)[-_][A-Z0-9]+(?:[-_][A-Z0-9]+)*|E[0-9]{3,6}|0x[0-9A-F]{4,16})\b",
            r"(?:HTTP|status|错误|报错|提示|error|返回|出现)\s?(?P<value>[45][0-9]{2})(?![0-9])",
            r"(?<![0-9A-Za-z])(?P<value>[45][0-9]{2})\s?(?:错误|报错|异常|error)",
        ),
    ),
    (
        "scope",
        _compiled(
            r"(?:全部|所有|整个|全体|全公司|全员|每个|多个|部分|个别|大量|大部分|大多数|"
            r"一半以上?)的?(?:[\u4e00-\u9fff]{0,4})(?:用户|客户|员工|同事|部门|门店|站点|"
            r"电脑|人员|账号|公司|人)",
            r"[0-9]{1,6}\s?(?:多|余)?\s?(?:个|名|位|家|台)\s?(?:用户|客户|员工|同事|部门|"
            r"门店|站点|电脑|人|终端)|[0-9]{1,3}%的?(?:用户|客户|订单|请求)",
            r"(?:只有|仅|就)?我(?:一个人|自己|个人|这边一台)|其他(?:人|同事|用户)(?:都)?(?:正常|"
            r"没问题|没有问题|可以)",
            r"\b(?:all|every|some|many|several|most|a few|"
            r"half) (?:of )?(?:the |our |my )?(?:users?|customers?|"
            r"staff|employees|colleagues|people|offices?|stores?|sites?|"
            r"computers?)\b|\b(?:everyone|everybody|nobody|"
            r"the whole (?:company|team|office)|only me|just me|"
            r"(?:only )?one user)\b",
            r"\b[0-9]{1,6} (?:users?|customers?|people|employees|colleagues|stores?|machines)\b",
        ),
    ),
    (
        "frequency",
        _compiled(
            r"每次|每天|每隔[^,，。]{1,8}|总是|一直|经常|频繁|反复|偶尔|有时候?|时不时|间歇性?|偶发|必现|"
            r"第一次|首次|出现过?[0-9一二两三四五六七八九十几多]+次",
            r"\b(?:every time|each time|always|constantly|often|"
            r"frequently|sometimes|occasionally|intermittent(?:ly)?|"
            r"now and then|randomly|once|twice|(?:[0-9]+|several|a few|"
            r"many) times|every (?:day|hour|few minutes|[0-9]+ minutes)|"
            r"for the first time)\b",
        ),
    ),
    (
        "phone",
        _compiled(
            r"(?<![0-9.])(?:\+?86[- ]?)?(?P<value>1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4})(?![0-9])",
            r"(?<![0-9.])(?P<value>0[1-9][0-9]{1,2}[- ]?[0-9]{7,8}(?:[- 转]{1,2}[0-9]{1,5})?|"
            r"400[- ]?[0-9]{3,4}[- ]?[0-9]{3,4})(?![0-9])",
            r"(?<![0-9.])(?P<value>\+[1-9][0-9]{0,2}[ -]?\(?[0-9]{1,4}\)?[ -][0-9][0-9 -]{5,12}[0-9]|"
            r"\(?[2-9][0-9]{2}\)?[ -][0-9]{3}-[0-9]{4})(?![0-9])",
        ),
    ),
    (
        "company",
        _compiled(
            r"(?:(?:我们|我)是|来自|公司名称?[:是为]|客户名称?[:是为]|"
            r"单位[:是为])\s?(?P<value>[\u4e00-\u9fffA-Za-z0-9()]{2,30}?(?:有限责任公司|"
            r"股份有限公司|有限公司|集团|公司|医院|学校|大学|银行|研究院))",
            r"(?P<value>(?:(?!我们|我司|贵|本|是|的|在|和|"
            r"与)[\u4e00-\u9fffA-Za-z()]){2,24}(?:有限责任公司|股份有限公司|有限公司))",
            r"(?P<value>(?:(?-i:[A-Z])[A-Za-z0-9&.-]* ){1,5}(?:Inc|Ltd|"
            r"LLC|GmbH|Corp|Corporation|Limited|PLC|S\.A\.|"
            r"Co\., Ltd)\b\.?)",
        ),
    ),
    (
        "version",
        _compiled(
            r"(?:版本号?|version|ver\.?|release)\s?(?:是|为|"
            r"is)?\s?[:#]?\s?(?P<value>v?[0-9]+(?:\.[0-9]+){0,3}[A-Za-z0-9-]*)",
            r"\b(?P<value>v[0-9]+(?:\.[0-9]+){1,3}[A-Za-z0-9-]*)\b",
            r"\b(?P<value>(?:Windows|Android|iOS|macOS|Chrome|Firefox|"
            r"Edge|Safari|Office|Excel|Outlook) ?[0-9]+(?:\.[0-9]+)*)\b",
        ),
    ),
)
