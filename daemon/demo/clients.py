"""How well-known mail clients write: their headers, their identifiers, and how each quotes what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from parsers.mail import Mail

CHINA = timezone(timedelta(hours=8))
"""Everybody in the demo lives by this time, Chinese or not."""

_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class Quoted:
    """What is answered, as its reader's mail client shows it."""

    mail: Mail
    at: datetime

    @property
    def name(self) -> str:
        """Whom it is from, for people."""
        return self.mail.sender.name or self.address if self.mail.sender else ""

    @property
    def address(self) -> str:
        return self.mail.sender.address if self.mail.sender else ""

    @property
    def to(self) -> str:
        return ", ".join(each.address for each in self.mail.to)

    @property
    def text(self) -> str:
        return self.mail.text.strip()

    @property
    def marked(self) -> str:
        """The text with `> ` before each line."""
        return "\n".join(f"> {line}".rstrip() for line in self.text.splitlines())


def _qq(of: Quoted) -> str:
    at = of.at
    noon = "上午" if at.hour < 12 else "下午"
    when = f"{at:%Y年}{at.month}月{at.day}日(星期{_WEEKDAYS[at.weekday()]}) {noon}{(at.hour - 1) % 12 + 1}:{at:%M}"
    lines = [
        "------------------ 原始邮件 ------------------",
        f'发件人: "{of.name}" <{of.address}>;',
        f"发送时间: {when}",
        f"收件人: <{of.to}>;",
        f"主题: {of.mail.subject}",
    ]
    return "\n".join([*lines, "", of.text])


def _foxmail(of: Quoted) -> str:
    lines = [
        f"发件人： {of.name}",
        f"发送时间： {of.at:%Y-%m-%d %H:%M}",
        f"收件人： {of.to}",
        f"主题： {of.mail.subject}",
    ]
    return "\n".join([*lines, of.text])


def _outlook_zh(of: Quoted) -> str:
    at = of.at
    lines = [
        "-----邮件原件-----",
        f"发件人: {of.name} [mailto:{of.address}] ",
        f"发送时间: {at.year}年{at.month}月{at.day}日 {at:%H:%M}",
        f"收件人: {of.to}",
        f"主题: {of.mail.subject}",
    ]
    return "\n".join([*lines, "", of.text])


def _outlook_en(of: Quoted) -> str:
    lines = [
        "________________________________",
        f"From: {of.name} <{of.address}>",
        f"Sent: {of.at:%A, %B} {of.at.day}, {of.at:%Y %I:%M %p}",
        f"To: {of.to}",
        f"Subject: {of.mail.subject}",
    ]
    return "\n".join([*lines, "", of.text])


def _netease(of: Quoted) -> str:
    return f'在 {of.at:%Y-%m-%d %H:%M:%S}，"{of.name}" <{of.address}> 写道：\n\n{of.marked}'


def _gmail(of: Quoted) -> str:
    at = of.at
    return f"On {at:%a, %b} {at.day}, {at:%Y} at {at:%I:%M %p} {of.name} <{of.address}> wrote:\n\n{of.marked}"


def _thunderbird_zh(of: Quoted) -> str:
    noon = "上午" if of.at.hour < 12 else "下午"
    return f"在 {of.at.year}/{of.at.month}/{of.at.day} {noon}{of.at.hour % 12}:{of.at:%M}, {of.name} 写道:\n{of.marked}"


def _apple_mail(of: Quoted) -> str:
    return f"> On {of.at.day} {of.at:%b %Y}, at {of.at:%H:%M}, {of.name} <{of.address}> wrote:\n> \n{of.marked}"


def _nothing(of: Quoted) -> str:
    del of
    return ""


@dataclass(frozen=True, slots=True)
class MailClient:
    """A mail client. `cites` is False for one that leaves out In-Reply-To and References, as some do."""

    id_form: str
    prefix: str
    quotation: Callable[[Quoted], str]
    agent: tuple[str, str] | None = None
    html: bool = False
    cites: bool = True
    signature: str = ""

    def answer_subject(self, subject: str) -> str:
        """The subject of an answer; a prefix that is there already stays alone, as most clients have it."""
        return subject if subject.startswith(self.prefix) else f"{self.prefix}{subject}"


CLIENTS: Mapping[str, MailClient] = {
    "qq": MailClient("tencent_{token}@{domain}", "回复：", _qq, ("X-Mailer", "QQMail 2.x"), html=True),
    "foxmail": MailClient(
        "{token}.foxmail@{domain}", "回复: ", _foxmail, ("X-Mailer", "Foxmail 7.2.25.331[cn]"), cites=False
    ),
    "outlook-zh": MailClient(
        "{token}.apcprd01@{domain}", "答复: ", _outlook_zh, ("X-Mailer", "Microsoft Outlook 16.0"), html=True
    ),
    "outlook-en": MailClient(
        "{token}.eurprd07@{domain}", "RE: ", _outlook_en, ("X-Mailer", "Microsoft Outlook 16.0"), html=True
    ),
    "netease": MailClient("{token}.Coremail@{domain}", "回复:", _netease, ("X-Mailer", "Coremail Webmail Server")),
    "coremail": MailClient("{token}.Coremail@{domain}", "回复:", _netease, ("X-Mailer", "Coremail XT6.0")),
    "gmail": MailClient("CA+{token}@{domain}", "Re: ", _gmail, html=True),
    "thunderbird-zh": MailClient(
        "{token}@{domain}", "Re: ", _thunderbird_zh, ("User-Agent", "Mozilla Thunderbird"), signature="-- \n"
    ),
    "thunderbird-en": MailClient("{token}@{domain}", "Re: ", _gmail, ("User-Agent", "Mozilla Thunderbird")),
    "apple-mail": MailClient("{token}@{domain}", "Re: ", _apple_mail, ("X-Mailer", "Apple Mail (2.3826)")),
    "wecom": MailClient("tencent_{token}@{domain}", "回复：", _qq, ("X-Mailer", "WeCom Mail")),
    "phone-zh": MailClient(
        "{token}@{domain}", "回复：", _thunderbird_zh, ("X-Mailer", "iPhone Mail (21G93)"), signature="发自我的iPhone"
    ),
    "machine": MailClient("{token}@{domain}", "", _nothing),
}
