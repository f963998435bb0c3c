"""The command `postdesk`. Each subcommand is loaded when it is called, so that starting costs little.

Exit statuses: 0 done; 1 the work failed; 2 the command, the settings or another file has faults, which are listed;
3 there is no such ticket; 75 try again later, because another daemon holds the database or a server cannot be reached
(the EX_TEMPFAIL of sysexits).
"""

from __future__ import annotations

import sys
from importlib import import_module

import click

from daemon.faults import Faults
from daemon.secrets import SecretUnreadable
from daemon.store.lock import Occupied

USAGE, NOT_FOUND, TRY_LATER = 2, 3, 75

_COMMANDS = ("check", "demo", "list", "migrate", "once", "run", "show")


class _Commands(click.Group):
    """Subcommands by the modules of `daemon.commands`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"daemon.commands.{cmd_name}").command
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="postdesk", prog_name="postdesk")
def postdesk() -> None:
    """Postdesk turns mail into tickets and keeps every promise made about them.

    \b
    Try it:     postdesk demo
    Look:       postdesk check --config postdesk.yaml
    Work:       postdesk run --config postdesk.yaml
    """


def main() -> None:
    """Run the command line; every expected failure is one clear answer and an exit status, never a traceback."""
    try:
        postdesk.main(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.exceptions.Exit as ended:
        sys.exit(ended.exit_code)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(wrong.exit_code)
    except Faults as found:
        for fault in found.faults:
            click.echo(str(fault), err=True)
        click.echo(f"postdesk: {len(found.faults)} fault(s), nothing was done", err=True)
        sys.exit(USAGE)
    except SecretUnreadable as unreadable:
        click.echo(f"postdesk: {unreadable}", err=True)
        sys.exit(USAGE)
    except Occupied as occupied:
        click.echo(f"postdesk: {occupied}; stop it first, or use another database", err=True)
        sys.exit(TRY_LATER)
