"""The manual page of the command line, made from the commands themselves so that it can never lag behind."""

from __future__ import annotations

from collections.abc import Iterator

import click

_HEAD = r""".TH POSTDESK 1 "" "postdesk {version}" "User Commands"
.SH NAME
postdesk \- an email-driven ticketing daemon
.SH SYNOPSIS
.B postdesk
.I command
[\fIoptions\fR]
.SH DESCRIPTION
{about}
"""

_TAIL = r""".SH ENVIRONMENT
.TP
.B POSTDESK_CONFIG
The settings file, where \fB\-\-config\fR is not given.
.SH FILES
.TP
.I /etc/postdesk/postdesk.yaml
The settings.
.TP
.I /var/lib/postdesk
The database and the key of the reply tokens.
.SH EXIT STATUS
{statuses}
"""


def manual(root: click.Group, version: str, statuses: str) -> str:
    """The page in roff (man(7)), with every command and every option."""
    with click.Context(root, info_name="postdesk", **root.context_settings) as context:
        parts = [_HEAD.format(version=version, about=_text(root.help or ""))]
        parts.append(".SH COMMANDS\n")
        for path, command in _commands(root, context, ()):
            parts.append(_command(path, command, context))
    return "".join(parts) + _TAIL.format(statuses=_text(statuses))


def handbook(root: click.Group, statuses: str) -> str:
    """The same in Markdown, for reading in a browser: `docs/commands.md`."""
    parts = [
        "# Commands\n\nMade by `postdesk manual --markdown`.\n\nExit statuses: ",
        f"{statuses.replace(chr(10), ' ')}\n",
    ]
    with click.Context(root, info_name="postdesk", **root.context_settings) as context:
        for path, command in _commands(root, context, ()):
            parts.append(f"\n## postdesk {' '.join(path)}\n\n```\n{_help(path, command, context)}\n```\n")
    return "".join(parts)


def _help(path: tuple[str, ...], command: click.Command, parent: click.Context) -> str:
    with click.Context(
        command, info_name=" ".join(path), parent=parent, terminal_width=100, max_content_width=100
    ) as context:
        return command.get_help(context)


def _commands(
    group: click.Group, context: click.Context, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _commands(command, context, (*path, name))
        elif command is not None:
            yield (*path, name), command


def _command(path: tuple[str, ...], command: click.Command, parent: click.Context) -> str:
    with click.Context(command, info_name=" ".join(path), parent=parent) as context:
        usage = " ".join(command.collect_usage_pieces(context))
        records = [record for each in command.get_params(context) if (record := each.get_help_record(context))]
    options = "".join(f".RS\n.TP\n.B {_plain(names)}\n{_plain(said)}\n.RE\n" for names, said in records)
    return f".SS postdesk {_plain(' '.join(path))} {_plain(usage)}\n{_text(command.help or '')}{options}"


def _text(text: str) -> str:
    """Paragraphs in roff; what click keeps as it is (after a line of `\\b`) stays line by line."""
    lines: list[str] = []
    for block in text.replace("\r", "").split("\n\n"):
        kept, rest = block.startswith("\b\n"), block.removeprefix("\b\n")
        lines.append(".PP")
        if kept:
            lines += [".nf", *(_plain(line) for line in rest.splitlines()), ".fi"]
        else:
            lines.append(_plain(" ".join(rest.split())))
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped
