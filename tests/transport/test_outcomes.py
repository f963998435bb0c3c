"""What becomes of a message at each point at which a server can fail."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from daemon.ports import Delivery, Envelope, Result
from daemon.transport.smtp import SmtpTransport
from tests.conftest import StartProxy, StartScripted, StartSink
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.servers.smtp import Offer, Sink
from tests.servers.smtp_script import Break, Stage
from tests.transport.relays import ANN, BOB, EVE, RAW, impatient, letter, mine, relay, said, send, work


def test_a_message_arrives_byte_for_byte_from_the_empty_sender(sink: Sink) -> None:
    (delivery,) = send(relay(sink.port), letter())
    assert (delivery.result, delivery.code, delivery.text) == (Result.SENT, "250 2.0.0", "queued")
    (mail,) = sink.accepted
    assert (mail.reverse_path, mail.recipients, mail.raw) == ("", (ANN,), RAW)
    assert sink.commands[0].line == "EHLO desk.example"


def test_the_envelope_sender_is_ours_when_one_is_given(sink: Sink) -> None:
    send(relay(sink.port), letter(reverse_path="bounces@desk.example"))
    assert sink.accepted[0].reverse_path == "bounces@desk.example"


@pytest.mark.parametrize("stage", [Stage.MAIL, Stage.RECIPIENT, Stage.DATA, Stage.DOT])
@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("550 5.7.1 not here", Delivery(Result.FAILED, "550 5.7.1", "not here")),
        ("554 no", Delivery(Result.FAILED, "554", "no")),
        ("450 4.2.0 come back", Delivery(Result.DEFERRED, "450 4.2.0", "come back")),
        ("421 4.3.2 closing", Delivery(Result.DEFERRED, "421 4.3.2", "closing")),
    ],
)
def test_a_refusal_is_final_or_not_as_its_first_digit_says(
    sink: Sink, stage: Stage, reply: str, expected: Delivery
) -> None:
    sink.at(stage, reply, times=1)
    first, second = send(relay(sink.port), letter(), letter(BOB))
    assert first == expected
    assert second.result is Result.SENT
    assert [mail.recipients for mail in sink.accepted] == [(BOB,)]


@pytest.mark.parametrize("way", [Break.DROP, Break.HANG])
@pytest.mark.parametrize("stage", [Stage.MAIL, Stage.RECIPIENT, Stage.DATA])
def test_a_link_that_fails_before_the_body_defers(sink: Sink, stage: Stage, way: Break) -> None:
    sink.at(stage, way, times=1)
    first, second = send(impatient(relay(sink.port)), letter(), letter())
    assert said(first) == (Result.DEFERRED, "disconnected" if way is Break.DROP else "timeout")
    assert second.result is Result.SENT
    assert len(sink.accepted) == 1


@pytest.mark.parametrize("way", [Break.DROP, Break.HANG])
@pytest.mark.parametrize(("stage", "taken"), [(Stage.DOT, 0), (Stage.TAKEN, 1)])
def test_a_reply_lost_after_the_final_dot_leaves_a_doubt_and_the_same_bytes_go_again(
    sink: Sink, stage: Stage, taken: int, way: Break
) -> None:
    sink.at(stage, way, times=1)
    first, second = send(impatient(relay(sink.port)), letter(), letter())
    assert said(first) == (Result.UNKNOWN, "disconnected" if way is Break.DROP else "timeout")
    assert second.result is Result.SENT
    assert [mail.raw for mail in sink.accepted] == [RAW] * (taken + 1)


def test_the_reply_to_the_final_dot_has_a_limit_of_its_own(sink: Sink) -> None:
    sink.at(Stage.TAKEN, Break.HANG)

    async def timed(transport: SmtpTransport) -> Sequence[Delivery]:
        loop = asyncio.get_running_loop()
        began = loop.time()
        delivery = await transport.send(letter(), mine)
        assert loop.time() - began >= 0.9
        return [delivery]

    (delivery,) = work(replace(relay(sink.port), timeout=0.5, final_dot_timeout=0.9), timed)
    assert said(delivery) == (Result.UNKNOWN, "timeout")


def test_each_recipient_has_an_outcome_of_its_own(sink: Sink) -> None:
    sink.at(Stage.RECIPIENT, "450 4.2.0 come back", to=BOB, times=1)
    sink.at(Stage.RECIPIENT, "550 5.1.1 unknown", to=EVE)
    outcomes = send(relay(sink.port), letter(ANN), letter(BOB), letter(EVE), letter(BOB))
    assert [said(each) for each in outcomes] == [
        (Result.SENT, "250 2.0.0"),
        (Result.DEFERRED, "450 4.2.0"),
        (Result.FAILED, "550 5.1.1"),
        (Result.SENT, "250 2.0.0"),
    ]
    assert [len(sink.to(each)) for each in (ANN, BOB, EVE)] == [1, 1, 0]
    assert len(sink.opened_at) == 1


def test_a_lost_lease_stops_before_data_and_the_connection_goes_on(sink: Sink) -> None:
    asked: list[str] = []

    def lost() -> bool:
        asked.append(sink.commands[-1].line)
        return False

    async def talk(transport: SmtpTransport) -> Sequence[Delivery]:
        return [await transport.send(letter(), lost), await transport.send(letter(BOB), mine)]

    first, second = work(relay(sink.port), talk)
    assert (said(first), second.result) == ((Result.FENCED, "lease-lost"), Result.SENT)
    assert asked == [f"RCPT TO:<{ANN}>"]
    assert [mail.recipients for mail in sink.accepted] == [(BOB,)]
    assert [command.line for command in sink.commands].count("DATA") == 1


def test_a_gate_that_breaks_closes_the_connection(sink: Sink) -> None:
    def broken() -> bool:
        raise RuntimeError("no database")

    async def talk(transport: SmtpTransport) -> Sequence[Delivery]:
        with pytest.raises(RuntimeError, match="no database"):
            await transport.send(letter(), broken)
        return [await transport.send(letter(BOB), mine)]

    assert work(relay(sink.port), talk)[0].result is Result.SENT
    assert len(sink.opened_at) == 2


def test_a_link_cut_inside_the_body_leaves_no_doubt(sink: Sink, start_proxy: StartProxy) -> None:
    proxy = start_proxy(sink.port)
    proxy.cut_before(b"HERE")
    filler = (b"x" * 78 + b"\r\n") * 50_000
    (delivery,) = send(relay(proxy.port), letter(raw=RAW + filler + b"HERE\r\n" + filler * 4))
    assert said(delivery) == (Result.DEFERRED, "disconnected")
    assert not sink.accepted


def test_a_body_that_nobody_takes_leaves_no_doubt(sink: Sink, start_proxy: StartProxy) -> None:
    proxy = start_proxy(sink.port)

    def stalling() -> bool:
        proxy.stall()
        proxy.cut_before(b"xxxx")
        return True

    async def talk(transport: SmtpTransport) -> Sequence[Delivery]:
        return [await transport.send(letter(raw=RAW + (b"x" * 78 + b"\r\n") * 300_000), stalling)]

    (delivery,) = work(impatient(relay(proxy.port)), talk)
    assert said(delivery) == (Result.DEFERRED, "timeout")
    proxy.flow()
    assert not sink.accepted


def test_a_large_body_arrives_whole(sink: Sink) -> None:
    raw = RAW + b"".join(b"line %d\r\n" % number for number in range(300_000))
    assert send(relay(sink.port), letter(raw=raw))[0].result is Result.SENT
    assert sink.accepted[0].raw == raw


def test_a_mail_too_large_for_the_server_is_refused_before_its_body(start_sink: StartSink) -> None:
    sink = start_sink(Offer(size_limit=1_000))
    (delivery,) = send(relay(sink.port), letter(raw=RAW * 100))
    assert (delivery.result, delivery.code.split()[0]) == (Result.FAILED, "552")
    assert not [command for command in sink.commands if command.line == "DATA"]


@pytest.mark.parametrize(
    ("envelope", "code"),
    [
        (letter(f"{ANN},{EVE}"), "bad-recipient"),
        (letter(f"{ANN}>\r\nRCPT TO:<{EVE}"), "bad-recipient"),
        (letter(reverse_path="a b@desk.example"), "bad-reverse-path"),
        (letter(raw=b"x\n.\nMAIL FROM:<eve@evil.example>\r\n"), "not-wire-safe"),
        (letter(raw=b"x\r\n.\r\nRSET\r\n"), "not-wire-safe"),
    ],
)
def test_what_must_not_go_out_costs_no_connection(sink: Sink, envelope: Envelope, code: str) -> None:
    assert said(send(relay(sink.port), envelope)[0]) == (Result.FAILED, code)
    assert not sink.opened_at


def test_an_address_outside_ascii_needs_a_server_that_knows_it(start_sink: StartSink) -> None:
    able, unable = start_sink(Offer(smtputf8=True)), start_sink(Offer(smtputf8=False))
    zhang = letter("张三@例子.example")
    assert send(relay(able.port), zhang)[0].result is Result.SENT
    assert able.accepted[0].recipients == ("张三@例子.example",)
    first, second = send(relay(unable.port), zhang, letter())
    assert said(first) == (Result.FAILED, "smtputf8-unsupported")
    assert second.result is Result.SENT
    assert not [command for command in unable.commands if "例子" in command.line]


@pytest.mark.parametrize(
    ("verb", "result"),
    [("MAIL", Result.DEFERRED), ("RCPT", Result.DEFERRED), ("DATA", Result.DEFERRED), (".", Result.UNKNOWN)],
)
def test_a_reply_that_is_none_counts_as_none(start_scripted: StartScripted, verb: str, result: Result) -> None:
    server = start_scripted(ScriptedSmtp({verb: b"what do you mean\r\n"}))
    assert said(send(relay(server.port), letter())[0]) == (result, "malformed-reply")


def test_a_reply_of_several_lines_keeps_its_code_and_loses_its_control_characters(
    start_scripted: StartScripted,
) -> None:
    server = start_scripted(ScriptedSmtp({"RCPT": b"550-5.1.1 no \x1b[31msuch\r\n550 user\x07\r\n"}))
    (delivery,) = send(relay(server.port), letter())
    assert delivery == Delivery(Result.FAILED, "550 5.1.1", "no [31msuch user")
