"""Files that leave with a mail: their bytes, their names in any language, and what a browser must not run."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.compose.attachments import shown_name, shown_type
from daemon.compose.headers import Unwritable
from tests.compose.given import notice, raw, read


def attached(name: str, content_type: str, content: bytes) -> tuple[str, str, bytes]:
    """Name, type and bytes of one attachment as its reader's program has them."""
    [file] = read(raw(notice("reply", attachments=(("f", name, content_type),)), {"f": content})).files()
    return file


@pytest.mark.parametrize(
    "name",
    [
        "report.pdf",
        "报价单（最终版）.xlsx",
        "非常长的文件名" * 15 + ".pdf",
        "a" * 100 + ".pdf",
        "it's 100% ready; really.txt",
        "emoji 😀 镕.png",
        "é ü.txt",
    ],
)
def test_a_name_in_any_language_comes_back(name: str) -> None:
    assert attached(name, "application/pdf", b"%PDF") == (name, "application/pdf", b"%PDF")


@settings(max_examples=150)
@given(st.text(max_size=60), st.binary(max_size=300))
def test_any_name_and_any_bytes_can_be_sent(name: str, content: bytes) -> None:
    shown, _, back = attached(name, "application/pdf", content)
    assert back == content
    assert shown == shown_name(name)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\Windows\\x.dll", "C__Windows_x.dll"),
        ("", "attachment"),
        ("...", "attachment"),
        ("a\r\nContent-Type: text/html", "a Content-Type_ text_html"),
        ("page.html", "page.html.txt"),
        ("PAGE.HTM", "PAGE.HTM.txt"),
        ("logo.svg", "logo.svg.txt"),
        ("run.js", "run.js.txt"),
        ("mail.mhtml", "mail.mhtml.txt"),
        ("notes.html.txt", "notes.html.txt"),
        ("cod\u202egpj.exe", "codgpj.exe"),
        ("x" * 400 + ".pdf", "x" * 146 + ".pdf"),
    ],
)
def test_a_name_leads_nowhere_and_a_page_opens_as_text(name: str, shown: str) -> None:
    assert shown_name(name) == shown


@pytest.mark.parametrize(
    ("declared", "shown"),
    [
        ("image/png", "image/png"),
        ("Image/JPEG; name=x", "image/jpeg"),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",) * 2,
        ("text/csv", "text/csv"),
        *((each, "application/octet-stream") for each in ("text/html", "image/svg+xml", "text/xml", "text/javascript")),
        *((each, "application/octet-stream") for each in ("message/rfc822", "multipart/mixed", "a\r\nb", "", "text")),
    ],
)
def test_only_types_that_a_browser_does_not_run_are_kept(declared: str, shown: str) -> None:
    assert shown_type(declared) == shown


def test_several_files_keep_their_order_beside_the_words() -> None:
    files = (("a", "1.png", "image/png"), ("b", "2.pdf", "application/pdf"), ("a", "1.png", "image/png"))
    seen = read(raw(notice("reply", "en", {"text": "See these."}, files), {"a": b"A" * 100, "b": b"B"}))
    assert seen.message.get_content_type() == "multipart/mixed"
    assert [content for _, _, content in seen.files()] == [b"A" * 100, b"B", b"A" * 100]
    assert "See these." in seen.body("plain")


def test_a_file_whose_bytes_are_missing_is_refused() -> None:
    with pytest.raises(Unwritable, match="bytes of an attachment"):
        raw(notice("reply", attachments=(("f", "a.txt", "text/plain"),)))
