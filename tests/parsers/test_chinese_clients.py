"""The quotation headers, signatures and banners that Chinese, Japanese and Korean mail clients write."""

from __future__ import annotations

import pytest

from parsers.html import rendered
from parsers.mail import Cut
from parsers.quotation.cutting import cut, without_quotation

ANSWER = "还是不行，请再看一下。"
QUOTED = "请再试一次，谢谢。"

TEXT = {
    "qq web": "------------------ 原始邮件 ------------------\n发件人: 客服 <a@b.test>\n发送时间: 2019年7月18日 11:10\n收件人: 张三 <z@c.test>\n抄送: 李四 <l@c.test>\n主题: 回复：订单",
    "qq web with entities": '------------------&nbsp;原始邮件&nbsp;------------------\n发件人:                                                  "客服"      <a@b.test&gt;;\n发送时间:&nbsp;2023年7月19日(星期三) 下午3:59\n收件人:&nbsp;"张三"<z@c.test&gt;;\n\n主题:&nbsp;Re: 订单',
    "qq in english": '------------------ Original ------------------\nFrom:  "客服"<a@b.test>;\nDate:  Sat, Aug 31, 2019 11:41 PM\nTo:  "张三"<z@c.test>;\n\nSubject:  Re: 订单',
    "qq in english with a chinese date": '------------------ Original ------------------\nFrom:  "客服"<a@b.test>;\nDate:  2019年10月31日(星期四) 下午5:36',
    "foxmail": "发件人： 客服\n发送时间： 2022-02-15 21:41\n收件人： 张三\n主题： Re: 订单",
    "foxmail in english": "From: 客服\nDate: 2020-10-17 00:17\nTo: 张三\nCC: 李四\nSubject: Re: 订单",
    "163": '在 2021-04-12 13:53:46，"客服" <a@b.test> 写道：',
    "163 in english": 'At 2019-11-07 20:40:25, "Support" <a@b.test> wrote:',
    "coremail xt": '-----原始邮件-----\n发件人:"客服" <a@b.test>\n发送时间:2020-04-08 20:34:44 (星期三)\n收件人: z@c.test\n抄送:\n主题: Re: 订单',
    "mail master": "---- 回复的原邮件 ----\n| 发件人 | 客服 |\n| 发送日期 | 2024年05月01日 10:00 |\n| 收件人 | 张三 |\n| 主题 | 订单 |",
    "mail master in english": "---- Replied Message ----\n| From | Support<a@b.test> |\n| Date | 05/01/2024 10:00 |\n| To | z@c.test |\n| Subject | Re: order |",
    "flash mail": '发件人："客服" <a@b.test>\n发送时间：2020-04-22 12:03\n主题：回复：订单\n收件人："张三"<z@c.test>\n抄送：',
    "dingtalk": f"{'-' * 66}\n发件人：客服 <a@b.test>\n发送时间：2020年11月4日(星期三) 21:42\n收件人：张三 <z@c.test>\n抄　送：李四 <l@c.test>\n主　题：Re: 订单",
    "outlook": "-----邮件原件-----\n发件人: 客服 [mailto:a@b.test] \n发送时间: 2019年9月5日 15:37\n收件人: 张三\n抄送: 李四\n主题: 答复: 订单",
    "outlook mobile": "________________________________\n发件人: 客服 <a@b.test>\n发送时间: Thursday, August 22, 2019 4:32:02 PM\n收件人: 张三 <z@c.test>\n主题: 答复: 订单",
    "outlook in taiwan": "寄件者: 客服 <a@b.test>\n寄件日期: 2019年9月23日 下午 07:29\n收件者: 張三\n副本: 李四\n主旨: Re: 訂單",
    "new outlook in taiwan": "寄件者: 客服 <a@b.test>\n已傳送: 星期二, 2025 年 3 月 18 日 下午 07:19\n收件者: 張三 <z@c.test>\n主旨: 回覆: 訂單",
    "outlook in taiwan with a line": "-----原始郵件-----\n寄件者: 客服\n寄件日期: 2019年9月23日 下午 07:29\n收件者: 張三\n主旨: 訂單",
    "windows mail": "发件人: 客服<mailto:a@b.test>\n发送时间: 2021年5月6日 10:11\n收件人: 张三<mailto:z@c.test>\n主题: 订单",
    "gmail": "客服 <a@b.test> 于2023年2月16日周四 17:41写道：",
    "gmail wrapped": "客服中心 <a-very-long-address-of-the-desk@service.example.test>\n于2023年2月16日周四 17:41写道：",
    "gmail in taiwan": "客服 <a@b.test> 於 2019年5月2日 週四 下午11:30寫道：",
    "thunderbird": "在 2020/5/26 下午9:04, 客服 写道:",
    "thunderbird in taiwan": "客服 於 2022/3/5 上午 02:00 寫道:",
    "icloud": "2019年7月2日 上午2:59，客服 <a@b.test> 写道：",
    "iphone": "在 2019年7月2日，02:59，客服 <a@b.test> 写道：",
    "sina": "----- 原始邮件 -----\n发件人：客服 <a@b.test>\n收件人：张三 <z@c.test>\n主题：订单\n日期：2019年07月04日 11点27分",
    "sina on one line": "----- 原始邮件 -----发件人：客服 <a@b.test>收件人：张三 <z@c.test>主题：订单日期：2019年07月04日 11点27分",
    "feishu forward": "--------- 转发消息 ---------\n发件人: 客服 <a@b.test>\n时间: 2024年5月1日 10:00\n主题: 订单\n收件人: 张三",
    "163 forward": '-------- 转发邮件信息 --------\n发件人："客服" <a@b.test>\n发送日期：2025-12-29 16:13:08\n收件人：z@c.test\n主题：订单',
    "fastmail": "在2021年9月12日九月 上午7:13，客服写道：",
    "evolution": "在 2025-08-11星期一的 11:17 -0400，客服写道：",
    "roundcube": "在 2020-01-03 14:33，a@b.test 写道：",
    "claws on two lines": "于 Fri, 11 Jun 2021 16:44:04 +0100\n客服 <a@b.test> 写道：",
    "zoho": " ---- 在 星期二, 2019-11-19 20:51:13 客服 <a@b.test> 撰写 ----",
    "hmail": '发件人："客服" <a@b.test>\n发送日期：2021-08-13 22:41:02\n收件人："张三" <z@c.test>\n抄送人：\n主题：订单',
    "yahoo in taiwan": "客服 (<a@b.test>) 在 2019年7月2日星期二 下午05:48:53 [GMT+8] 寫道：",
    "proton": "星期二, 七月 2, 2019 6:09 晚上，客服 <a@b.test> 来信：",
    "gmail in korea": "2023년 5월 8일 (월) 오전 1:32, 고객 <a@b.test>님이 작성:",
    "outlook in korea": "보낸 사람: 고객 <a@b.test>\n보낸 날짜: 2023년 5월 8일 월요일 오전 1:32\n받는 사람: 지원 <z@c.test>\n참조: 이\n제목: 주문",
    "outlook in japan": "差出人: 田中 <a@b.test>\n送信日時: 2023年5月8日 1:32\n宛先: 支援 <z@c.test>\n件名: 注文",
    "gmail in japan": "2023年5月8日(月) 1:32 田中 <a@b.test>:",
}
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
    text = f'{ANSWER}\n\n-----原始邮件-----\n发件人:"客服" <a@b.test>\n发送时间:2020-04-08 20:34:44 (星期三)\n\n&gt; {QUOTED}\n&gt; 客服\n'
    assert kept(text, cut(text)) == ANSWER


