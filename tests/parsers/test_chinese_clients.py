"""The quotation headers, signatures and banners that Chinese, Japanese and Korean mail clients write."""

from __future__ import annotations

import pytest

from parsers.html import rendered
from parsers.mail import Cut
from parsers.quotation.cutting import cut, without_quotation
from tests.mails import sections

ANSWER = "还是不行，请再看一下。"
QUOTED = "请再试一次，谢谢。"

TEXT = sections("quotation_headers_east.txt")
"""Header forms of replies and forwards as they stand in text/plain."""


def kept(text: str, part: Cut) -> str:
    return "\n".join(text[start:end] for start, end in part.spans).strip()


@pytest.mark.parametrize("form", TEXT)
def test_the_new_part_ends_above_the_header_of(form: str) -> None:
    text = f"{ANSWER}\n\n\n{TEXT[form]}\n\n{QUOTED}\n"
    assert kept(text, without_quotation(text)) == ANSWER
    assert kept(text, cut(text)) == ANSWER


@pytest.mark.parametrize("form", TEXT)
def test_the_new_part_ends_right_above_the_header_of(form: str) -> None:
    text = f"{ANSWER}\n{TEXT[form]}\n{QUOTED}\n"
    assert kept(text, cut(text)) == ANSWER


@pytest.mark.parametrize("form", TEXT)
def test_marked_quotations_are_cut_below_the_header_of(form: str) -> None:
    text = f"{ANSWER}\n\n{TEXT[form]}\n\n> {QUOTED}\n> 客服\n"
    assert kept(text, cut(text)) == ANSWER


@pytest.mark.parametrize("form", TEXT)
def test_a_header_that_is_itself_quoted_is_cut_of(form: str) -> None:
    quoted = "\n".join(f"> {line}" for line in f"{TEXT[form]}\n\n{QUOTED}".split("\n"))
    assert kept(f"{ANSWER}\n\n{quoted}", cut(f"{ANSWER}\n\n{quoted}")) == ANSWER


def test_literal_entities_mark_quotations_too() -> None:
    text = f"{ANSWER}\n\n{TEXT['coremail xt']}\n\n&gt; {QUOTED}\n&gt; 客服\n"
    assert kept(text, cut(text)) == ANSWER


HTML = sections("quotations_in_html.txt")
"""Replies as clients write them in HTML, with places for the answer and for what it quotes."""


@pytest.mark.parametrize("form", HTML)
def test_the_new_part_of_an_html_reply_ends_above_the_quotation_of(form: str) -> None:
    text = rendered(HTML[form].format(answer=ANSWER, quoted=QUOTED))
    assert kept(text, cut(text)) == ANSWER
    assert QUOTED in text


SIGNATURES = {
    "iphone": "发自我的iPhone",
    "wecom": "发自我的企业微信",
    "outlook for ios": "获取 Outlook for iOS<https://aka.ms/o0ukef>",
    "windows mail": "从 Windows 版邮件<https://go.microsoft.com/fwlink/?LinkId=550986>发送",
    "older windows mail": "发送自 Windows 10 版邮件<https://go.microsoft.com/fwlink/?LinkId=550986>应用",
    "mail master": "| |\n张三\n|\n|\n邮箱：z@c.test\n|\n签名由 网易邮箱大师 定制",
    "taiwanese iphone": "從我的 iPhone 傳送",
    "dashes": "--\n张三\n某某公司\n电话：010-12345678",
}


@pytest.mark.parametrize("form", SIGNATURES)
def test_a_signature_above_the_quotation_is_not_part_of_what_was_written(form: str) -> None:
    text = f"{ANSWER}\n\n{SIGNATURES[form]}\n\n{TEXT['foxmail']}\n\n{QUOTED}\n"
    assert kept(text, cut(text)) == ANSWER
    assert kept(text, without_quotation(text)).startswith(ANSWER)
    assert QUOTED not in kept(text, without_quotation(text))


BANNERS = {
    "external": "注意: 这封邮件来自于外部。除非你确定邮件内容安全，否则不要点击任何链接和附件。",
    "seldom": "[你通常不会收到来自 a@b.test 的电子邮件。请访问 https://aka.ms/Learn]",
    "english": "CAUTION: This email originated from outside of the organization. Do not click links.",
}


@pytest.mark.parametrize("form", BANNERS)
def test_a_banner_above_the_answer_is_nobodys_words(form: str) -> None:
    text = f"{BANNERS[form]}\n\n{ANSWER}\n\n{TEXT['gmail']}\n\n> {QUOTED}\n> 客服\n"
    assert kept(text, cut(text)) == ANSWER


ORDINARY = [
    "2024-05-01 我给 support@desk.test 发了邮件，内容如下：\n打印机坏了。\n到现在没有回复。",
    "我在 2024-05-01 10:00 联系过你们，当时客服说：\n三天内处理。",
    "On Monday, May 1 at 10:00 your agent said:\nit will be fixed.",
    "账号：a@b.test\n密码错误\n时间：2024-05-01 10:00\n麻烦重置。",
    "收件人：张三\n电话：13800000000\n地址：北京市朝阳区\n请改地址。",
    "主题：无法登录\n描述：点击登录没有反应\n日期：2024-05-01",
    "姓名\t张三\n日期\t2024-05-01\n金额\t100",
    "原始邮件我已经删除了。\n请重新发送。",
    "-----\n以上是日志\n-----\n以下是我的问题\n为什么？",
    "发件人：请核实一下，我没有收到邮件。\n谢谢",
    "昨天客服在电话里写道：请重启。\n我重启了三次，没有用。",
    "出发：北京\n到达：上海\n时间：2024年5月1日\n请帮忙改签。",
    "时间：2024-05-01 10:00\n地点：三楼会议室\n主题：项目评审\n请准时参加。",
    "你们在 2024 年的公告里写道：\n“所有订单免费退换”\n请兑现。",
    "步骤：\n1. 打开订单\n2. 点击退款\n-----\n结果：报错 500",
    "错误信息如下：\n> 500 Internal Error\n请处理",
    "From: Beijing\nTo: Shanghai\nDate: 2026-10-01\nPlease book this flight.",
    "On Monday I wrote to you:\nnothing happened.",
    "请转发消息\n给财务部门。",
]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_words_that_resemble_headers_are_kept(text: str) -> None:
    assert kept(text, cut(text)) == text
