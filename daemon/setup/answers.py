"""What is known of a desk to be set up, and the files that say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from daemon.setup.filling import Key, scalar
from daemon.setup.providers import Server


@dataclass(frozen=True, slots=True)
class Person:
    """An engineer."""

    address: str
    name: str


@dataclass(frozen=True, slots=True)
class Answers:
    """Everything that the files of a new desk say.

    `secret` is how the settings name the password, None with `oauth`; `smtp_username` is None for a relay without
    log-in. `name` is None for the usual names.
    """

    address: str
    name: str | None
    language: str
    timezone: str
    imap: Server
    smtp: Server
    username: str
    smtp_username: str | None
    folder: str
    secret: Mapping[str, str] | None
    oauth: Mapping[str, object] | None
    ca_file: Path | None
    null_reverse_path: bool
    policy: str
    state_dir: Path
    engineers: Sequence[Person]
    lead: str

    def settings(self) -> Mapping[Key, object]:
        """What differs from the shipped example."""
        ca_file = str(self.ca_file) if self.ca_file else None
        logs_in = self.smtp_username is not None
        values: dict[Key, object] = {
            ("desk", "address"): self.address,
            ("desk", "timezone"): self.timezone,
            ("desk", "language"): self.language,
            ("desk", "id"): self.address.rpartition("@")[2],
            ("mailboxes", "host"): self.imap.host,
            ("mailboxes", "tls"): self.imap.tls,
            ("mailboxes", "port"): self.imap.port,
            ("mailboxes", "username"): self.username,
            ("mailboxes", "password"): self.secret,
            ("mailboxes", "oauth"): self.oauth,
            ("mailboxes", "folder"): self.folder,
            ("mailboxes", "ca_file"): ca_file,
            ("smtp", "host"): self.smtp.host,
            ("smtp", "tls"): self.smtp.tls,
            ("smtp", "port"): self.smtp.port,
            ("smtp", "username"): self.smtp_username,
            ("smtp", "password"): self.secret if logs_in else None,
            ("smtp", "oauth"): self.oauth if logs_in else None,
            ("smtp", "ca_file"): ca_file,
            ("smtp", "null_reverse_path"): self.null_reverse_path,
            ("state_dir",): str(self.state_dir),
            ("policy",): self.policy,
        }
        if self.name is not None:
            values |= {("desk", "name", language): self.name for language in ("zh-CN", "en")}
        return values

    def people(self, roles: Sequence[str]) -> str:
        """The people file; the lead holds every role that the policy pack names, until somebody says otherwise."""
        held = {role: [self.lead] for role in roles}
        return _PEOPLE.format(
            engineers="\n".join(_engineer(each, self.language) for each in self.engineers),
            lead=scalar(self.lead),
            roles=scalar(held) if held else "{}",
        )


def _engineer(person: Person, language: str) -> str:
    return (
        f"  - address: {scalar(person.address)}\n    name: {scalar(person.name)}\n    language: {scalar(language)}"
        "  # The language of mails to this engineer."
    )


_PEOPLE = """\
# Who works at the desk and for whom. A ticket goes where a rule or the policy pack sends it; otherwise to the first
# engineer who names its category, else to the first who names none.

engineers:
{engineers}
    # aliases: [li.lei@example.com]  # Other addresses this engineer writes from.
    # categories: [fault]            # Tickets that come to this engineer first; leave out to take any.
    # away:                          # Both days included; without a substitute the next one who fits is asked.
    #   - {{from: 2026-10-01, until: 2026-10-08, substitute: han@example.com}}

lead: {lead}  # Is told when a promise is overdue; must be one of the engineers.

# Who holds the roles that the pack names (manager, director, …).
roles: {roles}

# Customers known beforehand, each by address or by domain, like
#   - {{domain: bigcustomer.example, company: 大客户有限公司, level: VIP, language: zh-CN}}
customers: []
"""
