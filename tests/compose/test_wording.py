"""Loading the words of a desk, replacing them file by file, and what is said when one of them fails."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from daemon.compose.samples import trials
from daemon.compose.wording import Wording, load_wording
from daemon.faults import Faults
from daemon.resources import resource
from tests.compose.given import DESK_FACTS, ZONE, shipped

ACKNOWLEDGEMENT = """\
{% block subject %}[{{ number }}] Ahoy{% endblock %}
{% block text %}Ahoy!{% endblock %}
{% block html %}<p>Ahoy!</p>{% endblock %}
"""


def site(tmp_path: Path, **files: str) -> Path:
    """A site folder with these files; `en__reply` is `en/reply.j2`."""
    for name, source in files.items():
        path = tmp_path / f"{name.replace('__', '/')}.j2"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, "utf-8")
    return tmp_path


def load(folder: Path | None) -> Wording:
    return load_wording(resource("templates"), folder, ZONE)


def faults_of(folder: Path) -> list[str]:
    with pytest.raises(Faults) as caught:
        load(folder)
    return [str(fault).removeprefix(f"{folder}/") for fault in caught.value.faults]


def test_a_site_replaces_one_file_and_keeps_the_others(tmp_path: Path) -> None:
    wording = load(site(tmp_path, en__acknowledgement=ACKNOWLEDGEMENT))
    facts = trials("acknowledgement")[0] | DESK_FACTS
    assert wording.render("acknowledgement", "en", facts).subject == "[TS-20261121-001] Ahoy"
    assert wording.render("acknowledgement", "zh-CN", facts) == shipped().render("acknowledgement", "zh-CN", facts)


def test_a_site_folder_that_does_not_exist_replaces_nothing(tmp_path: Path) -> None:
    assert load(tmp_path / "nowhere").languages == {"zh-CN", "en"}


def test_a_site_may_change_the_look_of_every_mail(tmp_path: Path) -> None:
    frame = "{% block text %}{{ body }}{% endblock %}{% block html %}<main>{{ body }}{{ preview }}</main>{% endblock %}"
    said = load(site(tmp_path, frame=frame)).render("reply", "en", trials("reply")[0] | DESK_FACTS)
    assert said.html.startswith("<main><div")


def test_a_block_that_stands_twice_in_a_file_is_refused(tmp_path: Path) -> None:
    twice = ACKNOWLEDGEMENT + "{% block text %}Ahoy again!{% endblock %}\n"
    [fault] = faults_of(site(tmp_path, en__acknowledgement=twice))
    assert "'text' defined twice" in fault


def test_all_faults_of_all_files_are_told_at_once_with_their_places(tmp_path: Path) -> None:
    folder = site(
        tmp_path,
        en__acknowledgement=ACKNOWLEDGEMENT.replace("Ahoy!{%", "{{ respond_bye | when }}{%", 1),
        en__reply=ACKNOWLEDGEMENT.replace("<p>", "\n  {% if %}<p>"),
        en__progres=ACKNOWLEDGEMENT,
    )
    assert faults_of(folder) == [
        "en/acknowledgement.j2:2:20: 'respond_bye' is not a fact of this notice (did you mean 'respond_by'?)",
        "en/progres.j2:1:1: no notice is called 'progres' (did you mean 'progress'?)",
        "en/reply.j2:4:3: Expected an expression, got 'end of statement block'",
    ]


def test_a_new_language_must_be_whole(tmp_path: Path) -> None:
    shutil.copytree(resource("templates") / "en", tmp_path / "de", ignore=shutil.ignore_patterns("fallback.j2"))
    assert load(tmp_path).language_for("de-AT") == "de"
    (tmp_path / "de" / "closed.j2").unlink()
    assert faults_of(tmp_path) == ["de/closed.j2:1:1: missing: de has no 'closed'"]


def test_the_last_resort_cannot_be_replaced(tmp_path: Path) -> None:
    [fault] = faults_of(site(tmp_path, en__fallback=ACKNOWLEDGEMENT))
    assert fault.startswith("en/fallback.j2:1:1: the last resort cannot be replaced")


def test_bytes_that_are_no_text_are_a_fault(tmp_path: Path) -> None:
    folder = site(tmp_path, en__reply="")
    (folder / "en" / "reply.j2").write_bytes("回复".encode("gb18030"))
    [fault] = faults_of(folder)
    assert fault.startswith("en/reply.j2:1:1: cannot be read: 'utf-8'")


def test_a_trial_finds_what_only_shows_when_a_fact_is_unknown(tmp_path: Path) -> None:
    source = ACKNOWLEDGEMENT.replace("Ahoy!{%", "\nBy {{ respond_by | when }}.{%", 1)
    [fault] = faults_of(site(tmp_path, en__acknowledgement=source))
    assert fault.startswith("en/acknowledgement.j2:3:1: 'when' is for a moment that is known")


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("{{ respond_by }}", "a moment is written with the filter 'when'"),
        ("{{ oversize_mb }}", "a fact is unknown here and cannot be written"),
        ("{{ opened_at == opened_at }}", "a truth value is for 'if' and is not written out"),
    ],
)
def test_a_trial_finds_what_no_person_would_want_to_read(tmp_path: Path, expression: str, why: str) -> None:
    faults = faults_of(site(tmp_path, en__acknowledgement=ACKNOWLEDGEMENT.replace("Ahoy!{%", f"{expression}{{%", 1)))
    assert any(why in fault for fault in faults)


def test_a_template_that_fails_for_a_live_notice_is_replaced_by_the_shipped_one(tmp_path: Path) -> None:
    source = ACKNOWLEDGEMENT.replace("Ahoy!{%", "\n{% if priority == 'P0' %}{{ opened_at }}{% endif %}Ahoy!{%", 1)
    wording = load(site(tmp_path, en__acknowledgement=source))
    facts = trials("acknowledgement")[0] | DESK_FACTS
    assert wording.render("acknowledgement", "en", facts).fault is None
    said = wording.render("acknowledgement", "en", facts | {"priority": "P0"})
    assert said.subject == "[TS-20261121-001] We have received your mail"
    assert str(said.fault).endswith("en/acknowledgement.j2:3:1: a moment is written with the filter 'when'")


def test_a_template_that_writes_without_end_is_cut_and_the_words_of_the_mail_still_leave(tmp_path: Path) -> None:
    source = ACKNOWLEDGEMENT.replace("Ahoy!{%", "{{ text }}" * 30 + "{%", 1)
    wording = load(site(tmp_path, en__reply=source))
    said = wording.render("reply", "en", trials("reply")[0] | {"text": "x" * 200_000} | DESK_FACTS)
    assert "x" * 200_000 in said.text
    assert said.fault is not None
    assert "writes more than 4000000 characters" in said.fault.message


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_words_leave_even_when_the_facts_of_their_notice_are_missing(language: str) -> None:
    said = shipped().render("reply", language, {"number": "TS-1", "text": "Press F5.\n按 F5。"} | DESK_FACTS)
    assert said.subject.startswith("[TS-1] ")
    assert "Press F5.\n按 F5。" in said.text
    assert "Press F5.<br>按 F5。" in said.html
    assert said.fault is not None
    assert said.fault.message == "'subject' is undefined"


def test_a_fault_at_work_tells_no_word_of_the_mail(tmp_path: Path) -> None:
    source = ACKNOWLEDGEMENT.replace("Ahoy!{%", "{% if text < 3 %}{% endif %}{%", 1).replace("text <", "oversize_mb <")
    with pytest.raises(Faults) as caught:
        load(site(tmp_path, en__acknowledgement=source))
    assert not any("38" in fault.message for fault in caught.value.faults), "a folder may be called so"


def test_only_the_facts_of_its_kind_reach_a_template() -> None:
    said = shipped().render("acknowledgement", "en", trials("acknowledgement")[0] | {"text": "secret"} | DESK_FACTS)
    assert "secret" not in said.text + said.html


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ("zh-CN", "zh-CN"),
        ("zh_cn", "zh-CN"),
        ("zh-TW", "zh-CN"),
        ("zh-Hant-HK", "zh-CN"),
        ("zh", "zh-CN"),
        ("en-GB", "en"),
        ("EN", "en"),
        ("fr", "zh-CN"),
        ("", "zh-CN"),
    ],
)
def test_the_language_is_the_wanted_one_or_the_nearest_or_the_desks(wanted: str, language: str) -> None:
    wording = load_wording(resource("templates"), None, ZONE, "zh-CN")
    assert wording.language_for(wanted) == language


def test_a_default_language_without_templates_is_a_fault() -> None:
    with pytest.raises(Faults, match="no templates in the default language 'fr'"):
        load_wording(resource("templates"), None, ZONE, "fr")


def test_reasons_may_come_as_a_list_and_are_said_one_a_line() -> None:
    facts = trials("new_ticket")[0] | {"why": ["rule a", "rule\nb"]} | DESK_FACTS
    assert "- rule a\n- rule b\n" in shipped().render("new_ticket", "en", facts).text