HTML = {
    "qq web": '<div>{answer}</div><div><br></div><div style="font-size: 12px;font-family: Arial Narrow;padding:2px 0 2px 0;">------------------&nbsp;原始邮件&nbsp;------------------</div><div style="font-size: 12px;background:#efefef;padding:8px;"><div><b>发件人:</b>&nbsp;"客服"&lt;a@b.test&gt;;</div><div><b>发送时间:</b>&nbsp;2024年5月1日(星期三) 上午10:00</div><div><b>主题:</b>&nbsp;订单</div></div><div><br></div>{quoted}',
    "163 web": '<div style="line-height:1.7"><div>{answer}</div><br><pre><br>At 2019-11-07 20:40:25, "客服" &lt;a@b.test&gt; wrote:\n</pre><blockquote id="isReplyContent" style="padding-left:1ex;margin:0px 0px 0px 0.8ex;border-left:#ccc 1px solid"><div>{quoted}</div></blockquote></div><br><span class="neteasefooter"><p>&nbsp;</p></span>',
    "mail master": '<div>{answer}</div><div><div style="font-size:12px">---- 回复的原邮件 ----</div><table><tr><td>发件人</td><td>客服&lt;a@b.test&gt;</td></tr><tr><td>发送日期</td><td>2024年5月1日</td></tr></table><div>{quoted}</div></div>',
    "feishu": '<div>{answer}</div><div class="history-quote-wrapper"><div class="history-quote-meta-wrapper"><div>发件人：客服</div><div>时间：2024年5月1日</div></div><div>{quoted}</div></div>',
    "139": "<div>{answer}</div><hr id='replySplit'/><div id='reply139content'>{quoted}</div>",
    "sina": '<div>{answer}</div><div id="origbody"><div>----- 原始邮件 -----<br>发件人：客服<br>收件人：张三<br>主题：订单<br>日期：2019年07月04日 11点27分<br></div>{quoted}</div>',
    "outlook": '<div>{answer}</div><hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg" dir="ltr"><b>发件人:</b> 客服<br><b>发送时间:</b> 2024年5月1日 10:00<br><b>收件人:</b> 张三</div><div>{quoted}</div>',
    "outlook desktop": '<p class="MsoNormal">{answer}</p><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b>发件人:</b> 客服 &lt;a@b.test&gt; <br><b>发送时间:</b> 2024年5月1日 10:00<br><b>收件人:</b> 张三<br><b>主题:</b> 订单</p></div><p class="MsoNormal">{quoted}</p>',
    "gmail": '<div dir="ltr">{answer}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">客服 &lt;<a href="mailto:a@b.test">a@b.test</a>&gt; 于2024年5月1日周三 10:00写道：<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">{quoted}</blockquote></div>',
    "foxmail": '<div>{answer}</div><blockquote style="margin-Top: 0px; margin-Bottom: 0px; margin-Left: 0.5em"><div>&nbsp;</div><div style="border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0cm 0cm 0cm"><div style="background:#efefef"><div><b>发件人：</b>&nbsp;客服</div><div><b>发送时间：</b>&nbsp;2024-05-01&nbsp;10:00</div><div><b>收件人：</b>&nbsp;张三</div></div></div><div>{quoted}</div></blockquote>',
    "alimail": '<div class="__aliyun_email_body_block"><div>{answer}</div><div>------------------------------------------------------------------</div><blockquote style="margin-right:0;margin-top:0"><div>发件人：客服 &lt;a@b.test&gt;</div><div>发送时间：2024年5月1日(星期三) 10:00</div><div>主　题：订单</div><div>{quoted}</div></blockquote></div>',
    "apple": '<div>{answer}</div><br><blockquote type="cite"><div>在 2024年5月1日，上午10:00，客服 &lt;a@b.test&gt; 写道：</div><br><div>{quoted}</div></blockquote>',
}


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
    "seldom": "[你通常不会收到来自 a@b.test 的电子邮件。请访问 https://aka.ms/LearnAboutSenderIdentification，以了解这一点为什么很重要]",
    "english": "CAUTION: This email originated from outside of the organization. Do not click links unless you know the sender.",
}


@pytest.mark.parametrize("form", BANNERS)
def test_a_banner_above_the_answer_is_nobodys_words(form: str) -> None:
    text = f"{BANNERS[form]}\n\n{ANSWER}\n\n{TEXT['gmail']}\n\n> {QUOTED}\n> 客服\n"
    assert kept(text, cut(text)) == ANSWER


ORDINARY = [
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
