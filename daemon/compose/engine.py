"""The template engine as we allow it: two sandboxes, one for plain text and one for HTML, and our own few filters.

Subject and text are written as they are, HTML is escaped; which of the two a block gets depends on its name, so that
no author can forget it. Mail text reaches a template as a value and is never itself a template.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from jinja2 import Environment, StrictUndefined, Template, Undefined, nodes, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS
from markupsafe import Markup, escape

from daemon.compose.subjects import bare_subject
from rules.calendar import local_text

OUTPUT_CHARS = 4_000_000
"""The most that one block may write: a longest text of 200,000 characters, escaped, fits several times."""

LOOP_LINES = 500
"""The most lines that `lines` gives; `{{ fact }}` writes a long text whole."""

_GLIMPSE_CHARS = 90


class TooLong(Exception):
    """A block wrote more than `OUTPUT_CHARS`."""


class _Sandbox(ImmutableSandboxedEnvironment):
    """A sandbox without any attribute or call: templates get plain values and need neither."""

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        return False

    def is_safe_callable(self, obj: object) -> bool:
        return False


def environments(zone: str) -> Mapping[str, Environment]:
    """The environment of each block; moments are written as in `zone`, an IANA name."""
    filters: dict[str, Callable[..., object]] = {
        "when": _when_in(zone),
        "bare": _bare,
        "lines": _lines,
        "glimpse": _glimpse,
    }
    plain, html = _sandbox(filters), _sandbox({**filters, "breaks": _breaks})
    html.autoescape = True
    return {"subject": plain, "preview": plain, "text": plain, "html": html}


def _sandbox(filters: Mapping[str, Callable[..., object]]) -> Environment:
    environment = _Sandbox(undefined=StrictUndefined, finalize=_writable, trim_blocks=True, lstrip_blocks=True)
    environment.globals.clear()
    environment.filters = dict(filters)
    environment.tests = {name: TESTS[name] for name in ("defined", "none")}
    return environment


def _writable(value: object) -> object:
    """The value if it can stand in a mail as it is; a missing fact raises when it is written."""
    match value:
        case bool():
            raise TypeError("a truth value is for 'if' and is not written out")
        case str() | int() | Undefined():
            return value
        case None:
            raise TypeError("a fact is unknown here and cannot be written; put it between 'if fact' and 'endif'")
        case datetime():
            raise TypeError("a moment is written with the filter 'when'")
        case _:
            raise TypeError(f"a {type(value).__name__} cannot be written")


def _when_in(zone: str) -> Callable[[Context, datetime], str]:
    @pass_context
    def when(context: Context, instant: datetime) -> str:
        if not isinstance(instant, datetime):
            raise TypeError("'when' is for a moment that is known; put it between 'if fact' and 'endif'")
        return local_text(instant, zone, context["language"])

    return when


# `str` raises for a fact that is missing, and says which.


def _bare(subject: object, number: object) -> str:
    return bare_subject(str(subject), str(number))


def _lines(text: object) -> list[str]:
    return [line for line in str(text).split("\n") if line.strip()][:LOOP_LINES]


def _glimpse(text: object) -> str:
    """The beginning of a text on one line, for the list of mails on a telephone."""
    start = " ".join(str(text)[: 4 * _GLIMPSE_CHARS].split())
    return start if len(start) <= _GLIMPSE_CHARS else start[: _GLIMPSE_CHARS - 1] + "…"


def _breaks(text: object) -> Markup:
    """Escaped text with its line breaks as elements, since Outlook knows no `white-space: pre-wrap`."""
    return escape(str(text)).replace("\n", Markup("<br>"))


@dataclass(frozen=True, slots=True)
class Sheet:
    """One template file, each block compiled in its own environment."""

    file: str
    compiled: Mapping[str, Template]

    def block(self, name: str, facts: dict[str, object]) -> str:
        """What the block writes with these facts, without blank space around it; empty if there is no such block.

        Raises TooLong, and whatever the engine or a filter raises for facts that do not fit.
        """
        template = self.compiled.get(name)
        if template is None:
            return ""
        write = template.blocks[name]
        pieces: list[str] = []
        room = OUTPUT_CHARS
        for piece in write(template.new_context(facts)):
            room -= len(piece)
            if room < 0:
                raise TooLong(f"block {name!r} writes more than {OUTPUT_CHARS} characters")
            pieces.append(piece)
        return "".join(pieces).strip()

    def line_of(self, error: BaseException) -> int | None:
        """The line of this file at which `error` came up, None if it came from elsewhere."""
        line, step = None, error.__traceback__
        while step:
            code = step.tb_frame.f_code
            if code.co_filename == self.file:
                block = code.co_name.removeprefix("block_")
                line = self.compiled[block].get_corresponding_lineno(step.tb_lineno)
            step = step.tb_next
        return line


def sheet(file: str, source: str, environment_of: Mapping[str, Environment]) -> Sheet:
    """Compile a template whose grammar has been checked. Raises jinja2.TemplateError if the engine disagrees."""
    # The environments share a syntax, so what one of them parses is meant for all.
    tree = next(iter(environment_of.values())).parse(source, file, file)
    blocks: dict[str, list[nodes.Node]] = {}
    for node in tree.body:
        if isinstance(node, nodes.Block):
            blocks.setdefault(node.name, []).append(node)
    return Sheet(file, {name: _compiled(file, of, environment_of[name]) for name, of in blocks.items()})


def _compiled(file: str, blocks: list[nodes.Node], environment: Environment) -> Template:
    """A template of the blocks of one name, of which the engine refuses a second; the others need other filters."""
    tree = nodes.Template(blocks, lineno=1)
    tree.set_environment(environment)
    return Template.from_code(environment, environment.compile(tree, file, file), {})
