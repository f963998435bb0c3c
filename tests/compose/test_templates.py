"""Every shipped template in every language: it can be said, says the same in both forms, and loads nothing."""

from __future__ import annotations

import re

import pytest

from daemon.compose.samples import KNOWN, facts_of, trials
from rules.model import Audience
from rules.notices import KINDS
from tests.compose.given import DESK_FACTS, LANGUAGES, page, shipped, words

EVERY = [(kind, language) for language in LANGUAGES for kind in KINDS]
PLAIN_ELEMENTS = {"html", "head", "meta", "title", "body", "div", "span", "strong", "p", "br", "ul", "li"}


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_the_text_and_the_html_of_a_mail_have_the_same_words(kind: str, language: str) -> None:
    for facts in trials(kind):
        said = shipped().render(kind, language, facts | DESK_FACTS)
        assert said.fault is None
        heading = words(f"{DESK_FACTS['desk_name']} {facts['number']}")
        assert words("".join(page(said.html).shown)) == heading + words(said.text)


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_every_fact_of_a_notice_that_its_reader_needs_is_said(kind: str, language: str) -> None:
    facts = trials(kind)[0]
    said = shipped().render(kind, language, facts | DESK_FACTS)
    for fact in KINDS[kind].facts - {"why", "verified", "reason"}:
        if isinstance(facts[fact], str):
            assert str(facts[fact]).split("\n", maxsplit=1)[0] in f"{said.subject}\n{said.text}"


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_a_page_is_plain_declares_its_language_and_loads_nothing(kind: str, language: str) -> None:
    said = shipped().render(kind, language, trials(kind)[0] | DESK_FACTS)
    seen = page(said.html)
    assert said.html.startswith("<!DOCTYPE html>")
    assert ("lang", language) in seen.attributes
    assert seen.elements <= PLAIN_ELEMENTS
    assert not re.search(r"https?:|src=|href=|url\(|@import", said.html)


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_a_mail_says_nothing_unknown_and_leaves_no_gaps(kind: str, language: str) -> None:
    for facts in trials(kind):
        said = shipped().render(kind, language, facts | DESK_FACTS)
        everything = said.subject + said.text + said.html
        assert not re.search(r"None|True|False|UTC|\+00:00|\{\{|\{%", everything)
        assert "\n\n\n" not in said.text
        assert "<p></p>" not in said.html.replace("\n", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_acknowledgement_has_no_word_of_the_mail_it_answers(language: str) -> None:
    theirs = {"subject": "BUYNOW", "text": "BUYNOW", "requester_name": "BUYNOW", "requester": "buynow@spam.example"}
    said = shipped().render("acknowledgement", language, trials("acknowledgement")[0] | theirs | DESK_FACTS)
    assert "buynow" not in f"{said.subject}{said.text}{said.html}".lower()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_subject_begins_with_the_number_and_a_customer_thread_with_re(language: str) -> None:
    of_tickets = {kind: of for kind, of in KINDS.items() if kind != "configuration_refused"}
    for kind, of in of_tickets.items():
        said = shipped().render(kind, language, trials(kind)[0] | DESK_FACTS)
        threaded = of.audience is Audience.CUSTOMER and kind != "acknowledgement"
        assert said.subject.startswith("Re: [TS-20261121-001] " if threaded else ("[TS-20261121-001] ", "Re: ["))


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_answers_a_desk_notice_is_told_what_it_does(language: str) -> None:
    for kind in ("new_ticket", "customer_replied", "overdue"):
        said = shipped().render(kind, language, trials(kind)[0] | DESK_FACTS)
        assert "#close" in said.text


def test_a_sample_exists_for_every_fact() -> None:
    assert set().union(*map(facts_of, KINDS)) <= KNOWN.keys()


def test_the_text_of_a_person_keeps_its_lines_and_its_blanks() -> None:
    log = "first\n\n    at Main.run(Main.java:7)\nlast <b> & 'q'"
    said = shipped().render("reply", "en", trials("reply")[0] | {"text": log} | DESK_FACTS)
    assert log in said.text
    assert "first<br><br>    at Main.run(Main.java:7)<br>last &lt;b&gt; &amp; &#39;q&#39;" in said.html
