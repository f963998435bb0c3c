"""A small window for monitors: /healthz and /metrics over HTTP, answered by one thread, one question at a time.

Nobody logs in, so it answers only on the address it is told to, only GET and HEAD, and only to a Host that is ours: a
page in somebody's browser cannot ask it under another name.
"""

from __future__ import annotations

import json
import socket
import socketserver
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from prometheus_client import CONTENT_TYPE_LATEST

from daemon.log import Action, log
from daemon.office import Office
from daemon.store import tickets
from daemon.watching.examine import Examination, examine
from daemon.watching.metrics import Numbers
from daemon.watching.settings import Http, place_of
from rules.clocks import Standing, promises, standing

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

REQUEST_SECONDS = 5.0
"""How long a client may take over one read or write."""

WAITING_REQUESTS = 8
TICKETS_COUNTED = 10_000
"""Of the tickets opened lately, the promises of so many are counted at the most."""

_Answer = tuple[str, str, bytes]
_TEXT = "text/plain; charset=utf-8"


class Window:
    """The WSGI application (PEP 3333) over a working office."""

    def __init__(self, office: Office, http: Http, address: str) -> None:
        self._office = office
        self._hosts = {address, "localhost", *(name.lower() for name in http.hosts)}

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        try:
            status, kind, body = self._answer(environ)
        except Exception as error:  # noqa: BLE001 - A question that cannot be answered must end neither thread nor log.
            log(Action.STAGE_FAILED, stage="http", error=type(error).__name__)
            status, kind, body = "500 Internal Server Error", _TEXT, b"see the log\n"
        start(status, [("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _answer(self, environ: WSGIEnvironment) -> _Answer:
        if not self._is_ours(environ.get("HTTP_HOST", "")):
            return "421 Misdirected Request", _TEXT, b"no such host here; see http.hosts in the settings\n"
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return "405 Method Not Allowed", _TEXT, b"only GET and HEAD\n"
        match environ.get("PATH_INFO"):
            case "/healthz":
                return self._healthz()
            case "/metrics":
                return "200 OK", CONTENT_TYPE_LATEST, self._numbers().exposition()
            case _:
                return "404 Not Found", _TEXT, b"there are /healthz and /metrics\n"

    def _is_ours(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname
        except ValueError:
            return False
        return name in self._hosts

    def _healthz(self) -> _Answer:
        examined = self._examined()
        body = json.dumps(examined.told(), default=str).encode() + b"\n"
        return "503 Service Unavailable" if examined.findings else "200 OK", "application/json", body

    def _examined(self) -> Examination:
        office = self._office
        settings, now = office.desk.settings, office.clock.now()
        return examine(office.store, settings, now, stuck=office.standing_still())

    def _numbers(self) -> Numbers:
        examined = self._examined()
        return Numbers(examined, self._office.stages, self._promises() if examined.vitals else {})

    def _promises(self) -> Mapping[tuple[str, Standing], int]:
        """Of every clock that promises something once: a cadence is never kept for good."""
        office, policy = self._office, self._office.desk.policy
        since = office.clock.now() - office.desk.settings.health.lately
        with office.store.read() as c:
            opened = tickets.opened_since(c, since, TICKETS_COUNTED)
        states = (state for ticket in opened for state in promises(ticket, policy))
        counted = Counter((state.name, standing(state)) for state in states)
        promised = [clock.name for clock in policy.clocks if clock.owed]
        return {(name, each): counted[name, each] for name in promised for each in Standing}


class _Server(WSGIServer):
    request_queue_size = WAITING_REQUESTS

    def server_bind(self) -> None:
        """Bind without asking the name service who we are, which may take its time."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Request(WSGIRequestHandler):
    timeout = REQUEST_SECONDS

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name for it
        """Say nothing: what strangers ask for has no place in the log."""


@contextmanager
def serving(office: Office) -> Iterator[None]:
    """Answer while the office works, if the settings say where.

    A place that cannot be had is logged and costs the window, not the desk: the monitor notices that by itself.
    """
    server = _opened(office)
    if server is None:
        yield
        return
    thread = threading.Thread(target=server.serve_forever, name="http", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(REQUEST_SECONDS)


def _opened(office: Office) -> WSGIServer | None:
    http = office.desk.settings.http
    if http.listen is None:
        return None
    address, port = place_of(http.listen)
    try:
        server = (_Server6 if ":" in address else _Server)((address, port), _Request)
    except OSError as error:
        log(Action.STAGE_FAILED, stage="http", error=type(error).__name__, code=str(error.errno))
        return None
    server.set_app(Window(office, http, address))
    return server
