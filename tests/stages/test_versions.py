"""Each mail is decided about under exactly one version of the rules, whose digest is kept with it (T-RU-06)."""

from __future__ import annotations

import re
import shutil
import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from daemon.policies import load_policy, shipped_packs
from daemon.triage import Reader
from daemon.watching.changes import Changes
from daemon.watching.reload import Reload
from daemon.workers import NotRead
from parsers.mail import Parsed
from tests.house import House
from tests.letters import letter

MAILS = 24


@pytest.fixture
def fickle(house: House) -> House:
    """A desk whose pack is a link to one of two: by the one a printer is a fault, by the other a question."""
    shutil.copytree(shipped_packs() / "basic", house.folder / "fault")
    shutil.copytree(house.folder / "fault", house.folder / "question")
    for name in ("fault", "question"):
        (house.folder / name / "examples.yaml").unlink()
        rule = f"- id: printers-{name}\n  when: {{subject|contains: printer}}\n  then: {{category: {name}}}\n\n"
        rules = house.folder / name / "rules.yaml"
        rules.write_text(rule + re.sub(r"(?m)^  examples:\n(    .*\n|\n)+", "\n", rules.read_text("utf-8")), "utf-8")
    switch(house, "fault")
    house.settings |= {"policy": "./pack", "triage": {"interval": "1s", "batch": 2, "workers": 1}}
    house.write()
    return house


def switch(house: House, to: str) -> None:
    fresh = house.folder / "fresh"
    fresh.symlink_to(to)
    fresh.rename(house.folder / "pack")


@dataclass(slots=True)
class Restless:
    """The real reader, for each batch of which the rules are changed while it reads."""

    reader: Reader
    house: House
    reload: Reload
    batches: int = 0

    def read(self, raws: Sequence[bytes]) -> Sequence[Parsed | NotRead]:
        self.batches += 1
        switch(self.house, ("question", "fault")[self.batches % 2])
        reloading = threading.Thread(target=self.reload.take_in)
        reloading.start()
        answers = list(self.reader.read(raws))
        reloading.join()
        return answers


def test_each_mail_was_decided_by_the_rules_whose_digest_it_bears(fickle: House) -> None:
    digests = {load_policy(str(Path(fickle.folder) / name)).digest: name for name in ("fault", "question")}
    fickle.post(*(letter(f"ann{number}@customer.test") for number in range(MAILS)))
    with fickle.office() as office:
        office.reader = Restless(office.reader, fickle, Reload(office, fickle.config, Changes(fickle.config)))
        office.once()
    found: defaultdict[int, set[str]] = defaultdict(set)
    query = "SELECT j.inbox_id, j.policy, t.category FROM journal j JOIN ticket t ON t.number = j.ticket_number"
    for row in fickle.rows(query):
        assert digests[row.policy] == row.category
        found[row.inbox_id].add(row.policy)
    assert len(found) == MAILS
    assert all(len(versions) == 1 for versions in found.values())
    assert {version for versions in found.values() for version in versions} == set(digests), "it was decided by both"
