"""The letters of the demo as bytes: what their senders meant is what a reader finds, odd as some of them are."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from daemon.demo.clients import CLIENTS, Quoted
from daemon.demo.letters import MAILS, letter
from daemon.demo.post import Person, answer, first_mail
from parsers.reading import read

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
WORDS = {"number": "[TS-20261120-001]", "subject": "Hello", "engineer": "a@b.example", "engineer_name": "A"}
NAMES = sorted(path.stem for path in MAILS.glob("*.txt"))
FIRST = [name for name in NAMES if letter(name, **WORDS).first("From")]
ANSWERS = [name for name in NAMES if name not in FIRST and letter(name, **WORDS).client != "machine"]


@pytest.mark.parametrize("name", FIRST)
def test_a_letter_reads_as_it_was_meant(name: str) -> None:
    meant = letter(name, **WORDS)
    mail = read(first_mail(meant, NOW).raw).mail
    assert mail.subject == meant.first("Subject")
    assert "\ufffd" not in mail.text
    assert meant.text.strip() in mail.text
    assert [each.name for each in mail.attachments] == [each.name for each in meant.files]


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_holds_the_new_words_apart_from_what_it_quotes(name: str) -> None:
    asked = read(first_mail(letter("login-en"), NOW).raw).mail
    posted = answer(letter(name), Person("何镕喆", "he@x.example"), Quoted(asked, NOW), "desk@y.example", NOW)
    mail = read(posted.raw).mail
    assert letter(name).text.strip() in mail.new_text
    assert "session expired" in mail.text
    assert "session expired" not in mail.new_text


def test_a_mail_labelled_gb2312_holds_characters_that_gb2312_has_not() -> None:
    meant = letter("printer-gb18030")
    raw = first_mail(meant, NOW).raw
    assert b"=?gb2312?B?" in raw
    with pytest.raises(UnicodeEncodeError):
        meant.text.encode("gb2312")


def test_one_client_leaves_out_what_threads_a_mail_and_the_others_do_not() -> None:
    asked = read(first_mail(letter("login-en"), NOW).raw).mail
    for name, client in CLIENTS.items():
        if name == "machine":
            continue
        written = replace(letter("login-en-thanks"), client=name)
        posted = answer(written, Person("A", "a@x.example"), Quoted(asked, NOW), "desk@y.example", NOW)
        assert (asked.message_id in read(posted.raw).mail.in_reply_to) is client.cites
