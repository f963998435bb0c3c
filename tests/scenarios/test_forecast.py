"""What is forecast for the next days is what then goes out, under every pack and wherever its tickets stand."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from daemon.office import Office
from daemon.store import tickets
from daemon.store.database import Store
from daemon.store.migrate import migrate
from daemon.workers import Workers
from rules.forecast import coming
from tests.house import HandClock
from tests.letters import answer, letter
from tests.scenarios.play import Post, desk_of, hand_in, set_clock

PACKS = ("response-handbook", "service-standard", "fault-and-demand", "feedback-form")
EVE_OF_A_HOLIDAY = datetime(2026, 9, 30, 7, 0, tzinfo=UTC)
ASKED = ("全站宕机，所有用户无法使用", "系统打不开，非常紧急", "图表数据不刷新", "请问怎么导出报表", "建议增加一个功能")
ORDERS = ("#预计 3小时 等补丁", "#等待客户 请提供日志", "#解决 已修复", "正在处理", "#eta 20m 马上好", "#关闭 完成")
AHEAD = timedelta(hours=40)


@contextmanager
def office(pack: str, reader: Workers) -> Iterator[tuple[Office, HandClock, Post]]:
    clock = HandClock(EVE_OF_A_HOLIDAY)
    post = Post(clock)
    with tempfile.TemporaryDirectory(prefix="forecast-") as folder:
        store = Store(f"sqlite:///{folder}/forecast.db")
        try:
            migrate(store)
            yield Office(store, desk_of(Path(__file__).parent / pack), (), post, reader, clock), clock, post
        finally:
            store.close()


def correspond(office: Office, clock: HandClock, post: Post) -> None:
    """Ten tickets, of which an engineer has answered eight, each in another way."""
    mails = itertools.count(1)
    for number, what in enumerate(ASKED * 2):
        hand_in(office, clock, letter(f"ann{number}@customer.test", what, f"{what}。请处理。"), next(mails))
        office.once()
        clock.pass_time(minutes=1)
    with office.store.read() as c:
        found = tickets.coming(c, clock.now() + timedelta(days=30), 10)
    for ticket, order in zip(sorted(found, key=lambda each: each.number)[:8], itertools.cycle(ORDERS), strict=False):
        assert ticket.assignee is not None
        hand_in(
            office, clock, answer(post.last_to(ticket.assignee, ticket.number), ticket.assignee, order), next(mails)
        )
        office.once()
        clock.pass_time(minutes=1)


@pytest.mark.parametrize("pack", PACKS)
def test_what_is_forecast_goes_out_at_its_moment_and_nothing_else_does(pack: str, reader: Workers) -> None:
    with office(pack, reader) as (desk, clock, post):
        correspond(desk, clock, post)
        until, before = clock.now() + AHEAD, len(post.sent)
        with desk.store.read() as c:
            found = tickets.coming(c, until, 100)
        practice = desk.desk.practice(clock.now())
        told = [(each.at, of.number, each.notice.recipient) for of in found for each in coming(of, practice, until)]
        while (moment := _next(desk.store)) is not None and moment <= until:
            set_clock(clock, max(moment, clock.time))
            desk.once()
        went = [(block.at, mail["X-Postdesk-Ticket"], block.who) for block, mail in post.sent[before:]]
    assert sorted(went) == sorted(told)
    assert len(told) > 50 and len(set(went)) == len(went), "no two mails to one reader about one ticket at once"


def _next(store: Store) -> datetime | None:
    with store.read() as c:
        return tickets.next_moment(c)
