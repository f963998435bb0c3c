"""The new part of a reply, for the forms in which mail clients quote."""

from __future__ import annotations

import pytest

from parsers.quotation.cutting import cut
from tests.mails import sections

QUOTATIONS = sections("quotation_headers_west.txt")
"""Header forms of replies and forwards as they stand in text/plain."""


@pytest.mark.parametrize("answer", ["还是不行。", "It still does not work."])
@pytest.mark.parametrize("form", QUOTATIONS)
def test_the_new_part_ends_where_the_quotation_begins(form: str, answer: str) -> None:
    text = f"{answer}\n\n{QUOTATIONS[form]}"
    part = cut(text)
    assert "\n".join(text[start:end] for start, end in part.spans).strip() == answer
    assert part.confidence >= 0.8


def test_answers_between_quotations_are_kept() -> None:
    text = "> Did you restart?\n\nYes, twice.\n\n> And the cable?\n\nIs plugged in.\n"
    kept = "\n".join(text[start:end] for start, end in cut(text).spans)
    assert "Yes, twice." in kept and "Is plugged in." in kept and "cable?" not in kept


def test_sentences_that_look_like_headers_are_kept() -> None:
    text = "From: this morning on it fails.\nOn Monday John wrote: nothing works.\nPlease fix it."
    assert cut(text).spans == ((0, len(text)),)


def test_a_signature_below_its_delimiter_is_cut() -> None:
    text = "Works.\n\n-- \nAlice\nAcme\n"
    assert "\n".join(text[start:end] for start, end in cut(text).spans).strip() == "Works."
