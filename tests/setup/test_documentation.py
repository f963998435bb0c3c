"""What the documentation says of providers and of oauth is what the program knows."""

from __future__ import annotations

from pathlib import Path

from daemon.oauth.settings import OAuth
from daemon.setup.documentation import page

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_page_of_providers_is_up_to_date() -> None:
    assert (DOCS / "providers.md").read_text("utf-8") == page()


def test_every_key_of_oauth_is_explained() -> None:
    words = (DOCS / "oauth.md").read_text("utf-8")
    assert [key for key in OAuth.model_fields if f"`{key}`" not in words] == []
