"""The test of the tests: six planted bugs, each of which the campaign must catch. `python -m tests.crash.mutants`"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from tests.crash.campaign import crashed_at, desk_poisoned
from tests.crash.houses import street
from tests.crash.trial import CONTROL_LOST, Verdict
from tests.house import House
from tests.planted import Edit, plant

SHOWN = 4
"""How many of the breaches by one bug are printed."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A bug, the run that shows it, and the promise that it breaks."""

    name: str
    edits: tuple[Edit, ...]
    run: Callable[[House], Verdict]
    promise: str


MUTANTS = (
    Mutant(
        "M1 the Message-ID is chosen when a mail is sent",
        (
            Edit(
                "daemon/deliver.py",
                "        raw = blobs.get(c, row.raw_sha256)\n",
                "        raw = blobs.get(c, row.raw_sha256)\n"
                '    chosen = b"Message-ID: <%d." % int(going.clock.monotonic() * 1e6)\n'
                '    raw = raw.replace(b"Message-ID: <", chosen, 1)\n',
            ),
        ),
        partial(crashed_at, point="out.3", hit=1),
        "I4: the same words left under 2 identifiers",
    ),
    Mutant(
        "M2 mails are moved before they are kept",
        (
            Edit(
                "daemon/receive.py",
                '            failpoint("in.1")\n',
                '            self.file([each.mail.uid for each in arrivals])\n            failpoint("in.1")\n',
            ),
        ),
        partial(crashed_at, point="in.1", hit=1),
        "I1",
    ),
    Mutant(
        "M3 a mail is called sent before it is",
        (
            Edit("daemon/store/outbox.py", "                state=OutboxState.SENDING,\n", "state=OutboxState.SENT,\n"),
            Edit(
                "daemon/store/outbox.py",
                "    & (outbox.c.state == OutboxState.SENDING)\n    & (outbox.c.lease_epoch",
                "    & (outbox.c.state == OutboxState.SENT)\n    & (outbox.c.lease_epoch",
            ),
        ),
        partial(crashed_at, point="out.1", hit=1),
        "I5",
    ),
    Mutant(
        "M4 notices are queued in a transaction of their own",
        (
            Edit("daemon/triage.py", "import traceback\n", "import traceback\nfrom dataclasses import replace\n"),
            Edit("daemon/triage.py", "SLACK = timedelta(minutes=1)\n", "SLACK = timedelta(minutes=1)\nLATER = []\n"),
            Edit(
                "daemon/triage.py",
                "    record(c, decision, desk, origin, OutboxState.WITHHELD if row.silent else OutboxState.READY)\n",
                "    record(c, replace(decision, notices=()), desk, origin)\n"
                "    LATER.extend((notice, decision.ticket, desk, clock.now()) for notice in decision.notices)\n",
            ),
            Edit(
                "daemon/triage.py",
                '    failpoint("pr.3")\n',
                '    failpoint("pr.3")\n'
                "    from daemon.record import _queue, _written\n"
                "    with store.write() as c:\n"
                "        while LATER:\n"
                "            _queue(c, [_written(c, *LATER.pop(0))], OutboxState.READY, clock.now())\n",
            ),
        ),
        partial(crashed_at, point="pr.3", hit=1),
        "I5",
    ),
    Mutant(
        "M5 a mail is known by its place alone",
        (
            Edit(
                "daemon/triage.py",
                "    owner = inbox.owner_of(",
                "    from dataclasses import replace\n"
                "    mail = replace(mail, fingerprint=str(row.id))\n"
                "    owner = inbox.owner_of(",
            ),
        ),
        partial(crashed_at, point="in.3", hit=1),
        "I2",
    ),
    Mutant(
        "M6 an attempt is counted when it is over",
        (
            Edit(
                "daemon/store/inbox.py", "claimed.values(attempts=inbox.c.attempts + 1, lease", "claimed.values(lease"
            ),
            Edit("daemon/store/inbox.py", '"of_attempts": row.attempts}', '"of_attempts": row.attempts - 1}'),
            Edit(
                "daemon/store/inbox.py",
                '{**values, **whose, "lease_until": None}',
                '{**values, **whose, "lease_until": None, "attempts": row.attempts}',
            ),
            Edit(
                "daemon/store/inbox.py",
                '"next_at": retry_at, "lease_until": None}',
                '"next_at": retry_at, "lease_until": None, "attempts": row.attempts}',
            ),
        ),
        desk_poisoned,
        "I1: 1 mails are missing in quarantine",
    ),
)


def caught(mutant: Mutant, verdict: Verdict) -> bool:
    """Whether the promise was seen to break, by a desk that still does its work."""
    return CONTROL_LOST not in verdict.breaches and any(each.startswith(mutant.promise) for each in verdict.breaches)


@click.command(help=__doc__)
def main() -> None:
    """Plant each bug, run what should catch it, and say what it broke; exit status 1 if one got away."""
    got_away = 0
    with street() as servers:
        for mutant in MUTANTS:
            with servers.house("sqlite") as house, tempfile.TemporaryDirectory(prefix="desk-mutant-") as folder:
                house.code = Path(folder)
                plant(mutant.edits, house.code)
                verdict = mutant.run(house)
            got_away += not caught(mutant, verdict)
            click.echo(f"{'caught  ' if caught(mutant, verdict) else 'GOT AWAY'} {mutant.name}")
            for breach in verdict.breaches[:SHOWN]:
                click.echo(f"         {breach}")
    sys.exit(bool(got_away))


if __name__ == "__main__":
    main()
