"""A token server on loopback: it gives out tokens that Dovecot checks for real, and refuses when told to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from tests.servers.certificates import HOST, Certificate
from tests.servers.process import LOOPBACK

KEY = b"0123456789abcdef0123456789abcdef"
"""What tokens are signed with (HS256), and what a server that checks them is given."""

DEVICE_PATH, TOKEN_PATH = "/device", "/token"


def minted(user: str, lifetime: float) -> str:
    """A JSON Web Token (RFC 7519) for this user, good for so many seconds; below 0 it ran out long ago."""
    now = int(time.time())
    claims = {
        "sub": user,
        "email": user,
        "iat": now - 3600,
        "nbf": now - 3600,
        "exp": int(now + lifetime),
        "n": _next(),
    }
    head = _base64(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    body = _base64(json.dumps(claims).encode())
    signature = hmac.new(KEY, f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{_base64(signature)}"


class TokenServer:
    """Answers over TLS what an authorization server answers; refresh tokens rotate, and each works once."""

    def __init__(self, certificate: Certificate, user: str) -> None:
        self.user = user
        self.lifetime = 3600.0
        self.said_lifetime: float | None = None
        self.refusal: tuple[int, dict[str, str]] | None = None
        self.refresh_token = "refresh-1"
        self.agreed_after = 0
        self._lock = threading.Lock()
        self._asked: list[dict[str, str]] = []
        server = self

        class Answers(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                status, answer = server.answer(self.path, dict(parse_qsl(self.rfile.read(length).decode())))
                raw = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - The library names it so.
                return

        self._http = ThreadingHTTPServer((LOOPBACK, 0), Answers)
        self._http.socket = certificate.server_context().wrap_socket(self._http.socket, server_side=True)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def asked(self) -> Sequence[dict[str, str]]:
        """Every form that was sent, in order."""
        with self._lock:
            return list(self._asked)

    @property
    def token_url(self) -> str:
        """Where tokens are given out."""
        return f"https://{HOST}:{self._http.server_address[1]}{TOKEN_PATH}"

    @property
    def device_url(self) -> str:
        """Where the device flow begins."""
        return f"https://{HOST}:{self._http.server_address[1]}{DEVICE_PATH}"

    def start(self) -> None:
        """Serve."""
        self._thread.start()

    def stop(self) -> None:
        """Serve no more."""
        self._http.shutdown()
        self._http.server_close()

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """What a form gets."""
        with self._lock:
            self._asked.append(form)
            if self.refusal is not None:
                return self.refusal
            if path == DEVICE_PATH:
                return 200, self._device()
            return self._granted(form)

    def _device(self) -> dict[str, Any]:
        return {
            "device_code": "device-1",
            "user_code": "WDJB-MJHT",
            "verification_uri": "https://login.example/device",
            "expires_in": 60,
            "interval": 0.05,
        }

    def _granted(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        match form.get("grant_type"):
            case "client_credentials" if form.get("client_secret") == "app-secret":
                return 200, self._token()
            case "refresh_token" if form.get("refresh_token") == self.refresh_token:
                return 200, self._token() | self._rotated()
            case "urn:ietf:params:oauth:grant-type:device_code" if form.get("device_code") == "device-1":
                self.agreed_after -= 1
                if self.agreed_after >= 0:
                    return 400, {"error": "authorization_pending"}
                return 200, self._token() | self._rotated()
            case _:
                return 400, {
                    "error": "invalid_grant",
                    "error_description": "AADSTS70008: expired",
                }

    def _token(self) -> dict[str, Any]:
        said = self.lifetime if self.said_lifetime is None else self.said_lifetime
        return {"access_token": minted(self.user, self.lifetime), "token_type": "Bearer", "expires_in": said}

    def _rotated(self) -> dict[str, str]:
        self.refresh_token = f"refresh-{int(self.refresh_token.partition('-')[2]) + 1}"
        return {"refresh_token": self.refresh_token}


def dovecot_oauth(folder: Path) -> str:
    """The lines of a Dovecot configuration that let it check such tokens by itself, with files in `folder`."""
    key = folder / "keys" / "default" / "HS256" / "default"
    key.parent.mkdir(parents=True)
    key.write_bytes(base64.b64encode(KEY))
    settings = folder / "oauth2.conf.ext"
    settings.write_text(
        "introspection_mode = local\n"
        f"local_validation_key_dict = fs:posix:prefix={folder}/keys/\n"
        "username_attribute = email\n"
        "username_format = %u\n"
    )
    for each in (folder, *folder.rglob("*")):
        each.chmod(0o755 if each.is_dir() else 0o644)
    return f"passdb {{\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = {settings}\n}}\n"


_count = iter(range(1_000_000))


def _next() -> int:
    return next(_count)


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
