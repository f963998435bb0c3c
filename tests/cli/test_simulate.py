"""`postdesk simulate`: a recorded mailbox is lived through again, and nothing of it reaches the world."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from daemon.store import blobs, inbox
from tests.house import ENGINEER, LEAD, House
from tests.letters import answer, letter

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""09:00 in Shanghai."""


def came(raw: bytes, at: datetime) -> bytes:
    """A mail as it lies in a mailbox that it reached at this moment."""
    return b"Received: from relay.test by mx.desk.test\r\n\twith ESMTP; " + format_datetime(at).encode() + b"\r\n" + raw


def recording(house: House, *mails: tuple[bytes, datetime]) -> Path:
    folder = house.folder / "recorded"
    folder.mkdir()
    for number, (raw, at) in enumerate(mails, 1):
        (folder / f"{number:03}.eml").write_bytes(came(raw, at))
    return folder


def simulated(house: House, source: Path, *words: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(house.postdesk("simulate", "--mails", str(source), "--json", *words).stdout)
    return told


def slow(sender: str) -> bytes:
    """A request of P3, of which the basic pack answers the first within 8 h."""
    return letter(sender, "Printer 5 down", "It prints nothing.")


def test_what_was_lived_is_lived_again_and_the_promises_are_counted(small_house: House) -> None:
    small_house.post(slow("ann@customer.test"), slow("bob@customer.test"))
    with small_house.shift() as shift:
        shift.turn()
        small_house.post(answer(small_house.sent(ENGINEER)[0], ENGINEER, "Try the other printer."))
        shift.turn()
    with small_house.store() as store, store.read() as c:
        rows = reversed(inbox.listing(c, 10))
        mails = [(blobs.get(c, row.raw_sha256), row.arrived_at) for row in rows]
    lived = small_house.rows("SELECT ticket_number, kind, recipient FROM outbox ORDER BY id")
    before = small_house.rows("SELECT count(*) FROM ticket"), len(small_house.sink.accepted)
    told = simulated(small_house, recording(small_house, *mails), "--days", "1")
    tickets = [each["ticket"] for each in told["stories"]]
    assert [each["number"] for each in tickets] == list(small_house.numbers())
    assert [each["requester"] for each in tickets] == ["ann@customer.test", "bob@customer.test"]
    out = [
        (each["ticket"]["number"], line["what"], line["who"])
        for each in told["stories"]
        for line in each["lines"]
        if line["way"] == "out"
    ]
    assert set(map(tuple, lived)) <= set(out)
    assert told["counted"]["first_response"] == {"running": 0, "kept": 1, "broken": 1}
    [broken] = [each for each in told["promises"] if each["standing"] == "broken"]
    assert (broken["ticket"], broken["met_at"]) == (tickets[1]["number"], None)
    assert {who for number, kind, who in out if kind == "overdue"} == {ENGINEER, LEAD}
    assert (small_house.rows("SELECT count(*) FROM ticket"), len(small_house.sink.accepted)) == before


def test_clocks_run_as_they_would_have_and_a_late_answer_breaks_a_promise(small_house: House) -> None:
    vacation = letter("eve@customer.test", "Out of office", headers={"Auto-Submitted": "auto-replied"})
    source = recording(
        small_house,
        (slow("ann@customer.test"), MONDAY),
        (slow("bob@customer.test"), MONDAY + timedelta(hours=26)),
        (vacation, MONDAY + timedelta(hours=27)),
        (slow("zoe@customer.test"), MONDAY + timedelta(days=40)),
    )
    done = small_house.postdesk("simulate", "--mails", str(source), "--json", "--days", "3")
    told = json.loads(done.stdout)
    assert [Path(each).name for each in told["later"]] == ["004.eml"]
    assert "1 of 4 mails are left out" in done.stderr and "see --days" in done.stderr
    assert [each["ticket"]["number"] for each in told["stories"]] == ["TS-20260302-001", "TS-20260303-001"]
    due = [datetime.fromisoformat(each["due_at"]) for each in told["promises"]]
    assert due == [MONDAY + timedelta(hours=8), MONDAY + timedelta(hours=34)]
    news = [
        datetime.fromisoformat(line["at"])
        for line in told["stories"][0]["lines"]
        if (line["way"], line["what"]) == ("out", "progress")
    ]
    assert news == [MONDAY + timedelta(days=day) for day in (1, 2, 3)]
    [aside] = told["aside"]
    assert (Path(aside["mail"]).name, aside["becomes"]) == ("003.eml", "set-aside")


def test_a_mailbox_may_be_an_mbox_and_another_pack_promises_otherwise(small_house: House) -> None:
    (small_house.folder / "people.yaml").write_text(
        f"engineers: [{{address: {ENGINEER}, name: Wang}}]\nlead: {ENGINEER}\n", "utf-8"
    )
    box = small_house.folder / "box"
    undated = letter(headers={"Date": ""})
    box.write_bytes(b"".join(b"From x\n" + raw + b"\n\n" for raw in (came(slow("ann@customer.test"), MONDAY), undated)))
    done = small_house.postdesk(
        "simulate", "--mails", str(box), "--policy", "response-handbook", "--days", "1", COLUMNS="120"
    )
    assert "1 of 2 mails are left out" in done.stderr
    assert "TS-20260302-001" in done.stdout and "→ ann@customer.test: It prints nothing." in done.stdout
    assert "← ann@customer.test: acknowledgement" in done.stdout
    assert "escalation_request" in done.stdout and "not kept" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr


def test_where_nothing_was_recorded_nothing_can_be_simulated(small_house: House) -> None:
    empty = small_house.folder / "empty"
    empty.mkdir()
    done = small_house.postdesk("simulate", "--mails", str(empty), check=False)
    assert (done.returncode, done.stdout) == (1, "") and "there are no mails in" in done.stderr
    done = small_house.postdesk("simulate", "--mails", "nowhere", check=False)
    assert done.returncode == 2 and "nowhere" in done.stderr


def test_what_no_calendar_reaches_is_refused_in_a_sentence(small_house: House) -> None:
    source = recording(small_house, (slow("ann@customer.test"), datetime(9999, 12, 31, tzinfo=UTC)))
    done = small_house.postdesk("simulate", "--mails", str(source), check=False)
    assert (done.returncode, done.stdout) == (1, "") and "in the year 9999" in done.stderr
    done = small_house.postdesk("simulate", "--mails", str(source), "--days", "nan", check=False)
    assert (done.returncode, done.stdout) == (2, "") and "'nan' is not a number" in done.stderr
    assert "Traceback" not in done.stderr
