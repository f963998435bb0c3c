"""The command `postdesk`. Each subcommand is loaded when it is called, so that starting costs little."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pkgutil import iter_modules

import click

from daemon import commands

USAGE, NOT_FOUND, TRY_LATER = 2, 3, 75

STATUSES = """0: done. 1: the work failed, or what was asked about is not as it should be. 2: the command, the settings
or another file has faults, which are listed. 3: there is no such ticket or mail. 75: try again later, because another
daemon holds the database or a server cannot be reached (EX_TEMPFAIL of sysexits)."""


class _Commands(click.Group):
    """Subcommands by the modules of `daemon.commands`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(module.name for module in iter_modules(commands.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
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
    # The processes that read mails load the file by which the daemon was started, and this module with it: what is
    # imported at its top is carried once more by each of them.
    from daemon.faults import Faults
    from daemon.secrets import SecretUnreadable
    from daemon.store.database import StoreError
    from daemon.store.lock import Occupied
    from daemon.store.migrate import SchemaOutdated, SchemaTooNew

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
        click.echo(f"postdesk: nothing was done; mend the {len(found.faults)} fault(s) above first", err=True)
        sys.exit(USAGE)
    except (SecretUnreadable, SchemaTooNew, SchemaOutdated) as wrong:
        click.echo(f"postdesk: {wrong}", err=True)
        sys.exit(USAGE)
    except StoreError as error:
        click.echo(f"postdesk: the database cannot be used: {error.orig}", err=True)
        sys.exit(TRY_LATER)
    except Occupied as occupied:
        click.echo(f"postdesk: {occupied}; stop it first, or use another database", err=True)
        sys.exit(TRY_LATER)
    except OSError as error:
        sys.exit(_refused_by_system(error))


def _refused_by_system(error: OSError) -> int:
    """Say what a file or the system refused; nothing when whoever reads us, like `head`, has seen enough."""
    if isinstance(error, BrokenPipeError):
        # What is still in the buffer would be written at the end, and refused once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    else:
        click.echo(f"postdesk: {error.filename or 'the system'}: {error.strerror or error}", err=True)
    return 1
