"""A few whole mails as their readers get them, kept in `golden/` so that a change of wording or bytes is seen.

After a change that is meant, write them anew and look at the difference:

    python -m tests.compose.golden && git diff tests/compose/golden
"""

from __future__ import annotations

from pathlib import Path

from rules.model import Notice
from tests.compose.given import notice, raw, read

FOLDER = Path(__file__).parent / "golden"
_QUESTION = {
    "subject": "Re: 回复: [TS-20261121-001] Cannot print",
    "text": "Hello,\n\nsince this morning:\n    lp: error 0x05\n\nRegards\n韩梅梅",
}
CASES: dict[str, Notice] = {
    "acknowledgement.zh-CN": notice("acknowledgement", "zh-CN", {"oversize_mb": None, "missing": []}),
    "acknowledgement-too-large.en": notice("acknowledgement", "en", {"respond_by": None, "missing": []}),
    "reply-with-file.zh-CN": notice(
        "reply",
        "zh-CN",
        {"text": "您好，\n\n补丁已经上线，请刷新页面再试一次。\n操作步骤见附件。"},
        (("steps", "操作步骤.pdf", "application/pdf"),),
    ),
    "progress.zh-CN": notice("progress", "zh-CN"),
    "closed.en": notice("closed", "en", {"text": "The fix is live: totals add up again.", "author_name": "Li Gong"}),
    "new-ticket.en": notice("new_ticket", "en", {**_QUESTION, "category": "Usage", "why": ["P1: rule printer"]}),
    "recovered.zh-CN": notice("recovered", "zh-CN", {"subject": "db-1 is DOWN", "author": "nagios@example.com"}),
    "customer-replied-unverified.zh-CN": notice("customer_replied", "zh-CN", {**_QUESTION, "verified": False}),
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
