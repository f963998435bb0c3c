"""The new part of a reply, for the forms in which mail clients quote."""

from __future__ import annotations

import pytest

from parsers.quotation.cutting import cut

QUOTATIONS = {
    "gmail": "On Wed, May 1, 2024 at 10:00 AM Support <support@desk.test> wrote:\n\n> Please try again\n> Regards\n",
    "gmail wrapped": "On Wed, May 1, 2024 at 10:00 AM Support Team Of The Very Long Company\n<support@desk.test> wrote:\n\n> again\n",
    "outlook": "From: Support <support@desk.test>\nSent: Wednesday, May 1, 2024 10:00 AM\nTo: Alice <alice@x.test>\nSubject: RE: x\n\nagain\n",
    "outlook with a line": "-----Original Message-----\nFrom: Support\nSent: Wednesday, May 1, 2024 10:00 AM\nTo: Alice\n\nagain\n",
    "german": "Am Mi., 1. Mai 2024 um 10:00 Uhr schrieb Support <support@desk.test>:\n\n> bitte\n",
    "french": "Le mer. 1 mai 2024 à 10:00, Support <support@desk.test> a écrit :\n\n> essayez\n",
    "japanese gmail": "2024年5月1日(水) 10:00 Support <support@desk.test>:\n\n> もう一度\n",
    "qq": '------------------ 原始邮件 ------------------\n发件人: "客服" <support@desk.test>;\n发送时间: 2024年5月1日(星期三) 上午10:00\n\n请再试一次\n',
    "foxmail": "发件人： 客服\n发送时间： 2024-05-01 10:00\n收件人： 张三\n主题： Re: 订单问题\n请再试一次\n",
    "163": '在 2024-05-01 10:00:00，"客服" <support@desk.test> 写道：\n\n请再试一次\n',
    "163 in english": 'At 2024-05-01 10:00:00, "Support" <support@desk.test> wrote:\n\nplease try again\n',
    "apple": "> 在 2024年5月1日，上午10:00，客服 <support@desk.test> 写道：\n> \n> 请再试一次\n",
    "gmail in chinese": "客服 <support@desk.test> 于2024年5月1日周三 10:00写道：\n\n> 请再试一次\n",
    "outlook in chinese": "________________________________\n发件人: 客服 <support@desk.test>\n发送时间: 2024年5月1日 10:00\n收件人: 张三\n\n请再试一次\n",
    "163 forward": '-------- 转发邮件信息 --------\n发件人："李四" <li@c.test>\n发送日期：2024-05-01 10:00:00\n收件人：s@desk.test\n\n请再试一次\n',
}


@pytest.mark.parametrize("answer", ["还是不行。", "It still does not work."])
@pytest.mark.parametrize("form", QUOTATIONS)
def test_the_new_part_ends_where_the_quotation_begins(form: str, answer: str) -> None:
    text = f"{answer}\n\n{QUOTATIONS[form]}"
    part = cut(text)
    assert "\n".join(text[start:end] for start, end in part.spans).strip() == answer
    assert part.confidence >= 0.8


def test_answers_between_quotations_are_kept() -> None:
    text = "> Did you restart?\n\nYes, twice.\n\n> And the cable?\n\nIs plugged in.\n"
    kept = "\n".join(text[start:end] for start, end in cut(text).spans)
    assert "Yes, twice." in kept and "Is plugged in." in kept and "cable?" not in kept


def test_sentences_that_look_like_headers_are_kept() -> None:
    text = "From: this morning on it fails.\nOn Monday John wrote: nothing works.\nPlease fix it."
    assert cut(text).spans == ((0, len(text)),)


def test_a_signature_below_its_delimiter_is_cut() -> None:
    text = "Works.\n\n-- \nAlice\nAcme\n"
    assert "\n".join(text[start:end] for start, end in cut(text).spans).strip() == "Works."
