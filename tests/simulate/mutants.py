"""The test of the simulation: planted bugs, each caught soon. `python -m tests.simulate.mutants [NAME]`"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.planted import PRODUCT, Edit, plant

SEEDS = 24
"""A bug that shows in none of so many worlds has got through."""

_LIMIT_SECONDS = 300


MUTANTS: dict[str, tuple[Edit, ...]] = {
    "an automatic mail is answered": (
        Edit(
            "rules/opening.py",
            "    if mail.automatic is not None:\n        return f",
            "    if False:\n        return f",
        ),
    ),
    "a note leaks": (
        Edit("rules/letter.py", "self.has_words and all(each.kind.ear is Ear.CUSTOMER for each in self.given)", "True"),
    ),
    "a duplicate is acknowledged": (
        Edit(
            "daemon/triage.py",
            "    owner = inbox.owner_of(",
            "    mail = replace(mail, fingerprint=str(row.id))\n    owner = inbox.owner_of(",
        ),
        Edit(
            "daemon/triage.py",
            "from datetime import timedelta\n",
            "from dataclasses import replace\nfrom datetime import timedelta\n",
        ),
    ),
    "a clock fires twice": (Edit("rules/time_came.py", "Draft(spoken(ticket, dues, practice))", "Draft(ticket)"),),
    "the Message-ID changes when a mail is sent again": (
        Edit(
            "daemon/deliver.py",
            "        raw = blobs.get(c, row.raw_sha256)\n",
            "        raw = blobs.get(c, row.raw_sha256)\n"
            '    raw = raw.replace(b"Message-ID: <", b"Message-ID: <%d." % row.attempts, 1)\n',
        ),
    ),
    "a mail is moved before it is kept": (
        Edit(
            "daemon/receive.py",
            "            self.keep(arrivals)\n",
            "            self.file([each.mail.uid for each in arrivals if not each.silent])\n"
            "            self.keep(arrivals)\n",
        ),
    ),
    "anybody speaks for an engineer": (
        Edit(
            "rules/arrival.py",
            "if event.trust is Trust.PROVEN:\n            return spoke",
            "if True:\n            return spoke",
        ),
    ),
    "a number is enough to read along": (
        Edit(
            "daemon/matching.py",
            "        return Trust.STRANGER\n    claims",
            "        return Trust.KNOWN\n    claims",
        ),
    ),
    "a mail is called sent before it is": (
        Edit(
            "daemon/store/outbox.py",
            "                state=OutboxState.SENDING,\n",
            "                state=OutboxState.SENT,\n",
        ),
        Edit(
            "daemon/store/outbox.py",
            "    & (outbox.c.state == OutboxState.SENDING)\n    & (outbox.c.lease_epoch",
            "    & (outbox.c.state == OutboxState.SENT)\n    & (outbox.c.lease_epoch",
        ),
    ),
    "an attempt is counted when it is over": (
        Edit("daemon/store/inbox.py", "attempts=inbox.c.attempts + 1, lease", "attempts=inbox.c.attempts, lease"),
        Edit("daemon/store/inbox.py", "attempts=row.attempts + 1,", "attempts=row.attempts,"),
    ),
    "a cadence counts from a mail of long ago": (
        Edit(
            "rules/clocks.py",
            "        return ClockState(clock.name, practice.now, fired_until=practice.now)\n",
            "        return ClockState(clock.name, at, fired_until=at)\n",
        ),
    ),
    "an older progress mail is not replaced": (
        Edit("rules/notices.py", 'SUPERSEDING = frozenset({"progress", ', "SUPERSEDING = frozenset({"),
    ),
}


def caught(name: str, seeds: int = SEEDS) -> str | None:
    """What the simulation says of this bug, or None if it goes through all these seeds. Raises `WordsGone`."""
    with tempfile.TemporaryDirectory() as folder:
        house = Path(folder)
        plant(MUTANTS[name], house, (*PRODUCT, "tests"))
        command = [sys.executable, "-m", "tests.simulate", "--seeds", f"0:{seeds}", "--until-failure"]
        environment = os.environ | {"PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1"}
        told = subprocess.run(
            command, cwd=house, env=environment, capture_output=True, text=True, timeout=_LIMIT_SECONDS, check=False
        )
        if told.returncode == 0:
            return None
        return next((line for line in told.stdout.splitlines() if line.startswith("seed ")), told.stderr[-2000:])


def main() -> int:
    """Plant the bugs named, or all, one after the other; how many got through, at most 1."""
    through = []
    for name in sys.argv[1:] or MUTANTS:
        said = caught(name)
        print(f"{name}: {said or 'NOT CAUGHT'}", flush=True)
        if said is None:
            through.append(name)
    print(f"{len(through)} got through")
    return int(bool(through))


if __name__ == "__main__":
    sys.exit(main())
