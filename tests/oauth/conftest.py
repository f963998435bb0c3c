"""A token server, and a Dovecot that lets in whoever shows one of its tokens."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import StartDovecot
from tests.servers.certificates import Certificates
from tests.servers.dovecot import Dovecot
from tests.servers.process import new_room
from tests.servers.tokens import TokenServer, dovecot_oauth

Written = Callable[..., dict[str, object]]


@pytest.fixture
def tokens(certificates: Certificates) -> Iterator[TokenServer]:
    """A token server for this test alone."""
    server = TokenServer(certificates.good, "desk@desk.example")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def token_dovecot(start_dovecot: StartDovecot) -> Iterator[Dovecot]:
    """A Dovecot that checks tokens by itself, and knows passwords as well."""
    room = new_room("oauth")
    server = start_dovecot(None)
    server.stop()
    lines = server._configuration.read_text("utf-8")
    lines = lines.replace("auth_mechanisms = plain login", "auth_mechanisms = plain login xoauth2 oauthbearer", 1)
    lines = lines.replace("passdb {", dovecot_oauth(room) + "passdb {", 1)
    server._configuration.write_text(lines, "utf-8")
    server.start()
    yield server
    shutil.rmtree(room, ignore_errors=True)


@pytest.fixture
def written(tokens: TokenServer, certificates: Certificates, tmp_path: Path) -> Written:
    """The `oauth:` of a settings file for the token server, with further keys."""

    def make(**further: object) -> dict[str, object]:
        secret = tmp_path / "refresh.token"
        secret.touch(mode=0o600)
        secret.write_text("refresh-1")
        return {
            "client_id": "postdesk",
            "token_url": tokens.token_url,
            "device_url": tokens.device_url,
            "ca_file": str(certificates.ca_file),
            "refresh_token": {"file": str(secret)},
            "timeout": "5s",
        } | further

    return make
