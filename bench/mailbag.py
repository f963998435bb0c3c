"""A bag of mails as a support mailbox gets them: requests in two languages, replies, files, machines, bounces."""

from __future__ import annotations

import random
from email.message import EmailMessage
from email.policy import SMTP

CHINESE = (
    "系统无法登录，提示密码错误",
    "报表导出后金额不对，请帮忙看一下",
    "请问如何修改开票信息？",
    "希望增加批量打印功能",
)
ENGLISH = (
    "The export shows wrong totals",
    "Cannot log in since this morning",
    "How do I add a user?",
    "Printer is offline",
)
FILLER = {
    "zh": "我们的同事今天上午操作时发现了这个问题，重启之后仍然一样。",
    "en": "It happened twice today and a restart did not help. ",
}


def mailbag(count: int, seed: int = 1) -> list[bytes]:
    """So many mails, the same for the same seed."""
    rng = random.Random(seed)
    return [_one(rng, number) for number in range(count)]


def _one(rng: random.Random, number: int) -> bytes:
    kind = rng.choices(("request", "reply", "file", "automatic", "bounce"), (60, 30, 5, 3, 2))[0]
    language = rng.choice(("zh", "en"))
    subject = rng.choice(CHINESE if language == "zh" else ENGLISH)
    message = EmailMessage(policy=SMTP)
    message["From"] = f"User {number} <user{number}@customer{number % 97}.test>"
    message["To"] = "support@desk.test"
    message["Subject"] = f"{'回复：' if kind == 'reply' else ''}{subject} {number}"
    message["Date"] = "Sat, 21 Nov 2026 10:00:00 +0800"
    message["Message-ID"] = f"<{seeded(rng)}.{number}@customer.test>"
    message["Received"] = "from mx.customer.test by mx.desk.test; Sat, 21 Nov 2026 10:00:01 +0800"
    if kind == "reply":
        message["In-Reply-To"] = f"<{seeded(rng)}@elsewhere.test>"
    if kind == "automatic":
        message["Auto-Submitted"] = "auto-replied"
    text = FILLER[language] * rng.randint(2, 30)
    quoted = "".join(f"> {line}\n" for line in (FILLER[language] * 5, subject))
    attribution = "在 2026-11-20 10:00，support 写道："
    message.set_content(f"{text}\n\n{attribution}\n{quoted}" if kind == "reply" else text)
    if rng.random() < 0.5 and kind in {"request", "reply"}:
        message.add_alternative(f"<html><body><p>{text}</p></body></html>", subtype="html")
    if kind == "file":
        message.add_attachment(rng.randbytes(200_000), maintype="image", subtype="png", filename="截图.png")
    if kind == "bounce":
        message.replace_header("From", "MAILER-DAEMON@customer.test")
    return message.as_bytes()


def seeded(rng: random.Random) -> str:
    """An identifier that no other mail of the bag has."""
    return f"{rng.getrandbits(64):016x}"
