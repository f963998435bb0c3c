"""What a template may not contain, each refused when it is loaded, at its line."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from daemon.compose.engine import environments, sheet
from daemon.compose.grammar import Form, grammar_faults

FORM = Form(frozenset({"subject", "text", "html"}), frozenset({"preview"}), frozenset({"number", "text", "why"}))
ENVIRONMENTS = environments("Asia/Shanghai")


def faults(source: str) -> Sequence[str]:
    return [str(fault) for fault in grammar_faults("x.j2", source, FORM, ENVIRONMENTS)]


def in_text(inner: str) -> str:
    return (
        "{% block subject %}s{% endblock %}{% block html %}h{% endblock %}\n"
        f"{{% block text %}}\n{inner}\n{{% endblock %}}"
    )


def test_text_facts_conditions_and_one_loop_are_enough() -> None:
    assert faults(in_text("{% for line in why | lines %}- {{ line }}{% else %}{{ text or 'none' }}{% endfor %}")) == []
    assert faults(in_text("{% if number is defined and not text %}{{ number if text else '' }}{% endif %}")) == []


@pytest.mark.parametrize(
    "hostile",
    [
        "{{ number.__class__ }}",
        "{{ number['__class__'] }}",
        "{{ number.upper() }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ self.text() }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ range(9) }}",
        "{{ lipsum() }}",
        "{{ number | attr('__class__') }}",
        "{{ number | map(attribute='x') }}",
        "{{ number | safe }}",
        "{{ '%999999999d' | format(1) }}",
        "{{ 'x' | center(999999999) }}",
        "{{ 'x' * 999999999 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ text ~ text }}",
        "{{ [text, text] }}",
        "{% include '../../etc/passwd' %}",
        "{% include 'x.j2' %}",
        "{% import 'x.j2' as x %}",
        "{% from 'x.j2' import y %}",
        "{% macro m() %}{{ m() }}{% endmacro %}",
        "{% set x = text %}",
        "{% set x %}{{ text }}{% endset %}",
        "{% with x = text %}{% endwith %}",
        "{% filter upper %}x{% endfilter %}",
        "{% block inner %}x{% endblock %}",
        "{% for a in text %}{% endfor %}",
        "{% for a in why | lines %}{% for b in why | lines %}x{% endfor %}{% endfor %}",
        "{% for a in why | lines recursive %}{{ loop(a) }}{% endfor %}",
        "{% for a, b in why | lines %}{% endfor %}",
        "{% autoescape false %}x{% endautoescape %}",
        "{{ text is callable }}",
        "{{ txt }}",
        "{{ text | wehn }}",
        "{{ text | breaks }}",
        "{% if %}",
        "{{ text ",
        "{% while true %}x{% endwhile %}",
    ],
)
def test_whatever_could_reach_out_or_go_on_forever_is_refused_at_its_line(hostile: str) -> None:
    found = faults(in_text(hostile))
    assert found
    assert all(fault.startswith(("x.j2:3:", "x.j2:4:")) for fault in found)


def test_extending_another_template_is_refused() -> None:
    assert faults("{% extends '../x.j2' %}\n" + in_text("x")) != []


def test_the_nearest_valid_word_is_offered() -> None:
    assert faults(in_text("  {{ nubmer }}")) == [
        "x.j2:3:6: 'nubmer' is not a fact of this notice (did you mean 'number'?)"
    ]
    assert faults(in_text("{{ number | wehn }}")) == ["x.j2:3:13: unknown filter 'wehn' (did you mean 'when'?)"]
    assert "unknown block 'txet' (did you mean 'text'?)" in str(faults(in_text("").replace("block text", "block txet")))


def test_a_missing_block_and_words_outside_of_blocks_are_faults() -> None:
    assert faults("{# why #}\n{% block subject %}s{% endblock %}\nhello{% block text %}{% endblock %}") == [
        "x.j2:3:1: only blocks are sent; this stands outside of them",
        "x.j2:1:1: missing block 'html'",
    ]


def test_html_escapes_and_plain_text_does_not() -> None:
    each = "{{ text }}|{{ '<i>' }}"
    source = f"{{% block subject %}}{each}{{% endblock %}}{{% block text %}}{each}{{% endblock %}}"
    source += f"{{% block html %}}{each}{{% endblock %}}"
    assert faults(source) == []
    compiled = sheet("x.j2", source, ENVIRONMENTS)
    facts: dict[str, object] = {"text": "<b>&"}
    assert compiled.block("subject", facts) == compiled.block("text", facts) == "<b>&|<i>"
    assert compiled.block("html", facts) == "&lt;b&gt;&amp;|&lt;i&gt;"


def test_even_a_template_that_slipped_through_cannot_leave_the_sandbox() -> None:
    for hostile in ("{{ number.__class__ }}", "{{ number.upper() }}", "{{ self.text() }}"):
        compiled = sheet("x.j2", f"{{% block text %}}{hostile}{{% endblock %}}", {"text": ENVIRONMENTS["text"]})
        with pytest.raises(Exception, match=r"unsafe|not safely callable|undefined"):
            compiled.block("text", {"number": "TS-1"})
