"""The servers that tests share, and what becomes of a test whose server is not on this machine."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol, TypeVar

import hypothesis
import pytest

from daemon.workers import Workers
from parsers.mail import Limits
from tests.house import House, furnished
from tests.servers.certificates import Certificate, Certificates, make_certificates
from tests.servers.dovecot import Dovecot
from tests.servers.postgres import Postgres
from tests.servers.process import ServerMissing
from tests.servers.proxy import Proxy
from tests.servers.smtp import Offer, Sink

StartDovecot = Callable[[Certificate | None], Dovecot]
StartSink = Callable[[Offer], Sink]
StartProxy = Callable[[int], Proxy]


class Startable(Protocol):
    """A server on loopback."""

    def start(self) -> None:
        """Listen."""

    def stop(self) -> None:
        """Listen no more."""


S = TypeVar("S", bound=Startable)


class StartScripted(Protocol):
    """Starts a scripted server, stopped after the test."""

    def __call__(self, server: S) -> S: ...


# This machine is shared and slow at times: how long an example takes says nothing about the code.
hypothesis.settings.register_profile("postdesk", deadline=None, print_blob=True)
hypothesis.settings.load_profile("postdesk")


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """An authority of our own, a good certificate and three bad ones."""
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def dovecot(certificates: Certificates) -> Iterator[Dovecot]:
    """One real Dovecot with a good certificate, for all tests: take a user of your own from `new_user`."""
    with ExitStack() as stack:
        yield _dovecot(stack, certificates.good)


@pytest.fixture
def start_dovecot() -> Iterator[StartDovecot]:
    """Starts a Dovecot for this test alone, with any certificate or none, to stop and start at will."""
    with ExitStack() as stack:
        yield lambda certificate: _dovecot(stack, certificate)


@pytest.fixture
def sink() -> Iterator[Sink]:
    """A plain SMTP server for this test alone, without TLS and AUTH."""
    with ExitStack() as stack:
        yield _started(stack, Sink(Offer()))


@pytest.fixture
def start_sink() -> Iterator[StartSink]:
    """Starts SMTP servers for this test alone that offer what the test says."""
    with ExitStack() as stack:
        yield lambda offer: _started(stack, Sink(offer))


@pytest.fixture
def start_scripted() -> Iterator[StartScripted]:
    """Starts servers for this test alone that say word for word what the test wrote down."""
    with ExitStack() as stack:
        yield lambda server: _started(stack, server)


@pytest.fixture
def start_proxy() -> Iterator[StartProxy]:
    """Starts proxies for this test alone, each before a loopback port."""
    with ExitStack() as stack:
        yield lambda port: _started(stack, Proxy(port))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One real PostgreSQL for all tests: each takes a database of its own."""
    try:
        server = Postgres()
    except ServerMissing as missing:
        pytest.skip(str(missing))
    yield server
    server.remove()


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """The address of a new, empty PostgreSQL database, removed after the test."""
    url = postgres.new_database()
    yield url
    postgres.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a new, empty database: each test that asks for it runs once on each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture(scope="session")
def reader() -> Iterator[Workers]:
    """Reading processes for all tests that leave the settings of reading alone: starting some takes a second."""
    workers = Workers(1, 30.0, 2**30, Limits())
    yield workers
    workers.close()


@pytest.fixture
def house(dovecot: Dovecot, sink: Sink, tmp_path: Path, database_url: str, reader: Workers) -> House:
    """A desk with a mailbox and a mail server of its own; a test that asks for it runs on both databases."""
    house = furnished(tmp_path, dovecot, sink, database_url)
    house.reader = reader
    return house


@pytest.fixture
def small_house(dovecot: Dovecot, sink: Sink, tmp_path: Path, reader: Workers) -> House:
    """The same on SQLite alone, for what does not depend on the database."""
    house = furnished(tmp_path, dovecot, sink, f"sqlite:///{tmp_path / 'postdesk.db'}")
    house.reader = reader
    return house


def _dovecot(stack: ExitStack, certificate: Certificate | None) -> Dovecot:
    try:
        server = Dovecot(certificate)
    except ServerMissing as missing:
        pytest.skip(str(missing))
    stack.callback(server.remove)
    server.start()
    return server


def _started(stack: ExitStack, server: S) -> S:
    stack.callback(server.stop)
    server.start()
    return server


def _required() -> bool:
    return os.environ.get("POSTDESK_REQUIRE", "") not in {"", "0"}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where everything must be proved, a skipped test has failed."""
    report = yield
    if report.skipped and _required():
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and POSTDESK_REQUIRE allows none: {_reason(report.longrepr)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Where everything must be proved, a skipped file has failed."""
    report = yield
    if report.skipped and _required():
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was skipped, and POSTDESK_REQUIRE allows none: {_reason(report.longrepr)}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say plainly what this machine could not prove."""
    skipped: list[pytest.TestReport] = terminalreporter.stats.get("skipped", [])
    if not skipped:
        return
    terminalreporter.section("NOT PROVED ON THIS MACHINE", sep="!", red=True)
    for reason in sorted({_reason(report.longrepr) for report in skipped}):
        count = sum(_reason(report.longrepr) == reason for report in skipped)
        terminalreporter.line(f"{count} tests did not run: {reason}")


def _reason(longrepr: object) -> str:
    return str(longrepr[-1]).removeprefix("Skipped: ") if isinstance(longrepr, tuple) else str(longrepr)
