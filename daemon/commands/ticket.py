"""`postdesk ticket`: for contacts that did not come by mail, and for answers without a mail client.

Each subcommand writes the mail that the person would have written and hands it in, so that the same rules decide, the
same journal tells, and the same notices leave.
"""

from __future__ import annotations

import sys
from email.utils import parseaddr
from pathlib import Path

import click

from daemon.at_once import settled
from daemon.cli import NOT_FOUND, TRY_LATER
from daemon.clock import SystemClock
from daemon.configuration import load_desk
from daemon.desk import Desk
from daemon.hand_in import Words, hand_in, written_by_contact, written_by_engineer
from daemon.options import config_option, open_store
from daemon.store import tickets
from daemon.store.database import Store
from parsers.references import numbers_in
from rules.model import Ticket

DOOR = "shell"
CHANNELS = ("phone", "chat", "visit", "monitoring", "partner")

_by = click.option("--by", required=True, help="The engineer who says so: an address or a name from people.yaml.")
_text = click.option("--text", default="", help="The words; without it they are read from standard input.")


@click.group(name="ticket")
def command() -> None:
    """Open, answer, close, assign and annotate tickets from the shell, or give any other order."""


@command.command(name="new")
@click.option("--from", "sender", required=True, help="Who asks: 'Ann Li <ann@customer.example>'.")
@click.option("--subject", required=True)
@click.option(
    "--channel", type=click.Choice(CHANNELS), default="phone", show_default=True, help="How they reached you."
)
@_text
@config_option
def new(sender: str, subject: str, channel: str, text: str, config: Path) -> None:
    """Open a ticket for somebody who called or chatted. They get the acknowledgement with the number by mail.

    \b
    Example:    postdesk ticket new --from "Ann <ann@customer.example>" --subject "Printer down" --text "Since 9:00."
    """
    if "@" not in parseaddr(sender)[1]:
        raise click.BadParameter("write a mail address, such as 'Ann Li <ann@customer.example>'", param_hint="--from")
    desk = load_desk(config)
    store = open_store(desk.settings)
    raw = written_by_contact(sender, subject, _words(text), channel, desk, SystemClock().now())
    _handed_in(store, raw, desk)


@command.command(name="reply")
@click.argument("number")
@_by
@_text
@config_option
def reply(number: str, by: str, text: str, config: Path) -> None:
    """Answer the customer of a ticket.

    \b
    Example:    postdesk ticket reply TS-20261121-001 --by wang --text "Please restart it."
    """
    _say(number, by, _words(text), (), config)


@command.command(name="close")
@click.argument("number")
@_by
@click.option("--text", default="", help="Last words to the customer; none by default.")
@config_option
def close(number: str, by: str, text: str, config: Path) -> None:
    """Close a ticket and tell the customer.

    \b
    Example:    postdesk ticket close TS-20261121-001 --by wang --text "Solved by the restart."
    """
    _say(number, by, text, ("#close",), config)


@command.command(name="note")
@click.argument("number")
@_by
@_text
@config_option
def note(number: str, by: str, text: str, config: Path) -> None:
    """Add words that only the desk can read.

    \b
    Example:    postdesk ticket note TS-20261121-001 --by wang --text "Called back, nobody there."
    """
    _say(number, by, _words(text), ("#note",), config)


@command.command(name="assign")
@click.argument("number")
@click.argument("engineer")
@_by
@config_option
def assign(number: str, engineer: str, by: str, config: Path) -> None:
    """Give a ticket to another engineer, who is told by mail.

    \b
    Example:    postdesk ticket assign TS-20261121-001 zhao --by wang
    """
    _say(number, by, "", (f"#assign {engineer}",), config)


@command.command(name="order")
@click.argument("number")
@click.argument("orders", nargs=-1, required=True)
@_by
@click.option("--text", default="", help="Words to go with them: to the customer, or to whom the orders say.")
@config_option
def order(number: str, orders: tuple[str, ...], by: str, text: str, config: Path) -> None:
    """Give any orders that an engineer's mail can give (docs/orders.md), each as one argument.

    \b
    Examples:   postdesk ticket order TS-20261121-001 "#eta 18:00 the patch is being tested" --by wang
                postdesk ticket order TS-20261121-001 "#priority P1" "#escalate nobody answers" --by wang
    """
    lines = tuple(each if each.startswith(("#", "＃")) else f"#{each}" for each in orders)
    if any("\n" in each for each in lines):
        raise click.BadParameter("an order is one line; give words with --text", param_hint="ORDERS")
    _say(number, by, text, lines, config)


def _words(text: str) -> str:
    words = text or sys.stdin.read()
    if not words.strip():
        raise click.UsageError("there are no words: give --text or write them to standard input")
    return words


def _say(number: str, by: str, text: str, orders: tuple[str, ...], config: Path) -> None:
    desk = load_desk(config)
    engineer = desk.people.named(by)
    if engineer is None:
        raise click.BadParameter(f"{by!r} is nobody in {desk.settings.people}", param_hint="--by")
    store = open_store(desk.settings)
    ticket = _ticket(store, number)
    words = Words(engineer.address, engineer.name, text, orders)
    _handed_in(store, written_by_engineer(ticket, words, desk, SystemClock().now()), desk)


def _ticket(store: Store, number: str) -> Ticket:
    with store.read() as c:
        ticket = tickets.load(c, next(iter(numbers_in(number)), number.upper()))
    if ticket is None:
        click.echo(f"postdesk: there is no ticket {number}; `postdesk list --all` shows those there are", err=True)
        sys.exit(NOT_FOUND)
    return ticket


def _handed_in(store: Store, raw: bytes, desk: Desk) -> None:
    uid = hand_in(store, DOOR, raw, desk.settings.limits.mail, SystemClock().now())
    fate = settled(store, DOOR, uid, desk)
    if fate is None:
        click.echo("postdesk: it is kept, and the daemon has not come to it yet; look with `postdesk list`", err=True)
        sys.exit(TRY_LATER)
    click.echo(
        f"{fate.ticket_number or 'no ticket'}: {fate.outcome or fate.state.value} ({fate.because or 'see journal'})"
    )
    if fate.because == "order refused":
        sys.exit(1)
