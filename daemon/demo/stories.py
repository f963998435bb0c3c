"""What happens in the demo: one function for each story, each lived by people who react to what really reached them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from daemon.demo import machines
from daemon.demo.cast import DESK
from daemon.demo.letters import letter
from daemon.demo.play import Play, reply_address
from parsers.reading import read
from parsers.references import numbers_in


def tills_are_down(play: Play) -> None:
    """An outage from the first cry to the closing mail: question, answer, a promised progress mail, `#close`."""
    bakery = play.write("outage-zh")
    bakery.customer_reads("acknowledgement")
    bakery.desk_reads("new_ticket")
    play.pause(12)
    bakery.engineer_answers("outage-zh-asked")
    bakery.customer_reads("reply")
    play.pause(6)
    bakery.customer_answers("outage-zh-answered")
    bakery.desk_reads("customer_replied")
    if play.tells_progress:
        bakery.customer_reads("progress")
    play.pause(10)
    bakery.engineer_answers("outage-zh-closed")
    bakery.customer_reads("closed")


def api_is_down(play: Play) -> None:
    """Nobody answers in time; the engineer answers the reminder. A stranger and a forged order get nowhere."""
    play.pause(15)
    importer = play.write("api-outage-en")
    acknowledgement = importer.customer_reads("acknowledgement")
    importer.desk_reads("new_ticket")
    stranger_asks(play, acknowledgement.mail.subject)
    importer.desk_reads("overdue")
    play.pause(8)
    importer.engineer_answers("api-outage-en-answer")
    importer.customer_reads("reply")
    engineer = importer.engineer
    play.pause(5)
    play.write(
        "forged-engineer", engineer=engineer.address, engineer_name=engineer.name, subject=acknowledgement.mail.subject
    )
    importer.desk_reads("not_verified")
    importer.customer_answers("api-outage-en-confirmed")
    importer.desk_reads("customer_replied")


def stranger_asks(play: Play, subject: str) -> None:
    """Somebody who takes no part names the number of an existing ticket, and learns nothing."""
    stranger = play.write("stranger-en", number=f"[{numbers_in(subject)[0]}]")
    stranger.customer_reads("acknowledgement")
    stranger.desk_reads("new_ticket")


def report_is_not_found(play: Play) -> None:
    """A question; the same mail comes twice; the customer adds something in a mail that keeps only the number."""
    hardware = play.write("export-question-zh")
    hardware.customer_reads("acknowledgement")
    hardware.desk_reads("new_ticket")
    play.send(hardware.customer, hardware.first, to=[DESK.address])
    play.pause(20)
    hardware.customer_answers("export-question-zh-more")
    hardware.desk_reads("customer_replied")
    play.pause(10)
    hardware.engineer_answers("export-question-zh-done")
    hardware.customer_reads("reply")


def stock_is_wrong(play: Play) -> None:
    """The engineer mistypes an order, hears of it, and closes the ticket with the next mail."""
    play.pause(10)
    clinic = play.write("stock-wrong-zh")
    clinic.customer_reads("acknowledgement")
    notice = clinic.desk_reads("new_ticket")
    play.pause(30)
    clinic.engineer_answers("stock-wrong-zh-typo")
    clinic.desk_reads("order_refused")
    clinic.at_desk = notice
    play.pause(5)
    clinic.engineer_answers("stock-wrong-zh-closed")
    clinic.customer_reads("closed")


def login_fails(play: Play) -> None:
    """A locked account, an answer, and thanks. The customer's server sends us away once, and we come again."""
    play.pause(3)
    books = play.write("login-en")
    books.customer_reads("acknowledgement")
    books.desk_reads("new_ticket")
    play.pause(25)
    books.engineer_answers("login-en-answer")
    books.customer_reads("reply")
    play.pause(10)
    books.customer_answers("login-en-thanks")
    books.desk_reads("customer_replied")


def system_is_bad(play: Play) -> None:
    """Six characters and no facts: the engineer asks, the customer tells."""
    play.pause(5)
    logistics = play.write("vague-zh")
    logistics.customer_reads("acknowledgement")
    logistics.desk_reads("new_ticket")
    play.pause(20)
    logistics.engineer_answers("vague-zh-asked")
    logistics.customer_reads("reply")
    play.pause(12)
    logistics.customer_answers("vague-zh-answered")
    logistics.desk_reads("customer_replied")


