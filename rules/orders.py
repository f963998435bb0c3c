"""The orders that stand at the top of a mail, as one table: who may give each, what it causes, who hears its words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from rules.model import Happening
from rules.vocabulary import primary


class Argument(StrEnum):
    """How the rest of an order's line is read."""

    WORDS = "words"
    ENGINEER = "engineer"
    PRIORITY = "priority"
    CATEGORY = "category"
    TIME = "time"


class Giver(StrEnum):
    """Who may give an order. Each must have proven to be who their address says (`Trust.PROVEN`)."""

    ENGINEER = "engineer"
    LEAD = "lead"


class Ear(StrEnum):
    """Who hears the words below an order."""

    CUSTOMER = "customer"
    ASSIGNEE = "assignee"
    LEAD = "lead"
    ABOVE = "above"


@dataclass(frozen=True, slots=True)
class OrderKind:
    """One order, by its English word.

    `causes` is what happens by it, and `tells` the notice by which participants hear of it; who `answers` them so has
    replied in public, with or without words. Its words are for `ear`: of those below several orders, no customer hears
    any if one of them is meant for the desk. It is refused with the reason `wants` when there are none.
    """

    word: str
    chinese: str
    causes: Happening
    argument: Argument = Argument.WORDS
    giver: Giver = Giver.ENGINEER
    ear: Ear = Ear.CUSTOMER
    tells: str | None = None
    answers: bool = False
    wants: str | None = None

    def spelled(self, language: str) -> str:
        """The order as it is written in a language."""
        return f"#{self.chinese if primary(language) == 'zh' else self.word}"


ORDERS = (
    OrderKind("assign", "指派", Happening.ASSIGNED, Argument.ENGINEER),
    OrderKind("priority", "优先级", Happening.CLASSIFIED, Argument.PRIORITY),
    OrderKind("category", "分类", Happening.CLASSIFIED, Argument.CATEGORY),
    OrderKind("note", "备注", Happening.NOTED, ear=Ear.ASSIGNEE, wants="no-words"),
    OrderKind("report", "汇报", Happening.NOTED, ear=Ear.LEAD, wants="no-words"),
    OrderKind("plan", "方案", Happening.PLANNED, ear=Ear.LEAD, wants="no-words"),
    OrderKind("approve", "批准", Happening.APPROVED, giver=Giver.LEAD, ear=Ear.ASSIGNEE),
    OrderKind("escalate", "升级", Happening.ESCALATED, ear=Ear.ABOVE, wants="no-reason"),
    OrderKind("workaround", "临时方案", Happening.WORKAROUND),
    OrderKind("assess", "评估", Happening.ASSESSED),
    OrderKind("eta", "预计", Happening.PROMISED, Argument.TIME, tells="promise", answers=True),
    OrderKind("wait", "等待客户", Happening.ASKED),
    OrderKind("resolve", "解决", Happening.RESOLVED, tells="resolved", answers=True),
    OrderKind("confirm", "确认", Happening.CONFIRMED, tells="closed"),
    OrderKind("reopen", "重开", Happening.REOPENED),
    OrderKind("close", "关闭", Happening.CLOSED, tells="closed"),
    OrderKind("review", "复盘", Happening.REVIEWED, ear=Ear.ASSIGNEE),
    OrderKind("kb", "知识库", Happening.DOCUMENTED, ear=Ear.ASSIGNEE),
)
"""Every order there is: A25, A29, A31, A34, A39, A42, A46, A49, B27-B31, C19, C25-C30, C43, D35, D41."""

TELLING = (None, "reply", "promise", "resolved", "closed")
"""Notices to customers, the later ones saying more: of several only the last leaves."""

_BY_WORD: Mapping[str, OrderKind] = {spelling: kind for kind in ORDERS for spelling in (kind.word, kind.chinese)}

SPELLINGS = tuple(f"#{spelling}" for spelling in _BY_WORD)
"""Every order as it may be written."""


def order_kind(word: str) -> OrderKind | None:
    """The order that this word gives, in lower case and in either language."""
    return _BY_WORD.get(word)


def spelled(kinds: Iterable[OrderKind], language: str) -> str:
    """These orders on one line, as they are written in a language."""
    return " ".join(kind.spelled(language) for kind in kinds)


def causing(happenings: Collection[Happening]) -> list[OrderKind]:
    """The orders that cause one of these happenings."""
    return [kind for kind in ORDERS if kind.causes in happenings]
