"""The moments that engineers promise, as they write them, and the reasons that follow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.eta import Eta, eta
from tests.rules.scene import NOW

MEANT = {
    "18:00": ("2026-11-20 18:00", ""),
    "18:00 the part is late": ("2026-11-20 18:00", "the part is late"),
    "18:00 amounts to be checked": ("2026-11-20 18:00", "amounts to be checked"),
    "18：00，补丁测试中": ("2026-11-20 18:00", "补丁测试中"),
    "18:00前（等待确认）": ("2026-11-20 18:00", "等待确认"),
    "by 18:00: the patch": ("2026-11-20 18:00", "the patch"),
    "最晚18点 等配件": ("2026-11-20 18:00", "等配件"),
    "10:00": ("2026-11-20 10:00", ""),
    "24:00": ("2026-11-21 00:00", ""),
    "晚上12点": ("2026-11-21 00:00", ""),
    "今晚8点半": ("2026-11-20 20:30", ""),
    "tonight 8:30": ("2026-11-20 20:30", ""),
    "11-25 18:00 等配件": ("2026-11-25 18:00", "等配件"),
    "11/25 18:00": ("2026-11-25 18:00", ""),
    "11月25日18点": ("2026-11-25 18:00", ""),
    "2026-12-01 09:00": ("2026-12-01 09:00", ""),
    "1-5 10:00": ("2027-01-05 10:00", ""),
    "Nov 25 18:00": ("2026-11-25 18:00", ""),
    "25 Nov 2026, 6pm": ("2026-11-25 18:00", ""),
    "明天下午3点 供应商到场": ("2026-11-21 15:00", "供应商到场"),
    "后天 10:00": ("2026-11-22 10:00", ""),
    "tomorrow 3pm, the vendor": ("2026-11-21 15:00", "the vendor"),
    "周五 17:00": ("2026-11-20 17:00", ""),
    "周五 9:00": ("2026-11-27 09:00", ""),
    "下周一 10:00": ("2026-11-23 10:00", ""),
    "next Monday at 9:30 am": ("2026-11-23 09:30", ""),
    "2h": ("2026-11-20 17:00", ""),
    "2h waiting for a part": ("2026-11-20 17:00", "waiting for a part"),
    "1h30m": ("2026-11-20 16:30", ""),
    "in 2 hours": ("2026-11-20 17:00", ""),
    "half an hour": ("2026-11-20 15:30", ""),
    "两小时内 修好": ("2026-11-20 17:00", "修好"),
    "1个半小时": ("2026-11-20 16:30", ""),
    "半小时后": ("2026-11-20 15:30", ""),
    "3天": ("2026-11-23 15:00", ""),
    "1h 30m waiting": ("2026-11-20 16:30", "waiting"),
    "2h 3 machines to restart": ("2026-11-20 17:00", "3 machines to restart"),
    "6 PM": ("2026-11-20 18:00", ""),
    "Tomorrow at 3 PM the vendor": ("2026-11-21 15:00", "the vendor"),
    "3pm tomorrow, the vendor": ("2026-11-21 15:00", "the vendor"),
    "18:00 today the part": ("2026-11-20 18:00", "the part"),
    "17:00 on next Friday vendor": ("2026-11-27 17:00", "vendor"),
    "18:00 on Nov 25": ("2026-11-25 18:00", ""),
    "18:00 tomorrow's meeting decides": ("2026-11-20 18:00", "tomorrow's meeting decides"),
    "18:00 decided 2 days late": ("2026-11-20 18:00", "decided 2 days late"),
    "18:00 - 3 servers": ("2026-11-20 18:00", "3 servers"),
    "18:00:00 patch": ("2026-11-20 18:00", "patch"),
    "on Monday 10:00 patch": ("2026-11-23 10:00", "patch"),
    "tomorrow at 15:00 patch": ("2026-11-21 15:00", "patch"),
    "Dec 1, 9:00 patch": ("2026-12-01 09:00", "patch"),
    "明天9点 API 修复": ("2026-11-21 09:00", "API 修复"),
    "明天9点 3台服务器重启": ("2026-11-21 09:00", "3台服务器重启"),
    "明天9点30分 重启": ("2026-11-21 09:30", "重启"),
    "今晚8点30 VPN": ("2026-11-20 20:30", "VPN"),
    "2026年11月25日 下午6点 DNS": ("2026-11-25 18:00", "DNS"),
}


@pytest.mark.parametrize(("line", "meant"), MEANT.items(), ids=MEANT)
def test_a_promise_means_this_moment_at_the_desk(line: str, meant: tuple[str, str]) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    at = datetime.strptime(meant[0], "%Y-%m-%d %H:%M").replace(tzinfo=zone).astimezone(UTC)
    assert eta(line, NOW, "Asia/Shanghai") == Eta(at, meant[1])


UNREADABLE = ("", "soon", "明天", "11-25", "99:00", "25:00", "3", "13-40 10:00", "12 monkeys", "999d", "尽快", "2hx")
ELSEWHERE = (
    "2h ago",
    "2小时前",
    "18:00-19:00",
    "18:00 至 19点",
    "18:00 UTC",
    "2026-11-25T18:00+00:00",
    "2026-11-25T18:00Z",
)


@pytest.mark.parametrize("line", [*UNREADABLE, *ELSEWHERE])
def test_what_names_no_moment_is_no_promise(line: str) -> None:
    assert eta(line, NOW, "Asia/Shanghai") is None


def test_a_moment_is_meant_in_the_zone_of_the_desk_also_where_clocks_are_turned() -> None:
    eve = datetime(2026, 10, 24, 12, 0, tzinfo=UTC)
    assert eta("tomorrow 18:00", eve, "Europe/Berlin") == Eta(datetime(2026, 10, 25, 17, 0, tzinfo=UTC), "")
    assert eta("24h", eve, "Europe/Berlin") == Eta(eve + timedelta(hours=24), "")


_PIECES = st.sampled_from(
    [
        "明天",
        "下周",
        "一",
        "十",
        "小时",
        "18",
        ":",
        "：",
        "30",
        "点",
        "半",
        "h",
        "2",
        " ",
        "am",
        "-",
        "月",
        "日",
        "12",
        "24",
    ]
)


@given(st.lists(_PIECES | st.text(max_size=3), max_size=12).map("".join))
def test_whatever_is_written_is_read_without_an_error_and_within_a_year(line: str) -> None:
    found = eta(line, NOW, "Asia/Shanghai")
    assert found is None or abs(found.at - NOW) < timedelta(days=367)
