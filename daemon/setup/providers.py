"""Mail providers and what they want, as `config/providers.yaml` has it; guessed from an address."""

from __future__ import annotations

from functools import cache
from typing import Annotated

from pydantic import Field

from daemon.resources import resource
from daemon.settings_servers import Tls
from daemon.settings_values import Flag
from daemon.yaml_files import load
from rules.vocabulary import Declared, Names


class Server(Declared):
    """Where one server is; `{domain}` in a host stands for that of the address."""

    host: str
    tls: Tls
    port: Annotated[int, Field(ge=1, le=65_535)]

    def at(self, address: str) -> Server:
        """The server for this address."""
        return self.model_copy(update={"host": self.host.replace("{domain}", domain_of(address))})


class Provider(Declared):
    """One provider. `secret` names what goes in the place of the password; `oauth` is for those that take none."""

    id: str
    name: str
    domains: tuple[str, ...]
    imap: Server
    smtp: Server
    secret: Names
    oauth: Flag = False
    null_reverse_path: Flag = True
    notes: Names


@cache
def providers() -> tuple[Provider, ...]:
    """Every provider that is known."""
    return load(resource("config/providers.yaml"), tuple[Provider, ...])


def provider_called(name: str) -> Provider | None:
    """The provider of this id."""
    return next((each for each in providers() if each.id == name), None)


def guessed(address: str) -> Provider | None:
    """Whose address this is, by its domain; None for a domain of one's own, which says nothing."""
    domain = domain_of(address)
    return next((each for each in providers() if any(_within(domain, known) for known in each.domains)), None)


def provider_of_host(host: str) -> Provider | None:
    """Whose server this is."""
    for each in providers():
        hosts = {server.host for server in (each.imap, each.smtp)}
        hosts |= {host.replace("{domain}", domain) for host in hosts for domain in each.domains}
        if host.lower() in hosts:
            return each
    return None


def domain_of(address: str) -> str:
    """The part behind the @, in small letters."""
    return address.rpartition("@")[2].lower()


def _within(domain: str, known: str) -> bool:
    return domain == known or domain.endswith("." + known)
