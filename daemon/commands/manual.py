"""`postdesk manual`: the manual page, and completion for the shell."""

from __future__ import annotations

from importlib.metadata import version

import click
from click.shell_completion import get_completion_class

from daemon import cli
from daemon.manual import handbook, manual

SHELLS = ("bash", "fish", "zsh")


@click.command(name="manual")
@click.option("--markdown", is_flag=True, help="In Markdown instead of roff.")
@click.option("--completion", type=click.Choice(SHELLS), help="Instead: a script that completes commands and options.")
def command(completion: str | None, *, markdown: bool) -> None:
    """Print the manual page, made from the commands themselves.

    \b
    Examples:   postdesk manual | man -l -
                postdesk manual > /usr/local/share/man/man1/postdesk.1
                postdesk manual --completion bash > /etc/bash_completion.d/postdesk
    """
    if markdown:
        click.echo(handbook(cli.postdesk, cli.STATUSES), nl=False)
        return
    if completion is None:
        click.echo(manual(cli.postdesk, version("postdesk"), cli.STATUSES))
        return
    made = get_completion_class(completion)
    assert made is not None
    click.echo(made(cli.postdesk, {}, "postdesk", "_POSTDESK_COMPLETE").source())
