"""Facts to try a template with before any mail depends on it: once everything known, once as little as there can be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from rules.notices import ABOUT_TICKET, KINDS

_LATER = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)

KNOWN: Mapping[str, object] = {
    "number": "TS-20261121-001",
    "status": "处理中",
    "category": "系统缺陷",
    "priority": "P1",
    "opened_at": datetime(2026, 11, 21, 1, 30, tzinfo=UTC),
    "requester_name": "张三",
    "subject": "订单提交时金额计算错误",
    "text": "您好，\n\n提交订单时合计金额不对：\n    单价 99 × 3 = 198\n附件是截图，麻烦尽快看一下，谢谢！",
    "author_name": "李工",
    "author": "zhang.san@example.com",
    "assignee_name": "李工",
    "requester": "zhang.san@example.com",
    "respond_by": _LATER,
    "next_update_by": _LATER,
    "due_at": _LATER,
    "oversize_mb": 38,
    "why": "P1 ← 规则 order-amount：正文含“金额不对”\n系统缺陷 ← 规则 order-amount",
    "claimed": "TS-20261120-007",
    "verified": True,
    "promise": "首次回复",
    "recipient": "zhang.san@example.com",
    "code": "550 5.1.1",
    "order": "#clsoe",
    "reason": "unknown",
    "nearest": "#close",
    "orders": "#关闭 #解决",
    "by_reply": True,
    "level": 2,
    "missing": ["发生时间", "操作步骤"],
    "promised_at": _LATER,
    "expected_by": _LATER,
    "promised_why": "补丁正在测试",
    "closes_at": _LATER,
    "solved": True,
    "note": "已自动关闭，后续持续监控",
    "ratings": ["满意", "基本满意", "不满意"],
    "cause": "超过4小时未解决",
    "faults": "/etc/postdesk/people.yaml:14:9: unknown key 'adress' (did you mean 'address'?)",
    "more": 3,
    "refused_at": _LATER,
}
"""A value for every fact of every notice."""

_NOTHING: Mapping[str, object] = {
    **dict.fromkeys(
        ("respond_by", "next_update_by", "oversize_mb", "claimed", "expected_by", "closes_at", "level", "more")
    ),
    **dict.fromkeys(("requester_name", "author_name", "assignee_name", "subject", "text", "why"), ""),
    **dict.fromkeys(("promised_why", "missing", "ratings", "note", "nearest", "orders"), ""),
    **dict.fromkeys(("verified", "by_reply", "solved"), False),
}
"""The facts that may be unknown: moments and numbers are None then, words are empty."""


def facts_of(kind: str) -> frozenset[str]:
    """The facts that a notice of this kind hands to its template, without those that the composer adds."""
    return KINDS[kind].facts | ABOUT_TICKET


def trials(kind: str) -> tuple[dict[str, object], dict[str, object]]:
    """The facts of a notice of this kind with everything known, and with as little as there can be."""
    full = {fact: KNOWN[fact] for fact in facts_of(kind)}
    return full, {fact: _NOTHING.get(fact, value) for fact, value in full.items()}
