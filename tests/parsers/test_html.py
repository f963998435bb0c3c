"""HTML bodies as the text that a person would see."""

from __future__ import annotations

import pytest

from parsers.html import rendered, safe_html
from parsers.language import language


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("one<br>two<br><br>three", "one\ntwo\n\nthree"),
        ("<div>one</div><div><br></div><div>two</div>", "one\n\ntwo"),
        ("<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>", "- a\n- b\n\n  - c"),
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
        ("<table><tr><td>订单</td><td>1001</td></tr><tr><td>金额</td><td>20</td></tr></table>", "订单\t1001\n金额\t20"),
        (
            '<a href="https://desk.test/x">see</a> <a href="https://desk.test">desk.test</a>',
            "see <https://desk.test/x> desk.test",
        ),
        ('<a href="javascript:alert(1)">x</a>', "x"),
        ("a&nbsp;&lt;b&gt; &amp;amp;", "a\xa0<b> &amp;"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("x<!-- hidden --><!--[if mso]>y<![endif]-->z", "xz"),
        (
            "<blockquote type=cite>q<blockquote type=cite>r</blockquote></blockquote>after",
            ">\n> q\n>\n> > r\n> >\nafter",
        ),
        ('<blockquote style="margin:0 0 0 40px;border:none">indented</blockquote>', "indented"),
        ("<p>unclosed <b>bold<p>next", "unclosed bold\n\nnext"),
        ("plain text", "plain text"),
        ("", ""),
    ],
)
def test_markup_reads_as(markup: str, text: str) -> None:
    lines = [line.rstrip() for line in rendered(markup).strip("\n").split("\n")]
    squeezed = [line for i, line in enumerate(lines) if i == 0 or line.strip("> ") or lines[i - 1].strip("> ")]
    assert "\n".join(squeezed).replace(">\n>\n", ">\n") == text


@pytest.mark.parametrize(
    "style",
    [
        "display:none",
        "DISPLAY : none !important",
        "visibility:hidden",
        "font-size:0",
        "font-size:0px;",
        "mso-hide:all",
        "opacity:0",
        "max-height:0px",
    ],
)
def test_hidden_text_is_not_seen(style: str) -> None:
    assert rendered(f'<p>a</p><div style="{style}">secret<p>more</p></div><p>b</p>').split() == ["a", "b"]


@pytest.mark.parametrize("style", ["font-size:10px", "opacity:0.9", "display:block", "max-height:100px"])
def test_visible_text_is_seen(style: str) -> None:
    assert "shown" in rendered(f'<div style="{style}">shown</div>')


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "piece",
    ["<div>", "<blockquote>", "<!--", "<a href=x>", "<table><tr><td>", "&#x41;", "<p style='", "</div>", "<b><i>"],
)
def test_swollen_markup_is_rendered(piece: str) -> None:
    assert isinstance(rendered(piece * 20_000), str)


def test_safe_html_keeps_words_and_drops_what_acts() -> None:
    shown = safe_html(
        '<p onclick="x()">hi <a href="javascript:x()">j</a><img src="https://t.test/p.gif"><iframe src=x></iframe></p>'
    )
    assert "hi" in shown
    assert not any(danger in shown for danger in ("onclick", "javascript", "img", "iframe"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("您好，我的订单有问题", "zh"),
        ("VPN 连不上", "zh"),
        ("您好 support team, please check order 1001, 谢谢", "zh"),
        ("The printer is broken, please help", "en"),
        ("ok", "en"),
        ("", "en"),
        ("Der Drucker ist kaputt und ich brauche Hilfe von Ihnen", "other"),
        ("プリンタが壊れました。助けてください", "other"),
        ("프린터가 고장났습니다", "other"),
        ("Принтер сломался", "other"),
    ],
)
def test_the_language_is_told(text: str, found: str) -> None:
    assert language(text) == found
