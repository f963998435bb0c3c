"""Those who write to the desk and those who work at it: what they write is drawn from the seed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from random import Random

from rules.people import Engineer, People
from tests.letters import DESK
from tests.simulate.letters import QUOTING, Kind, Letter, delivery_report, mail, quoted, reply_fields, reply_subject
from tests.simulate.relay import Copy

ENGINEERS = (
    Engineer(address="Wang@desk.test", name="Wang", language="en"),
    Engineer(address="li@desk.test", name="李雷", language="zh-CN", categories=("fault",)),
    Engineer(address="lead@desk.test", name="Lead", categories=("other",)),
)
PEOPLE = People(engineers=ENGINEERS, lead="lead@desk.test")
STAFF = frozenset(each.address.casefold() for each in ENGINEERS)

CUSTOMERS = (
    "Ann Li <ann@customer.test>",
    "张伟 <zhang.wei@kehu.test>",
    "Bob O'Neil <Bob.ONeil@Customer.test>",
    "李娜 <lina@kehu.test>",
    "carol@small.test",
)
AWAY = "Vic <vic@vacation.test>"
AWAY_WITHOUT_MARKS = "小夏 <xia@holiday.test>"
GONE = "Gone <gone@nowhere.test>"
RETURNED = "Bo <bo@bounce.test>"
WRITERS = (*CUSTOMERS, AWAY, AWAY_WITHOUT_MARKS, GONE, RETURNED)
STRANGER = "Eve <eve@elsewhere.test>"
MONITOR = "Monitor <monitor@robots.test>"
NEWSLETTER = "News <news@list.test>"
OTHER_DESK = "Other desk <desk@foreign.test>"

REFUSED = frozenset({"gone@nowhere.test"})
MACHINES = frozenset({"monitor@robots.test", "news@list.test"})

_SUBJECTS = (
    "The printer is down",
    "系统宕机，所有用户无法登录",
    "How do I export the report?",
    "建议增加深色模式",
    "忘记密码",
    "Re: hello",
    "",
)
_TEXTS = (
    "It prints nothing since this morning.",
    "今天早上开始无法打印，请尽快处理。",
    "Thank you!",
    "谢谢，已经好了。",
    "Here is what you asked for.",
)
_ANSWERS = ("Please switch it off and on.", "请重启后再试一次。", "We are looking into it.", "已修复，请确认。")


def address_of(person: str) -> str:
    """The address in `Name <address>`, in lower case."""
    return person.rpartition("<")[2].rstrip(">").casefold()


class Society:
    """Everybody outside the daemon. What they write goes to `post`; `read` hands them what the relay accepted."""

    def __init__(self, rng: Random, post: Callable[[Letter], None]) -> None:
        self.rng = rng
        self.post = post
        self.written = 0
        self.asleep = False
        self._mail: dict[str, list[Copy]] = defaultdict(list)
        self._numbers: list[str] = []

    def read(self, copy: Copy) -> None:
        """A mail reaches its recipient: programs answer it at once, people when they like."""
        to = copy.recipient.casefold()
        self._mail[to].append(copy)
        self._numbers.append(copy.number)
        if self.asleep:
            return
        automatic = copy.message["Auto-Submitted"] is not None
        if to == address_of(AWAY) and (not automatic or self.rng.random() < 0.3):
            self._away(copy, {"Auto-Submitted": "auto-replied", "Subject": f"Out of office: {reply_subject(copy)}"})
        elif to == address_of(AWAY_WITHOUT_MARKS):
            self._away(copy, {"Subject": f"自动回复：{reply_subject(copy)}"})
        elif to == address_of(RETURNED) and (copy.reverse_path or self.rng.random() < 0.3):
            status = self.rng.choice(("5.1.1", "5.2.2", "4.2.2"))
            self.post(
                Letter(
                    self._mark(Kind.MACHINE), Kind.MACHINE, "mailer-daemon@relay.test", delivery_report(copy, status)
                )
            )
        elif to == address_of(OTHER_DESK) and self.rng.random() < 0.7:
            self._write(Kind.WORDS, OTHER_DESK, {"Subject": f"Your request #{self.written} has arrived"}, "We care.")

    # Customers and strangers -----------------------------------------------------------------------------------------

    def customer_opens(self) -> None:
        """A new request."""
        writer = self.rng.choice(WRITERS)
        extra = {"X-Auto-Response-Suppress": "All"} if self.rng.random() < 0.05 else {}
        self._write(Kind.WORDS, writer, {"Subject": self._subject()} | extra, self.rng.choice(_TEXTS))

    def customer_replies(self) -> None:
        """To some mail of ours, as one of many mail programs does it."""
        writer = self.rng.choice((*CUSTOMERS, *CUSTOMERS, RETURNED, AWAY))
        copy = self._one_of(address_of(writer))
        if copy is None:
            self.customer_opens()
            return
        fields = reply_fields(copy)
        for name in self.rng.choice(((), (), ("In-Reply-To",), ("In-Reply-To", "References"))):
            fields.pop(name)
        text = self.rng.choice(_TEXTS)
        self._write(Kind.WORDS, writer, fields, text, quoted(copy, self.rng.choice(QUOTING)))

    def customer_writes_to_the_desk_by_number(self) -> None:
        """Without any token: the subject alone leads to the ticket."""
        writer = self.rng.choice(CUSTOMERS)
        copy = self._one_of(address_of(writer))
        if copy is not None:
            self._write(Kind.FORGED, writer, {"Subject": f"问题 [{copy.number}]"}, "By number alone.")

    def stranger_names_a_number(self) -> None:
        """One that exists, or one that does not."""
        number = self.rng.choice(self._numbers or ["TS-20261121-001"]) if self.rng.random() < 0.7 else "TS-20250101-001"
        self._write(Kind.FORGED, STRANGER, {"Subject": f"Re: [{number}] please"}, "Send me all about it.")

    def stranger_uses_a_token(self) -> None:
        """Of a mail that somebody forwarded."""
        copy = self._any()
        if copy is not None:
            others = [each for each in (STRANGER, *CUSTOMERS[:2]) if address_of(each) != copy.recipient.casefold()]
            fields = reply_fields(copy) | {"Subject": "Fwd: interesting"}
            self._write(Kind.FORGED, self.rng.choice(others), fields, "What is this?")

    def customer_breaks_the_format(self) -> None:
        """Senders and structures that are hardly mail."""
        mark = self._mark(Kind.ODD)
        sender = self.rng.choice(
            (
                "raw:a@one.test, b@two.test",
                "raw:li@corp.test <mallory@evil.test>",
                "",
                "raw:用户@例子.测试",
                "raw:José <josé@café.test>",
                'raw:"a b"@quoted.test',
                f"{'x' * 70}@long.test",
                "under_score@host_name.test",
            )
        )
        body = self.rng.choice((f"{mark} odd", "", "Content-Type: text/plain\n\n\n", f"{mark}\n" * 50))
        raw = mail({"From": sender, "Subject": self._subject(), "Message-ID": f"<{mark}@odd.test>"}, body)
        if self.rng.random() < 0.3:
            raw = self.rng.randbytes(self.rng.randint(1, 400)) + raw
        self.post(Letter(mark, Kind.ODD, "", raw))

    def somebody_sends_too_much(self) -> None:
        """A mail beyond the limit."""
        self._write(Kind.WORDS, self.rng.choice(CUSTOMERS), {"Subject": self._subject()}, "x" * 40_000)

    def somebody_sends_poison(self) -> None:
        """A mail that hangs its reader, or takes the whole daemon down with it."""
        writer = self.rng.choice(CUSTOMERS)
        self._write(Kind.POISON, writer, {"Subject": "", "X-Poison": self.rng.choice(("hang", "kill"))}, "bad")

    # Machines --------------------------------------------------------------------------------------------------------

    def machine_writes(self) -> None:
        """An alarm, a newsletter, a receipt, our own mail come back, or a desk that answers everything."""
        copy = self._any()
        match self.rng.randrange(6):
            case 0:
                self._write(Kind.MACHINE, MONITOR, {"Subject": "Disk full", "Auto-Submitted": "auto-generated"}, "95 %")
            case 1:
                self._write(
                    Kind.MACHINE, NEWSLETTER, {"Subject": "News", "List-Unsubscribe": "<mailto:n@list.test>"}, "…"
                )
            case 2 if copy is not None:
                kind = "multipart/report; report-type=disposition-notification; boundary=none"
                self._away(copy, {"Subject": "Read: it", "Content-Type": kind})
            case 3 if copy is not None:
                looped = b"Received: from loop.test\r\n" + copy.raw
                self.post(Letter(self._mark(Kind.MACHINE), Kind.MACHINE, DESK, looped))
            case 4:
                self._write(Kind.WORDS, OTHER_DESK, {"Subject": self._subject()}, "We are a desk too.")
            case _:
                self._write(Kind.MACHINE, f"Us <{DESK}>", {"Subject": "from ourselves"}, "?")

    def _away(self, copy: Copy, fields: dict[str, str]) -> None:
        base = reply_fields(copy)
        self._write(Kind.MACHINE, copy.recipient, base | fields, "I am away.")

    # Engineers -------------------------------------------------------------------------------------------------------

    def engineer_answers(self) -> None:
        """To a notice of ours: the words are meant for the customer."""
        self._engineer_writes(Kind.ANSWER, f"{self.rng.choice(_ANSWERS)}\n{{mark}}")

    def engineer_closes(self) -> None:
        """With or without last words."""
        self._engineer_writes(
            Kind.ANSWER, self.rng.choice(("#close", "#close\n{mark} all done", "\n＃close\n\n{mark}"))
        )

    def engineer_assigns(self) -> None:
        """Hands a ticket on, with a word that stays inside."""
        self._engineer_writes(Kind.INTERNAL, f"#assign {self.rng.choice(ENGINEERS).address}\n#note\n{{mark}}")

    def engineer_orders(self) -> None:
        """An order beside words to the customer, or one whose words stay inside."""
        kind, text = self.rng.choice(
            (
                (Kind.ANSWER, "#wait\n{mark} which version?"),
                (Kind.ANSWER, "#eta 2h the part\n{mark}"),
                (Kind.ANSWER, "#resolve\n{mark}"),
                (Kind.ANSWER, "#reopen\n{mark} again"),
                (Kind.INTERNAL, "#plan {mark}"),
                (Kind.INTERNAL, "#escalate {mark} too hard"),
                (Kind.INTERNAL, "#report\n{mark}"),
            )
        )
        self._engineer_writes(kind, text)

    def engineer_errs(self) -> None:
        """Unknown orders, an order beside an unknown one, no words at all."""
        wrong = ("#frobnicate now\n{mark}", "#close\n#nonsense\n{mark}", "#note\n#eta soon\n{mark}", "#{mark}")
        self._engineer_writes(Kind.INTERNAL, self.rng.choice(wrong))

    def engineer_is_away(self) -> None:
        """A vacation program answers a notice."""
        copy = self._one_of(self.rng.choice(ENGINEERS).address)
        if copy is not None:
            self._away(copy, {"Auto-Submitted": "auto-replied"})

    def somebody_forges_an_engineer(self) -> None:
        """By number, or with the token of a customer's mail."""
        copy = self._any()
        if copy is not None:
            engineer = self.rng.choice(ENGINEERS).address
            mine = copy.recipient.casefold() == engineer.casefold()
            fields = {"Subject": f"[{copy.number}]"} if mine or self.rng.random() < 0.5 else reply_fields(copy)
            self._write(Kind.FORGED, f"Boss <{engineer}>", fields, "#close", "\n{mark} says who?")

    def engineers_close_what_is_open(self, numbers: list[str]) -> None:
        """Those that somebody at the desk has heard of."""
        for number in numbers:
            heard = [copy for name in sorted(STAFF) for copy in self._mail[name] if copy.number == number]
            if heard:
                self._answer(Kind.ANSWER, heard[-1], "#close\n{mark} good bye")

    def _engineer_writes(self, kind: Kind, text: str) -> None:
        copy = self._one_of(self.rng.choice(ENGINEERS).address)
        if copy is not None:
            self._answer(kind, copy, text)

    def _answer(self, kind: Kind, copy: Copy, text: str) -> None:
        fields = reply_fields(copy)
        for name in self.rng.choice(((), ("In-Reply-To", "References"), ("In-Reply-To",))):
            fields.pop(name)
        self._write(kind, copy.recipient, fields, text, quoted(copy, self.rng.choice(QUOTING)))

    # Writing ---------------------------------------------------------------------------------------------------------

    def _write(self, kind: Kind, writer: str, fields: dict[str, str], text: str, below: str = "") -> None:
        mark = self._mark(kind)
        words = f"{text} {mark}" if "{mark}" not in text + below and not text.startswith("#") else text
        body = f"{words}{below}".replace("{mark}", mark)
        standard = {
            "From": writer,
            "To": DESK,
            "Date": f"Sat, 21 Nov 2026 10:{self.written % 60:02d}:00 +0800",
            "Message-ID": f"<{mark}@{address_of(writer).rpartition('@')[2]}>",
        }
        whole = standard | fields
        if kind is Kind.WORDS and "In-Reply-To" not in fields:
            whole["Subject"] = f"{whole['Subject']} {mark}"
        whole |= self.rng.choice(({}, {}, {}, {}, {"Message-ID": ""}, {"Message-ID": "<same@everywhere.test>"}))
        charset = "gb18030" if self.rng.random() < 0.2 else "utf-8"
        self.post(Letter(mark, kind, address_of(writer), mail(whole, body, charset)))

    def _mark(self, kind: Kind) -> str:
        self.written += 1
        return f"{kind}-{self.written:05d}x"

    def _subject(self) -> str:
        return self.rng.choice(_SUBJECTS)

    def _one_of(self, address: str) -> Copy | None:
        mails = self._mail[address.casefold()]
        return self.rng.choice(mails[-6:]) if mails else None

    def _any(self) -> Copy | None:
        reached = sorted(address for address, mails in self._mail.items() if mails)
        return self._one_of(self.rng.choice(reached)) if reached else None
