"""The small pure pieces: subjects without prefixes, text without what cannot be seen, times as people write them."""

from __future__ import annotations

import sys
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.compose.cleaning import many_lines, one_line
from daemon.compose.subjects import bare_subject
from daemon.resources import resource
from rules.calendar import local_text

NUMBER = "TS-20261121-001"
NOON = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("打印机坏了", "打印机坏了"),
        ("Re: 打印机坏了", "打印机坏了"),
        ("回复：回复：Re: 答复: 转发: Fw:FWD: 打印机坏了", "打印机坏了"),
        ("RE：[TS-20261121-001] 打印机坏了", "打印机坏了"),
        ("Re[2]: AW: Re(3): broken", "broken"),
        ("[TS-20261121-001] Re: [TS-20261121-001] broken", "broken"),
        ("Re: 【TS-20261120-77】 broken [ts-20261121-001]", "broken"),
        ("Re: [JIRA-12] broken", "[JIRA-12] broken"),
        ("Regarding: the report", "Regarding: the report"),
        ("TS-20261121-001 without brackets", "TS-20261121-001 without brackets"),
        ("", ""),
        ("Re:", ""),
    ],
)
def test_a_subject_loses_prefixes_and_numbers_of_ours_and_nothing_else(subject: str, bare: str) -> None:
    assert bare_subject(subject, NUMBER) == bare


@given(st.text(max_size=80))
def test_a_subject_that_went_to_and_fro_does_not_grow(subject: str) -> None:
    once = bare_subject(subject, NUMBER)
    assert bare_subject(f"Re: [{NUMBER}] {once}", NUMBER) == once


def test_numbers_of_another_series_are_told_apart_by_their_shape() -> None:
    assert bare_subject("[TS20240501001] [RD20240501001] x", "RD20240501002") == "[TS20240501001] x"


def test_no_text_keeps_a_control_format_or_surrogate_character() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    left = many_lines(every)
    unseen = {char for char in left if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}
    assert unseen == {"\t", "\n"}
    assert {"张", "é", "😀", " ", "\u3000", "\ue000"} <= set(left)


@given(st.text())
def test_a_line_is_one_line_of_visible_characters(text: str) -> None:
    line = one_line(text, 50)
    assert line.isprintable()
    assert "=?" not in line
    assert len(line) <= 50
    assert one_line(line, 50) == line


def test_line_breaks_of_every_kind_become_one_kind() -> None:
    assert many_lines("a\r\nb\rc\nd\u2028e\x85f\x0bg") == "a\nb\nc\nd\ne\nf\ng"


@pytest.mark.parametrize(
    ("zone", "language", "text"),
    [
        ("Asia/Shanghai", "zh-CN", "2026年11月21日 18:00"),
        ("Asia/Shanghai", "en", "21 Nov 2026, 18:00 CST"),
        ("Asia/Hong_Kong", "zh-TW", "2026年11月21日 18:00"),
        ("Europe/Berlin", "zh-CN", "2026年11月21日 11:00 (CET)"),
        ("Europe/Berlin", "de", "21 Nov 2026, 11:00 CET"),
        ("Asia/Kathmandu", "en", "21 Nov 2026, 15:45 UTC+0545"),
        ("UTC", "en", "21 Nov 2026, 10:00 UTC"),
    ],
)
def test_a_moment_is_written_as_its_readers_write_it(zone: str, language: str, text: str) -> None:
    assert local_text(NOON, zone, language) == text


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no instant"):
        local_text(datetime(2026, 11, 21, 10), "UTC", "en")  # noqa: DTZ001 - that is the test


@pytest.mark.parametrize("name", ["templates", "config", "templates/en/reply.j2"])
def test_what_is_shipped_is_found(name: str) -> None:
    assert resource(name).exists()


@pytest.mark.parametrize("name", ["nowhere", "../etc", "/etc/passwd"])
def test_what_is_not_shipped_is_not_found(name: str) -> None:
    with pytest.raises(FileNotFoundError):
        resource(name)
