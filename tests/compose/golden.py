"""A few whole mails as their readers get them, kept in `golden/` so that a change of wording or bytes is seen.

After a change that is meant, write them anew and look at the difference:

    python -m tests.compose.golden && git diff tests/compose/golden
"""

from __future__ import annotations

from pathlib import Path

from rules.model import Notice
from rules.notices import ABOUT_TICKET
from tests.compose.given import notice, raw, read

FOLDER = Path(__file__).parent / "golden"
_QUESTION = {
    "subject": "Re: 回复: [TS-20261121-001] Cannot print",
    "text": "Hello,\n\nsince this morning:\n    lp: error 0x05\n\nRegards\n韩梅梅",
}
_PROMISE = {"subject": "Cannot print", "promise": "Solution or workaround", "orders": "#resolve #workaround #close"}
CASES: dict[str, Notice] = {
    "acknowledgement.zh-CN": notice("acknowledgement", "zh-CN", {"oversize_mb": None, "missing": []}),
    "acknowledgement-that-asks.zh-CN": notice("acknowledgement", "zh-CN", {"oversize_mb": None}),
    "acknowledgement-too-large.en": notice("acknowledgement", "en", {"respond_by": None, "missing": []}),
    "reply-with-file.zh-CN": notice(
        "reply",
        "zh-CN",
        {"text": "您好，\n\n补丁已经上线，请刷新页面再试一次。\n操作步骤见附件。"},
        (("steps", "操作步骤.pdf", "application/pdf"),),
    ),
    "progress.zh-CN": notice("progress", "zh-CN"),
    "promise.en": notice(
        "promise", "en", {"text": "", "author_name": "Li Gong", "promised_why": "A part is on its way."}
    ),
    "promise-with-words.zh-CN": notice("promise", "zh-CN"),
    "promise-that-will-not-be-kept.zh-CN": notice("eta_overrun", "zh-CN"),
    "resolved.zh-CN": notice("resolved", "zh-CN", {"text": "补丁已经上线，请再试一次。"}),
    "reminder.en": notice("reminder", "en", {"solved": False}),
    "final-notice.zh-CN": notice("final_notice", "zh-CN", {"solved": False}),
    "closed-automatically.zh-CN": notice("auto_closed", "zh-CN"),
    "rating-request.zh-CN": notice("rating_request", "zh-CN"),
    "closed.en": notice("closed", "en", {"text": "The fix is live: totals add up again.", "author_name": "Li Gong"}),
    "new-ticket.en": notice("new_ticket", "en", {**_QUESTION, "category": "Usage", "why": ["P1: rule printer"]}),
    "recovered.zh-CN": notice("recovered", "zh-CN", {"subject": "db-1 is DOWN", "author": "nagios@example.com"}),
    "configuration-refused.en": notice("configuration_refused", "en", dict.fromkeys(ABOUT_TICKET, "")),
    "customer-replied-unverified.zh-CN": notice("customer_replied", "zh-CN", {**_QUESTION, "verified": False}),
    "order-refused.zh-CN": notice("order_refused", "zh-CN", {"order": "#clsoe"}),
    "due-soon.zh-CN": notice("due_soon", "zh-CN", {"orders": "", "promise": "首次响应"}),
    "overdue.en": notice("overdue", "en", {**_PROMISE, "level": None}),
    "report-due.zh-CN": notice("report_due", "zh-CN", {"promise": "每30分钟向技术主管汇报", "orders": ""}),
    "update-wanted.zh-CN": notice("update_wanted", "zh-CN"),
    "promise-to-renew.en": notice("eta_renew", "en", {**_PROMISE, "promised_why": "the patch is being tested"}),
    "escalated-by-a-clock.zh-CN": notice("escalated", "zh-CN", {"author_name": "", "text": ""}),
    "escalated-by-an-engineer.en": notice(
        "escalated",
        "en",
        {
            **_PROMISE,
            "cause": "needs the developers",
            "author_name": "Li Gong",
            "text": "Restarted it twice.\nNo help.",
        },
    ),
    "plan-to-approve.zh-CN": notice("colleague_wrote", "zh-CN", {"order": "#plan", "text": "今晚回滚到上一版本。"}),
}


def transcript(name: str) -> str:
    """The mail of this case for reading: its bytes up to the body, then its words in both forms."""
    mail = raw(CASES[name], {"steps": b"%PDF-1.7"})
    head = mail.split(b"\r\n\r\n", 1)[0].decode("ascii")
    seen = read(mail)
    shown = f"{head}\n\n{seen.header('Subject')}\n\n{seen.body('plain')}\n{seen.body('html')}"
    files = "".join(f"\n{name} {kind} {len(content)}\n" for name, kind, content in seen.files())
    return shown.replace("\r\n", "\n") + files


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for case in CASES:
        (FOLDER / f"{case}.txt").write_text(transcript(case), "utf-8")