def receipt_is_garbled(play: Play) -> None:
    """A mail labelled gb2312 whose bytes are GB18030; the answer to it comes back, because the mailbox is full."""
    play.pause(20)
    printer = play.write("printer-gb18030")
    printer.desk_reads("new_ticket")
    play.pause(25)
    printer.engineer_answers("printer-gb18030-answer")
    lost = play.wait_for_leaving(
        lambda leaving: leaving.recipient == printer.customer.address and leaving.reverse_path != "",
        f"{printer.customer.name}'s mail server waited for the answer",
    )
    returned = machines.bounce(printer.customer, read(lost.raw).mail, lost.raw, lost.reverse_path, play.clock.now())
    play.send(printer.customer, returned, to=[lost.reverse_path], null=True)
    printer.desk_reads("undeliverable")


def second_till(play: Play) -> None:
    """A question to the alias; a copy of it comes by the other address too; the answer brings a read receipt back."""
    play.pause(25)
    spices = play.write("seats-en")
    play.send(spices.customer, spices.first, to=[DESK.address])
    spices.customer_reads("acknowledgement")
    spices.desk_reads("new_ticket")
    play.pause(20)
    spices.engineer_answers("seats-en-answer")
    reply = spices.customer_reads("reply").mail
    receipt = machines.receipt(letter("receipt-en"), spices.customer, reply, reply_address(reply), play.clock.now())
    play.send(spices.customer, receipt, to=[reply_address(reply)], null=True)


def labels_in_bulk(play: Play) -> None:
    """A wish; who wished it is away, and says so by machine."""
    play.pause(40)
    academy = play.write("batch-labels-zh")
    academy.customer_reads("acknowledgement")
    academy.desk_reads("new_ticket")
    play.pause(15)
    academy.engineer_answers("batch-labels-zh-answer")
    reply = academy.customer_reads("reply").mail
    away = machines.absence(
        letter("batch-labels-zh-away"), academy.customer, reply, reply_address(reply), play.clock.now()
    )
    play.send(academy.customer, away, to=[reply_address(reply)], null=True)


def total_is_wrong(play: Play) -> None:
    """Pressing, and nobody answers at all: the reminder to the engineer, and the progress mail to the customer."""
    play.pause(8)
    fruit = play.write("total-wrong-zh")
    fruit.customer_reads("acknowledgement")
    fruit.desk_reads("new_ticket")
    fruit.desk_reads("overdue")


def _only_acknowledged(name: str, minutes: float) -> Callable[[Play], None]:
    """A letter that is acknowledged and told to an engineer, and then waits its turn."""

    def story(play: Play) -> None:
        play.pause(minutes)
        conversation = play.write(name)
        conversation.customer_reads("acknowledgement")
        conversation.desk_reads("new_ticket")

    return story


def _never_answered(name: str, minutes: float) -> Callable[[Play], None]:
    """A letter to which no mail may go back, which is seen at the end."""

    def story(play: Play) -> None:
        play.pause(minutes)
        play.write(name)

    return story


def before_the_desk_opens(play: Play) -> None:
    """A mail that lies in the mailbox already when the daemon looks into it for the first time."""
    play.write("before-the-desk-zh")


STORIES: Mapping[str, Callable[[Play], None]] = {
    "tills are down": tills_are_down,
    "api is down": api_is_down,
    "report is not found": report_is_not_found,
    "stock is wrong": stock_is_wrong,
    "login fails": login_fails,
    "system is bad": system_is_bad,
    "receipt is garbled": receipt_is_garbled,
    "second till": second_till,
    "labels in bulk": labels_in_bulk,
    "total is wrong": total_is_wrong,
    "columns are shifted": _only_acknowledged("html-only-zh", 14),
    "company name is wrong": _only_acknowledged("invoice-title-gbk", 30),
    "account is locked": _only_acknowledged("locked-zh", 33),
    "somebody else logged in": _only_acknowledged("suspicious-login-zh", 45),
    "two currencies": _only_acknowledged("currencies-en", 48),
    "scanner is silent": _only_acknowledged("barcode-html-en", 52),
    "orders do not come": _only_acknowledged("broken-zh", 56),
    "newsletter": _never_answered("newsletter-en", 12),
    "discussion": _never_answered("mailing-list-zh", 36),
    "alarm": _never_answered("monitoring-en", 18),
    "two senders": _never_answered("two-senders-en", 60),
}
"""Every story by its name. They run side by side, each in a thread of its own."""
