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
    "missing": "发生时间\n操作步骤",
}
"""A value for every fact of every notice."""

_NOTHING: Mapping[str, object] = {
    **dict.fromkeys(("respond_by", "next_update_by", "oversize_mb", "claimed")),
    **dict.fromkeys(("requester_name", "author_name", "assignee_name", "subject", "text", "why", "missing"), ""),
    "verified": False,
}
"""The facts that may be unknown: moments and numbers are None then, words are empty."""


def facts_of(kind: str) -> frozenset[str]:
    """The facts that a notice of this kind hands to its template, without those that the composer adds."""
    return KINDS[kind].facts | ABOUT_TICKET


def trials(kind: str) -> tuple[dict[str, object], dict[str, object]]:
    """The facts of a notice of this kind with everything known, and with as little as there can be."""
    full = {fact: KNOWN[fact] for fact in facts_of(kind)}
    return full, {fact: _NOTHING.get(fact, value) for fact, value in full.items()}
