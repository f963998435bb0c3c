"""Connections are few, kept, protected, and never pressed upon a server that does not want them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from daemon.ports import Delivery, Result
from daemon.transport.smtp import SmtpTransport
from tests.servers.process import eventually, free_port
from tests.servers.smtp import Sink
from tests.servers.smtp_script import Break, Stage
from tests.transport.relays import BOB, impatient, letter, mine, relay, said, send, work


async def holds(truth: Callable[[], bool]) -> bool:
    """Whether it comes true while the event loop goes on."""
    return await asyncio.to_thread(eventually, truth, 5)


def lines(sink: Sink) -> Sequence[str]:
    return [command.line for command in sink.commands]


def test_one_connection_carries_many_messages_and_takes_its_leave(sink: Sink) -> None:
    assert {each.result for each in send(relay(sink.port), *[letter()] * 5)} == {Result.SENT}
    assert len(sink.opened_at) == 1
    assert lines(sink)[-1] == "QUIT"


def test_a_connection_that_has_carried_enough_is_replaced(sink: Sink) -> None:
    send(replace(relay(sink.port), uses_limit=2), *[letter()] * 5)
    assert len(sink.accepted) == 5
    assert len(sink.opened_at) == 3
    assert lines(sink).count("QUIT") == 3


def test_no_more_connections_are_open_than_allowed(sink: Sink) -> None:
    async def at_once(transport: SmtpTransport) -> Sequence[Delivery]:
        return await asyncio.gather(*(transport.send(letter(), mine) for _ in range(30)))

    outcomes = work(replace(relay(sink.port), connections=3), at_once)
    assert {each.result for each in outcomes} == {Result.SENT}
    assert len(sink.accepted) == 30
    assert 1 < len(sink.opened_at) <= 3


@pytest.mark.parametrize("way", ["closed", "421", "refused", "hung"])
def test_a_kept_connection_gone_stale_costs_no_message(sink: Sink, way: str) -> None:
    async def talk(transport: SmtpTransport) -> Sequence[Delivery]:
        first = await transport.send(letter(), mine)
        match way:
            case "closed":
                await asyncio.to_thread(sink.stop)
                await asyncio.to_thread(sink.start)
            case "421":
                sink.at(Stage.MAIL, "421 4.4.2 idle too long", times=1)
            case "refused":
                sink.at(Stage.MAIL, "503 5.5.1 enough mails for one session", times=1)
            case _:
                sink.at(Stage.MAIL, Break.HANG, times=1)
        return [first, await transport.send(letter(BOB), mine)]

    assert [each.result for each in work(impatient(relay(sink.port)), talk)] == [Result.SENT, Result.SENT]
    assert len(sink.opened_at) == 2


def test_a_new_connection_that_is_refused_is_not_tried_again_at_once(sink: Sink) -> None:
    sink.at(Stage.MAIL, "421 4.3.2 closing")
    assert said(send(relay(sink.port), letter())[0]) == (Result.DEFERRED, "421 4.3.2")
    assert len(sink.opened_at) == 1


def test_a_connection_without_work_is_given_up(sink: Sink) -> None:
    async def talk(transport: SmtpTransport) -> Sequence[Delivery]:
        first = await transport.send(letter(), mine)
        assert await holds(lambda: lines(sink)[-1] == "QUIT")
        return [first, await transport.send(letter(), mine)]

    assert [each.result for each in work(replace(relay(sink.port), idle_limit=0.1), talk)] == [Result.SENT] * 2
    assert len(sink.opened_at) == 2


@pytest.mark.parametrize("stage", [Stage.BANNER, Stage.MAIL, Stage.RECIPIENT, Stage.DATA, Stage.TAKEN])
def test_a_cancelled_attempt_leaves_no_connection_behind(sink: Sink, stage: Stage) -> None:
    sink.at(stage, Break.HANG, times=1)

    async def talk(transport: SmtpTransport) -> Sequence[Delivery]:
        attempt = asyncio.create_task(transport.send(letter(), mine))
        reached = {Stage.BANNER: None, Stage.MAIL: "MAIL", Stage.RECIPIENT: "RCPT", Stage.DATA: "DATA"}.get(stage)
        if stage is Stage.TAKEN:
            assert await holds(lambda: len(sink.accepted) == 1)
        else:
            assert await holds(lambda: bool(sink.opened_at) and (reached is None or reached in lines(sink)[-1]))
        attempt.cancel()
        with pytest.raises(asyncio.CancelledError):
            await attempt
        # At the banner the sink is not yet listening for the end of the link.
        assert stage is Stage.BANNER or await holds(lambda: not sink._live)
        return [await transport.send(letter(BOB), mine)]

    assert work(relay(sink.port), talk)[0].result is Result.SENT
    assert len(sink.to(BOB)) == 1


def test_a_relay_that_turns_us_away_is_not_stormed(sink: Sink) -> None:
    sink.at(Stage.BANNER, "421 4.3.2 closing")

    async def talk(transport: SmtpTransport) -> Sequence[Delivery]:
        first = await asyncio.gather(*(transport.send(letter(), mine) for _ in range(50)))
        assert len(sink.opened_at) == 1
        sink.behave()
        assert await holds(lambda: asyncio.run_coroutine_threadsafe(works(transport), loop).result())
        return first

    async def works(transport: SmtpTransport) -> bool:
        return (await transport.send(letter(), mine)).result is Result.SENT

    loop = asyncio.new_event_loop()
    try:
        cooling = replace(relay(sink.port), connections=4, cooling=1)
        transport = SmtpTransport(cooling)
        outcomes = loop.run_until_complete(talk(transport))
        loop.run_until_complete(transport.close())
    finally:
        loop.close()
    assert {said(each) for each in outcomes} == {(Result.DEFERRED, "connect-refused")}
    first, second = sink.opened_at
    assert second - first >= 1


def test_an_event_loop_that_stands_still_between_rounds_still_lets_a_relay_cool(sink: Sink) -> None:
    sink.at(Stage.BANNER, "421 4.3.2 closing", times=1)
    with asyncio.Runner() as runner:
        transport = SmtpTransport(replace(relay(sink.port), cooling=0.1))
        first = runner.run(transport.send(letter(), mine))
        threading.Event().wait(0.2)
        second = runner.run(transport.send(letter(), mine))
        runner.run(transport.close())
    assert (first.code, second.result) == ("connect-refused", Result.SENT)


def test_each_way_of_not_getting_through_has_a_name(sink: Sink) -> None:
    nobody = impatient(relay(free_port()))
    assert said(send(nobody, letter())[0]) == (Result.DEFERRED, "connect-failed")
    assert said(send(replace(nobody, host="mail.invalid"), letter())[0]) == (Result.DEFERRED, "connect-unknown-host")
    for act, code in [
        (Break.HANG, "connect-timeout"),
        (Break.DROP, "connect-failed"),
        ("554 5.7.1 no", "connect-refused"),
    ]:
        sink.behave()
        sink.at(Stage.BANNER, act)
        assert said(send(impatient(relay(sink.port)), letter())[0]) == (Result.DEFERRED, code)
