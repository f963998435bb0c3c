"""Scores the product's reader on a corpus of real mails and prints what it gets right, per source and per language.

    python -m bench.corpus CORPUS [--fails FIELD]

CORPUS holds `index.jsonl`, the mails it names and `score.py`, whose verdicts these are; this program only runs it for
the whole corpus and for each language, sets the counts in a table, and times the reader beside bare mail-parser.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import mailparser

from parsers.reading import read

ROOT = Path(__file__).resolve().parent.parent
COLUMNS = {
    "sender": "sender",
    "subject": "subject",
    "attach": "attachments",
    "body": "body",
    "new": "new part",
    "partly": "new part (partial)",
    "bounce": "bounce found",
    "whom": "bounce recipients",
    "no bnc": "human not taken for a bounce",
    "auto": "automatic found",
    "no auto": "human not taken for automatic",
}
"""Heading to the scorer's field."""

Counts = dict[str, dict[str, tuple[int, int]]]


def main() -> int:
    """Prints the tables; the exit status is 0 unless the scorer itself failed."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("corpus", type=Path)
    asked.add_argument("--fails", default="", help="list the cases that failed in this field")
    given = asked.parse_args()
    corpus: Path = given.corpus.resolve()
    rows = [json.loads(line) for line in (corpus / "index.jsonl").read_text("utf-8").splitlines()]
    text, whole = scored(corpus, corpus, given.fails)
    print(text)
    print(table("source", whole))
    languages = {row.get("lang") or "und" for row in rows}
    print(
        table("language", {lang: counts for lang in sorted(languages) if (counts := of_language(corpus, rows, lang))})
    )
    print(timing([corpus / row["path"] for row in rows if row["input"] == "eml"]))
    return 0


def scored(scorer_home: Path, corpus: Path, fails: str = "") -> tuple[str, Counts]:
    """What `score.py` prints for a corpus, and its counts by group (`ALL`, `CJK`, each source) and field."""
    with tempfile.NamedTemporaryFile("r", suffix=".json", encoding="utf-8") as out:
        command = [sys.executable, str(scorer_home / "score.py"), str(corpus), "--adapter", "bench.reader:reader"]
        command += ["--json", out.name, *(["--fails", fails] if fails else [])]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        counts: Counts = {}
        for key, (good, total) in json.load(out).items():
            field, _, group = key.partition("|")
            counts.setdefault(group, {})[field] = (good, total)
    return done.stdout, counts


def of_language(corpus: Path, rows: list[dict[str, str]], language: str) -> dict[str, tuple[int, int]]:
    """The counts over the mails of one language, by way of a folder that holds just these."""
    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder)
        for child in corpus.iterdir():
            if child.is_dir():
                (part / child.name).symlink_to(child)
        chosen = [json.dumps(row) for row in rows if (row.get("lang") or "und") == language]
        (part / "index.jsonl").write_text("\n".join(chosen) + "\n", "utf-8")
        return scored(corpus, part)[1].get("ALL", {})


def table(heading: str, counts: Counts) -> str:
    """Shares in per cent; a blank where the corpus expects nothing."""
    lines = ["".join([f"{heading:<22}", *(f"{name:>8}" for name in COLUMNS)])]
    for group, fields in counts.items():
        cells = (share(*fields[field]) if field in fields else "" for field in COLUMNS.values())
        lines.append("".join([f"{group:<22}", *(f"{cell:>8}" for cell in cells)]))
    return "\n".join(lines) + "\n"


def share(good: int, total: int) -> str:
    """Per cent with one decimal."""
    return f"{100 * good / total:.1f}"


def timing(paths: list[Path]) -> str:
    """Milliseconds of CPU a mail, ours beside bare mail-parser, each mail read by both in turn."""
    ours, bare = [], []
    for raw in octets(paths):
        bare.append(milliseconds(mailparser.parse_from_bytes, raw))
        ours.append(milliseconds(read, raw))
    lines = [
        f"{name:<22}{statistics.median(times):8.2f}{p99(times):8.1f}"
        for name, times in (("reader", ours), ("mail-parser", bare))
    ]
    ratio = statistics.median(ours) / statistics.median(bare)
    return "\n".join([f"{'ms per mail':<22}{'median':>8}{'p99':>8}", *lines, f"ratio of medians {ratio:.2f}"])


def octets(paths: list[Path]) -> Iterator[bytes]:
    """The mails, and first one that is not counted, so that no import is timed."""
    if paths:
        milliseconds(read, paths[0].read_bytes())
    for path in paths:
        yield path.read_bytes()


def milliseconds(work: Callable[[bytes], object], raw: bytes) -> float:
    """CPU time of one call, so that a busy machine does not count; some mails mail-parser refuses in the middle."""
    start = time.thread_time()
    with contextlib.suppress(Exception):
        work(raw)
    return (time.thread_time() - start) * 1000


def p99(times: list[float]) -> float:
    """The time that one mail in a hundred exceeds."""
    return sorted(times)[int(len(times) * 0.99)]


if __name__ == "__main__":
    sys.exit(main())
