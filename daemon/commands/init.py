"""`postdesk init`: a desk of one's own in a folder, its files written and its servers tried out."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from daemon.commands.probe import tried
from daemon.options import json_option, print_json
from daemon.policies import shipped_packs
from daemon.settings import Settings
from daemon.setup.asking import Ask, Given, Question, Unanswered, answers_of, provider_of, servers_of
from daemon.setup.findings import failed
from daemon.setup.providers import providers
from daemon.setup.showing import show
from daemon.setup.writing import SECRET, SETTINGS, AlreadyThere, policy_place, write
from rules.vocabulary import in_language

_TLS = click.Choice(["ssl", "starttls", "plain"])
_PORT = click.IntRange(1, 65_535)
_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command(name="init")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--address", metavar="ADDRESS", help="The address that customers write to.")
@click.option("--name", help="What stands beside it, in every language; by default 技术支持 or Technical Support.")
@click.option("--provider", type=click.Choice([*(each.id for each in providers()), "other"]), help="Whose servers.")
@click.option("--imap-host", metavar="HOST", help="The mailbox's server, when the provider is none of those.")
@click.option("--imap-tls", type=_TLS, help="How its link is protected.")
@click.option("--imap-port", type=_PORT, help="Its port; by default the usual one.")
@click.option("--smtp-host", metavar="HOST", help="The server that our mails leave by.")
@click.option("--smtp-tls", type=_TLS, help="How its link is protected.")
@click.option("--smtp-port", type=_PORT, help="Its port; by default the usual one.")
@click.option("--username", help="The user name at both; by default the address.")
@click.option("--smtp-login/--no-smtp-login", default=True, help="Whether the relay wants a log-in.", show_default=True)
@click.option("--folder", "mail_folder", default="INBOX", show_default=True, help="The folder that mail comes in by.")
@click.option("--password-file", type=_FILE, help="A file that holds the password; it is copied to one of mode 0600.")
@click.option("--password-env", metavar="NAME", help="An environment variable that holds it; it is copied likewise.")
@click.option("--client-id", help="For a provider that wants OAuth2: the registered application.")
@click.option("--tenant", help="For Microsoft 365: the directory's id.")
@click.option(
    "--ca-file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True, resolve_path=True),
    help="Certificates to trust instead of the system's.",
)
@click.option("--language", type=click.Choice(["zh-CN", "en"]), help="The language of mails that show none.")
@click.option("--timezone", metavar="ZONE", help="Like Asia/Shanghai or Europe/London.")
@click.option("--pack", metavar="NAME", help="The policy pack to copy and tune; by default basic.")
@click.option("--engineer", "engineers", multiple=True, metavar="'NAME <ADDRESS>'", help="May be given several times.")
@click.option("--lead", metavar="ADDRESS", help="Who is told of overdue promises; by default the first engineer.")
@click.option(
    "--state-dir",
    type=click.Path(path_type=Path, resolve_path=True),
    help="Where the desk keeps what it must not lose.",
)
@click.option("--yes", "-y", is_flag=True, help="Ask nothing: take the defaults, and fail where there is none.")
@click.option("--probe/--no-probe", default=True, show_default=True, help="Whether to try out the servers then.")
@click.option("--round-trip", is_flag=True, help="Try a mail to the desk itself as well.")
@json_option
def command(
    folder: Path,
    mail_folder: str,
    password_file: Path | None,
    password_env: str | None,
    yes: bool,
    probe: bool,
    round_trip: bool,
    as_json: bool,
    **told: Any,
) -> None:
    """Set a desk up in DIR: ask for what was not given, write settings, people and policy, try out the servers.

    Nothing is ever overwritten. The password is asked for, or read from a file or the environment; never give it as an
    option. The exit status is 0 if all is well, 1 if a server refused something (the files are written all the same),
    and 2 if an answer is missing or wrong, or a file is in the way (nothing is written then).

    \b
    Example:    postdesk init ./desk
                postdesk init ./desk --yes --address support@qq.com --password-file code.txt \\
                    --engineer 'Li Lei <li@example.com>'
    """
    given = Given(folder=mail_folder, **told)
    ask = _defaults if yes else _asked
    try:
        password, settings = _set_up(folder, given, ask, _password_source(password_file, password_env, yes))
    except Unanswered as missing:
        raise click.UsageError(str(missing)) from None
    except (AlreadyThere, OSError) as obstacle:
        raise click.UsageError(str(obstacle)) from None
    findings = tried(settings, 60.0 if round_trip else None) if probe and password is not None else []
    if as_json:
        print_json({"settings": str(folder / SETTINGS), "findings": [asdict(each) for each in findings]})
    else:
        if findings:
            show(findings, Console())
        _what_next(folder, settings.mailboxes[0].name, password is None)
    sys.exit(1 if failed(findings) else 0)


def _set_up(folder: Path, given: Given, ask: Ask, password: Callable[[str], str]) -> tuple[str | None, Settings]:
    """Ask, and write. The password is asked for where the provider takes one."""
    address = given.address or ask(Question("--address", "Address that customers write to"))
    provider = provider_of(given, address, ask, [each.id for each in providers()])
    servers = servers_of(given, provider, address, ask)
    language = given.language or "en"
    if provider is not None:
        click.echo(f"{provider.name}: {in_language(provider.notes, language)}", err=True)
    tokens = provider is not None and provider.oauth
    secret = None if tokens else password(in_language(provider.secret, language) if provider else "Password")
    pack = given.pack or ask(Question("--pack", "Policy pack", "basic", _packs()))
    named = None if tokens else {"file": SECRET}
    answers = answers_of(given, address, provider, servers, policy_place(pack), named, folder, ask)
    return secret, write(folder, answers, pack, secret)


def _password_source(file: Path | None, variable: str | None, silent: bool) -> Callable[[str], str]:
    def read(question: str) -> str:
        if file is not None:
            return file.read_text("utf-8").removesuffix("\n").removesuffix("\r")
        if variable is not None:
            value = os.environ.get(variable)
            if not value:
                raise Unanswered(f"--password-env: {variable} is not set")
            return value
        if silent:
            raise Unanswered("--password-file or --password-env: the password is asked for otherwise")
        answer: str = click.prompt(f"{question} (not shown)", hide_input=True, err=True)
        return answer

    return read


def _asked(question: Question) -> str:
    kind = click.Choice(question.choices) if question.choices else str
    answer: str = click.prompt(question.words, default=question.default, type=kind, err=True)
    return answer


def _defaults(question: Question) -> str:
    if question.default is None:
        raise Unanswered(f"{question.option} is missing")
    return question.default


def _packs() -> Sequence[str]:
    return sorted(path.parent.name for path in shipped_packs().glob("*/policy.yaml"))


def _what_next(folder: Path, mailbox: str, tokens: bool) -> None:
    config = folder / SETTINGS
    click.echo(f"Written: {config} and what it names. Next:")
    if tokens:
        click.echo(f"    postdesk oauth login {mailbox} --config {config}")
        click.echo(f"    postdesk probe --round-trip --config {config}")
    click.echo(f"    postdesk check --config {config}")
    click.echo(f"    postdesk run --observe --config {config}     # everything, but nothing is sent")
    click.echo(f"    postdesk run --config {config}")
