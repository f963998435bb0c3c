"""`docs/providers.md` from `config/providers.yaml`: `python -m daemon.setup.documentation > docs/providers.md`."""

from __future__ import annotations

import click

from daemon.setup.providers import Provider, Server, providers
from rules.vocabulary import in_language

_HEAD = """\
# Mail providers

`postdesk init` knows these. It guesses the provider from the address; a company's own domain is told with `--provider`.
What must be switched on at the provider comes first: without it every log-in is refused, and `postdesk probe` says so.
This page is made from `config/providers.yaml`.

| provider | `--provider` | addresses | IMAP | SMTP | in the place of the password |
|---|---|---|---|---|---|
"""

_TAIL = """
## What the columns mean for the settings

`tls: ssl` is TLS from the first byte; `tls: starttls` begins in clear and is protected before the log-in, or not used.
Relays of providers want the account's own address as sender, not an empty one, so `postdesk init` writes
`null_reverse_path: false` for them. They limit how much one account may send in a day and in a minute: see
`smtp.per_minute`.

## When the log-in is refused

```sh
postdesk probe --config postdesk.yaml                 # each step, what is wrong, and what to do
postdesk probe --config postdesk.yaml --round-trip    # and a mail to the desk itself, out and back; never a ticket
```

The exit status is 0 if all is well, 1 if a step went wrong, 2 if the settings have faults; `--json` names each trouble
by a stable word. Do not try again and again: wrong log-ins lock an account at many providers.
"""


def page() -> str:
    """The whole page."""
    rows = "".join(_row(each) for each in providers())
    return _HEAD + rows + "".join(_section(each) for each in providers()) + _TAIL


def _row(each: Provider) -> str:
    domains = ", ".join(each.domains) or "one's own domain"
    secret = in_language(each.secret, "en")
    return f"| {each.name} | `{each.id}` | {domains} | {_server(each.imap)} | {_server(each.smtp)} | {secret} |\n"


def _server(server: Server) -> str:
    return f"{server.host} {server.port} {server.tls}"


def _section(each: Provider) -> str:
    return f"\n## {each.name}\n\n{in_language(each.notes, 'en')}\n\n{in_language(each.notes, 'zh-CN')}\n"


if __name__ == "__main__":
    click.echo(page(), nl=False)
