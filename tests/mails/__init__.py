"""Mails written for the tests, one for each oddity and named by it."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent


def octets(name: str) -> bytes:
    """The mail `name`.eml as it would come from a server."""
    return (HERE / f"{name}.eml").read_bytes()


def sections(name: str) -> dict[str, str]:
    """The parts of a collection, each below a line `### its name`."""
    parts = (HERE / name).read_text("utf-8").split("### ")[1:]
    return {heading: text.rstrip("\n") for heading, _, text in (part.partition("\n") for part in parts)}
