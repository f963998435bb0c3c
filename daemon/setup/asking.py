"""From what was given on the command line, and what is asked for besides, to the answers that a new desk is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path

from daemon.setup.answers import Answers, Person
from daemon.setup.providers import Provider, Server, domain_of, guessed, provider_called


@dataclass(frozen=True, slots=True)
class Given:
    """What was given as options; None where nothing was."""

    address: str | None
    name: str | None
    provider: str | None
    imap_host: str | None
    imap_port: int | None
    imap_tls: str | None
    smtp_host: str | None
    smtp_port: int | None
    smtp_tls: str | None
    username: str | None
    smtp_login: bool
    folder: str
    client_id: str | None
    tenant: str | None
    ca_file: Path | None
    language: str | None
    timezone: str | None
    pack: str | None
    engineers: Sequence[str]
    lead: str | None
    state_dir: Path | None


@dataclass(frozen=True, slots=True)
class Question:
    """Something that must be known: the option that says it, the words to ask for it, and what is usual."""

    option: str
    words: str
    default: str | None = None
    choices: Sequence[str] = ()


Ask = Callable[[Question], str]
"""Asks a person, or takes the default where nobody is asked. Raises `Unanswered`."""


class Unanswered(Exception):
    """A question that has no default, and nobody to ask; its message names the option."""


def provider_of(given: Given, address: str, ask: Ask, ids: Sequence[str]) -> Provider | None:
    """Whose servers these are: as told, else guessed from the address; "other" for none that is known."""
    if given.provider is None and given.imap_host is not None:
        return None
    guess = guessed(address)
    told = given.provider or ask(
        Question("--provider", "Mail provider", guess.id if guess else "other", (*ids, "other"))
    )
    return provider_called(told)


def servers_of(given: Given, provider: Provider | None, address: str, ask: Ask) -> tuple[Server, Server]:
    """The mailbox's server and the relay; what was told goes before what the provider has."""
    domain = domain_of(address)
    if provider is not None:
        imap, smtp = provider.imap.at(address), provider.smtp.at(address)
    else:
        imap = _asked_for("IMAP", given.imap_host, given.imap_tls, f"imap.{domain}", ask, {"ssl": 993, "starttls": 143})
        smtp = _asked_for("SMTP", given.smtp_host, given.smtp_tls, f"smtp.{domain}", ask, {"ssl": 465, "starttls": 587})
    return (
        _told(imap, given.imap_host, given.imap_tls, given.imap_port),
        _told(smtp, given.smtp_host, given.smtp_tls, given.smtp_port),
    )


def _asked_for(
    protocol: str, host: str | None, tls: str | None, default: str, ask: Ask, ports: Mapping[str, int]
) -> Server:
    option = protocol.lower()
    host = host or ask(Question(f"--{option}-host", f"{protocol} server", default))
    tls = tls or ask(Question(f"--{option}-tls", f"{protocol} protection", "ssl", ("ssl", "starttls", "plain")))
    return Server.model_validate({"host": host, "tls": tls, "port": ports.get(tls, 143 if option == "imap" else 25)})


def _told(server: Server, host: str | None, tls: str | None, port: int | None) -> Server:
    told = {"host": host, "tls": tls, "port": port}
    return Server.model_validate(server.model_dump() | {key: each for key, each in told.items() if each is not None})


def answers_of(
    given: Given,
    address: str,
    provider: Provider | None,
    servers: tuple[Server, Server],
    policy: str,
    secret: Mapping[str, str] | None,
    folder: Path,
    ask: Ask,
) -> Answers:
    """The rest of the answers, asked for where they were not given."""
    language = given.language or ask(
        Question("--language", "Language of mails that show none", "zh-CN", ("zh-CN", "en"))
    )
    zone = given.timezone or ask(Question("--timezone", "Time zone", "Asia/Shanghai"))
    engineers = engineers_of(given.engineers, ask)
    imap, smtp = servers
    username = given.username or ask(Question("--username", "User name at the servers", address))
    return Answers(
        address=address,
        name=given.name,
        language=language,
        timezone=zone,
        imap=imap,
        smtp=smtp,
        username=username,
        smtp_username=username if given.smtp_login else None,
        folder=given.folder,
        secret=secret,
        oauth=_oauth(given, provider, ask) if secret is None else None,
        ca_file=given.ca_file,
        null_reverse_path=provider.null_reverse_path if provider else True,
        policy=policy,
        state_dir=given.state_dir or usual_state_dir(folder),
        engineers=engineers,
        lead=given.lead or ask(Question("--lead", "Who is told when a promise is overdue", engineers[0].address)),
    )


def engineers_of(told: Sequence[str], ask: Ask) -> Sequence[Person]:
    """The engineers in `Name <address>` or plain addresses. Raises `Unanswered` when there is none."""
    words = told or ask(
        Question("--engineer", "Engineers, like Li Lei <li@example.com>, with commas between", None)
    ).split(",")
    people = [Person(address, name or address.partition("@")[0]) for name, address in map(parseaddr, words) if address]
    if not people:
        raise Unanswered("--engineer: name at least one, like 'Li Lei <li@example.com>'")
    return people


def usual_state_dir(folder: Path) -> Path:
    """Where state is kept: as systemd has it for a desk set up in /etc, else in a folder beside the settings."""
    return Path("/var/lib/postdesk") if folder.absolute().is_relative_to("/etc") else Path("state")


def _oauth(given: Given, provider: Provider | None, ask: Ask) -> Mapping[str, object]:
    assert provider is not None
    client = given.client_id or ask(Question("--client-id", "Application (client) id registered at the provider", None))
    tenant = {"tenant": given.tenant} if given.tenant else {}
    return {"provider": provider.id, "client_id": client, **tenant}
