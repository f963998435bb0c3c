"""What mails tell of their matter, in Chinese and in English."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.facts import TITLES, facts
from tests.rules.desk import NOW

ZONE = "Asia/Shanghai"


def told(text: str) -> dict[str, str]:
    return {fact.name: fact.value for fact in facts("", text, NOW, ZONE)}


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("今天上午9点30分开始报错", "2026-11-20T01:30Z"),
        ("今天上午9点 3台服务器报错", "2026-11-20T01:00Z"),
        ("today at 9:15 AM it stopped", "2026-11-20T01:15Z"),
        ("today at 2 PM it stopped", "2026-11-20T06:00Z"),
        ("昨天下午3点半左右打不开", "2026-11-19T07:30Z"),
        ("昨晚8点", "2026-11-19T12:00Z"),
        ("前天中午12点", "2026-11-18T04:00Z"),
        ("11月18日 14:30 出现", "2026-11-18T06:30Z"),
        ("2026年11月18日下午两点一刻", "2026-11-18T06:15Z"),
        ("2026-11-19 08:05:33 的日志", "2026-11-19T00:05Z"),
        ("2026/11/20", "2026-11-20"),
        ("上周五晚上8点", "2026-11-13T12:00Z"),
        ("周一早上", "2026-11-16"),
        ("3天前就这样了", "2026-11-17"),
        ("两小时前", "2026-11-20T05:00Z"),
        ("半小时前", "2026-11-20T06:30Z"),
        ("刚才", "2026-11-20T07:00Z"),
        ("凌晨三点", "2026-11-19T19:00Z"),
        ("从 9 点开始，每次都这样", "2026-11-20T01:00Z"),
        ("自两点半起", "2026-11-20T06:30Z"),
        ("Yesterday at 3pm it failed", "2026-11-19T07:00Z"),
        ("since 9:30 am nobody can log in", "2026-11-20T01:30Z"),
        ("on Nov 18 at 2:15 pm", "2026-11-18T06:15Z"),
        ("18th of November 2026 around 14:00", "2026-11-18T06:00Z"),
        ("last Friday afternoon", "2026-11-13"),
        ("3 hours ago", "2026-11-20T04:00Z"),
        ("last night at 11pm", "2026-11-19T15:00Z"),
        ("ｔｏｄａｙ", "2026-11-20"),
    ],
)
def test_a_time_is_read_as_its_writer_meant_it(text: str, at: str) -> None:
    assert told(text)["occurred_at"] == at


@pytest.mark.parametrize(
    "text",
    [
        "请在明天之前处理",
        "12月25日放假",
        "版本 3.2.1",
        "从 9 点到 18 点营业",
        "13月40日",
        "2026-02-30",
        "每天都卡",
        "call 9 people",
    ],
)
def test_what_is_no_time_of_the_past_is_not_taken_for_one(text: str) -> None:
    assert "occurred_at" not in told(text)


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("错误码：10053", "error_code", "10053"),
        ("ORA-00942", "error_code", "ORA-00942"),
        ("ERR_EXPORT_100 弹出", "error_code", "ERR_EXPORT_100"),
        ("一直出现500错误", "error_code", "500"),
        ("error code is E2003", "error_code", "E2003"),
        ("0x80070005", "error_code", "0x80070005"),
        ("所有门店都不行", "scope", "所有门店"),
        ("约30个用户受影响", "scope", "30个用户"),
        ("only me", "scope", "only me"),
        ("about 40 users", "scope", "40 users"),
        ("每次都这样", "frequency", "每次"),
        ("it happens every time", "frequency", "every time"),
        ("手机 138 0013 8000", "phone", "138 0013 8000"),
        ("tel +86 21 5555 1234", "phone", "+86 21 5555 1234"),
        ("电话010-12345678", "phone", "010-12345678"),
        ("我们是上海某某科技有限公司", "company", "上海某某科技有限公司"),
        ("Acme Trading Ltd. writes", "company", "Acme Trading Ltd."),
        ("版本：v3.2.1", "version", "v3.2.1"),
        ("we use Windows 11", "version", "Windows 11"),
        ("1. 打开系统\n2. 点击导出\n3. 报错", "steps", "1. 打开系统 / 2. 点击导出 / 3. 报错"),
        ("打开报表 -> 点击导出", "steps", "打开报表 -> 点击导出"),
        ("Steps: open the report, click export", "steps", "open the report, click export"),
    ],
)
def test_other_facts_are_found_in_both_languages(text: str, name: str, value: str) -> None:
    assert told(text)[name] == value


def test_a_fact_says_where_it_was_found_and_the_text_goes_before_the_subject() -> None:
    found = facts("报错 ERR_A_1 ，昨天", "错误码 ERR_B_2", NOW, ZONE)
    assert [(fact.name, fact.value, fact.field) for fact in found] == [
        ("occurred_at", "2026-11-19", "subject"),
        ("error_code", "ERR_B_2", "text"),
    ]


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=300), st.text("0123456789年月日点分半上下午昨今前周天 :-/.apm", max_size=60)))
def test_looking_for_facts_never_fails(text: str) -> None:
    assert {fact.name for fact in facts(text, text, NOW, ZONE)} <= set(TITLES)
