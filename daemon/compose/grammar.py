"""What a template may contain: text, facts, filters of ours, `if`, and one `for` over the lines of a fact.

Nothing else passes: no attribute, no call, no include, no assignment, no arithmetic, no loop within a loop. So every
template ends, soon and with an output in proportion to its facts, and there is nothing in it to escape from; the
sandbox of the engine is a second wall. (Jinja2's sandbox alone stops neither `'a' * 10**8` nor nested loops.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from jinja2 import Environment, TemplateSyntaxError, nodes

from daemon.faults import Fault
from rules.vocabulary import nearest

_ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.If,
    nodes.CondExpr,
    nodes.For,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Filter,
    nodes.Test,
    nodes.Keyword,
)
_REFUSED: tuple[tuple[tuple[type[nodes.Node], ...], str], ...] = (
    ((nodes.Getattr, nodes.Getitem), "facts are plain values without attributes or items"),
    ((nodes.Call, nodes.Macro, nodes.CallBlock), "a template cannot call anything; use a filter: fact | filter"),
    ((nodes.Include, nodes.Extends, nodes.Import, nodes.FromImport), "a template cannot read another file"),
    ((nodes.Assign, nodes.AssignBlock, nodes.With), "a template cannot set a variable"),
    ((nodes.BinExpr, nodes.UnaryExpr, nodes.Concat), "a template cannot calculate"),
    ((nodes.Block,), "blocks stand side by side, never inside one another"),
)
_STATEMENT = re.compile(r"\{[{%]-?\s*")


@dataclass(frozen=True, slots=True)
class Form:
    """What one kind of template file must look like: its blocks, and the facts that each may name."""

    required: frozenset[str]
    optional: frozenset[str]
    facts: frozenset[str]

    @property
    def blocks(self) -> frozenset[str]:
        """All blocks that may occur."""
        return self.required | self.optional


def grammar_faults(file: str, source: str, form: Form, environments: Mapping[str, Environment]) -> Iterator[Fault]:
    """Every fault that reading shows; `environments` gives the one that each block is rendered in."""
    lines = source.splitlines()
    try:
        tree = next(iter(environments.values())).parse(source, file, file)
    except TemplateSyntaxError as error:
        yield _at(file, lines, error.lineno, "", error.message or "not a template")
        return
    found: dict[str, nodes.Block] = {}
    for node in tree.body:
        match node:
            case nodes.Block() if node.name not in form.blocks:
                hint = nearest(node.name, form.blocks)
                yield _at(file, lines, node.lineno, node.name, f"unknown block {node.name!r}{hint}")
            case nodes.Block():
                found[node.name] = node
            case _ if word := _first_word(node):
                yield _at(file, lines, node.lineno, word, "only blocks are sent; this stands outside of them")
    for name in sorted(form.required - found.keys()):
        yield Fault(file, 1, 1, f"missing block {name!r}")
    for name, block in found.items():
        walk = _Walk(file, lines, form.facts, environments[name])
        for child in block.body:
            yield from walk.faults(child, None)


def _first_word(node: nodes.Node) -> str:
    """The first word that stands outside of blocks, empty if only blank space and comments do."""
    if not isinstance(node, nodes.Output):
        return "{%"
    shown = (part.data if isinstance(part, nodes.TemplateData) else "{{" for part in node.nodes)
    return next((data.split()[0] for data in shown if data.strip()), "")


@dataclass(frozen=True, slots=True)
class _Walk:
    """A visit to every node of one block."""

    file: str
    lines: list[str]
    facts: frozenset[str]
    environment: Environment

    def faults(self, node: nodes.Node, line_name: str | None) -> Iterator[Fault]:
        """The faults at and below `node`; `line_name` is the variable of the loop around it, if there is one."""
        if type(node) not in _ALLOWED:
            reasons = (why for kinds, why in _REFUSED if isinstance(node, kinds))
            yield self._at(node, "", next(reasons, f"a template cannot use {type(node).__name__}"))
            return
        match node:
            case nodes.Name():
                yield from self._name_faults(node, line_name)
            case nodes.Filter(name=name):
                yield from self._word_faults(node, name, "filter", self.environment.filters)
            case nodes.Test(name=name):
                yield from self._word_faults(node, name, "test", self.environment.tests)
            case nodes.For():
                yield from self._loop_faults(node, line_name)
                line_name = node.target.name if isinstance(node.target, nodes.Name) else ""
        for child in node.iter_child_nodes():
            yield from self.faults(child, line_name)

    def _name_faults(self, node: nodes.Name, line_name: str | None) -> Iterator[Fault]:
        if node.ctx == "load" and node.name != line_name and node.name not in self.facts:
            hint = nearest(node.name, self.facts)
            yield self._at(node, node.name, f"{node.name!r} is not a fact of this notice{hint}")

    def _word_faults(self, node: nodes.Node, name: str, sort: str, valid: Mapping[str, object]) -> Iterator[Fault]:
        if name not in valid:
            yield self._at(node, name, f"unknown {sort} {name!r}{nearest(name, valid)}")

    def _loop_faults(self, node: nodes.For, line_name: str | None) -> Iterator[Fault]:
        over_lines = isinstance(node.iter, nodes.Filter) and node.iter.name == "lines"
        nested = line_name is not None
        if nested or node.recursive or not over_lines or not isinstance(node.target, nodes.Name):
            yield self._at(node, "for", "the only loop is: for line in fact | lines, not inside another loop")

    def _at(self, node: nodes.Node, word: str, message: str) -> Fault:
        # The engine gives some wrappers no line of their own; what they wrap has one.
        line = next((each.lineno for each in (node, *node.find_all(nodes.Node)) if each.lineno), 1)
        return _at(self.file, self.lines, line, word, message)


def _at(file: str, lines: list[str], lineno: int, word: str, message: str) -> Fault:
    """A fault at `word` on that line, within an expression or statement if possible, else at the first of these."""
    line = lines[lineno - 1] if 0 < lineno <= len(lines) else ""
    start = _STATEMENT.search(line)
    first = start.start() if start else len(line) - len(line.lstrip())
    whole = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)")
    use = (whole.search(line, first) or whole.search(line)) if word else None
    return Fault(file, max(lineno, 1), (use.start() if use else first) + 1, message)
