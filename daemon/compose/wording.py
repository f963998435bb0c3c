"""What the desk says: the templates of every language, checked as a whole when loaded, and rendered for one notice.

The shipped folder holds `frame.j2` (the look of every mail) and one folder for each language: a file for each kind of
notice, the footers for customers and for the desk, and `fallback.j2` with the least that can be said. A site folder of
the same layout replaces files one by one, or adds a language. A notice can have wordings beside the usual one, which
rules choose: `acknowledgement.outage.j2` is chosen as `outage`, where there is one in the language of the reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, TemplateError, UndefinedError
from markupsafe import Markup

from daemon.compose.cleaning import many_lines, one_line
from daemon.compose.engine import Sheet, TooLong, environments, sheet
from daemon.compose.grammar import Form, grammar_faults
from daemon.compose.samples import facts_of, trials
from daemon.faults import Fault, Faults
from rules.model import Audience
from rules.notices import ABOUT_DESK, ABOUT_TICKET, KINDS
from rules.vocabulary import nearest

_SOURCE_BYTES = 65_536
_SUBJECT_CHARS = 200
_FACT_CHARS = 300
_LONG_FACTS = frozenset({"text", "why"})
_CHOSEN = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")

_ALWAYS = ABOUT_TICKET | ABOUT_DESK
_NOTICE_BLOCKS = frozenset({"subject", "text", "html"})
_FOOTERS = {Audience.CUSTOMER: "footer_customer", Audience.DESK: "footer_desk"}
_FRAME = Form(frozenset({"text", "html"}), frozenset(), _ALWAYS | {"body", "footer", "preview"})
_FORMS: Mapping[str, Form] = {
    **{kind: Form(_NOTICE_BLOCKS, frozenset({"preview"}), facts_of(kind) | ABOUT_DESK) for kind in KINDS},
    **{name: Form(frozenset({"text", "html"}), frozenset(), _ALWAYS) for name in _FOOTERS.values()},
    "fallback": Form(_NOTICE_BLOCKS, frozenset(), _ALWAYS.union(*(kind.facts for kind in KINDS.values()))),
}
"""What each file of a language must look like, by its name without `.j2`."""


@dataclass(frozen=True, slots=True)
class Words:
    """A notice in words. `fault` says which template failed at this moment and was replaced by a shipped one."""

    language: str
    subject: str
    text: str
    html: str
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Wording:
    """The templates in force and the shipped ones to fall back on, with their languages. Made by `load_wording`."""

    sheets: Mapping[str, Sheet]
    languages: frozenset[str]
    shipped: Mapping[str, Sheet]
    shipped_languages: frozenset[str]
    default_language: str

    def language_for(self, wanted: str) -> str:
        """The language to write in: the wanted one, else a dialect of it, else the desk's own."""
        return _nearest_language(wanted, self.languages, self.default_language)

    def chosen_of(self, kind: str) -> frozenset[str]:
        """The wordings of a kind beside the usual one, in any language."""
        stems = (name.partition("/")[2].partition(".") for name in self.sheets)
        return frozenset(chosen for stem, _, chosen in stems if stem == kind and chosen)

    def render(self, kind: str, language: str, facts: Mapping[str, object], chosen: str = "") -> Words:
        """Say a notice of `kind`, in the `chosen` wording or the usual one.

        The template sees the facts of its kind and those of `ABOUT_DESK`, and no others.

        A failing template never keeps a mail back: the shipped one takes its place, then the shortest one there is.
        Raises KeyError for an unknown kind, and the engine's own error only if that last one fails.
        """
        known = {name: _clean(name, facts[name]) for name in facts_of(kind) | ABOUT_DESK if name in facts}
        spoken = self.language_for(language)
        stem = f"{kind}.{chosen}" if f"{spoken}/{kind}.{chosen}" in self.sheets else kind
        try:
            return _say(self.sheets, kind, stem, {**known, "language": spoken})
        except Exception as error:  # noqa: BLE001 - whatever a template does, the mail must leave; the caller is told
            fault = _located(self.sheets.values(), error)
        known["language"] = _nearest_language(language, self.shipped_languages, self.default_language)
        try:
            words = _say(self.shipped, kind, kind, known)
        except Exception:  # noqa: BLE001 - the facts themselves do not fit; the shortest wording needs few of them
            words = _say(self.shipped, kind, "fallback", known)
        return replace(words, fault=fault)


def load_wording(shipped: Path, site: Path | None, zone: str, default_language: str = "en") -> Wording:
    """Read, check and try every template; moments will be written as in `zone` (an IANA name).

    Raises Faults with everything that is wrong: what is missing, what the grammar refuses, what is no fact of its
    notice, and what fails with sample facts.
    """
    environment_of = environments(zone)
    files = template_files(shipped)
    faults: list[Fault] = []
    base = dict(_compiled(files, environment_of, faults))
    replaced = template_files(site) if site else {}
    own = dict(_compiled(replaced, environment_of, faults))
    faults += _misplaced(replaced)
    sheets = {**base, **own}
    names = files.keys() | replaced.keys()
    faults += _missing(site if replaced else shipped, names)
    if default_language not in _languages(names):
        faults.append(Fault(str(shipped), 1, 1, f"no templates in the default language {default_language!r}"))
    faults += _trial_faults(sheets)
    if faults:
        raise Faults(set(faults))
    return Wording(sheets, _languages(sheets), base, _languages(base), default_language)


def template_files(folder: Path) -> dict[str, Path]:
    """The template files below a folder, by their name in it without `.j2`; none where there is no folder.

    Hidden ones are an editor's, or the folders behind the links of a container's mount.
    """
    try:
        found = [(path.relative_to(folder), path) for path in sorted(folder.rglob("*.j2"))]
    except OSError:
        return {}
    return {below.with_suffix("").as_posix(): path for below, path in found if not _hidden(below)}


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _compiled(
    files: Mapping[str, Path], environment_of: Mapping[str, Environment], faults: list[Fault]
) -> Iterator[tuple[str, Sheet]]:
    """Each file that has no fault, compiled; the faults of the others are added to `faults`."""
    for name, path in files.items():
        form = _form(name)
        if form is None:
            folder, _, stem = name.rpartition("/")
            valid = _FORMS if folder else {"frame": _FRAME}
            faults.append(Fault(str(path), 1, 1, f"no notice is called {stem!r}{nearest(stem, valid)}"))
            continue
        try:
            source = _source(path)
            found = list(grammar_faults(str(path), source, form, environment_of))
            faults += found
            if not found:
                yield name, sheet(str(path), source, environment_of)
        except (OSError, ValueError, TemplateError) as error:
            faults.append(Fault(str(path), 1, 1, f"cannot be read: {error}"))


def _source(path: Path) -> str:
    raw = path.read_bytes()
    if len(raw) > _SOURCE_BYTES:
        raise ValueError(f"longer than {_SOURCE_BYTES} bytes")
    return raw.decode("utf-8-sig")


def _form(name: str) -> Form | None:
    """What a file of this name must look like, None if no such file is wanted."""
    folder, _, stem = name.rpartition("/")
    if not folder:
        return _FRAME if stem == "frame" else None
    kind, dot, chosen = stem.partition(".")
    wanted = kind in KINDS and _CHOSEN.fullmatch(chosen) if dot else True
    return _FORMS.get(kind) if wanted and _LANGUAGE.fullmatch(folder) else None


def _misplaced(replaced: Mapping[str, Path]) -> Iterator[Fault]:
    for name, path in replaced.items():
        if name.endswith("/fallback"):
            yield Fault(str(path), 1, 1, "the last resort cannot be replaced; it is what is left when a template fails")


def _missing(folder: Path | None, names: Iterable[str]) -> Iterator[Fault]:
    present = set(names)
    for language in sorted(_languages(present)):
        for stem in sorted(_FORMS.keys() - {"fallback"}):
            if f"{language}/{stem}" not in present:
                yield Fault(f"{folder}/{language}/{stem}.j2", 1, 1, f"missing: {language} has no {stem!r}")


def _languages(names: Iterable[str]) -> frozenset[str]:
    return frozenset(folder for folder, slash, _ in (name.partition("/") for name in names) if slash)


@lru_cache(maxsize=256)
def _nearest_language(wanted: str, languages: frozenset[str], otherwise: str) -> str:
    """RFC 4647 section 3.4 look-up, after which any Chinese is better served in `zh-CN` than in another language."""
    by_key = {language.casefold(): language for language in sorted(languages)}
    tag = wanted.replace("_", "-").casefold()
    while tag:
        if tag in by_key:
            return by_key[tag]
        tag = tag.rpartition("-")[0]
    if wanted.casefold().startswith("zh") and "zh-CN" in languages:
        return "zh-CN"
    return otherwise if otherwise in languages else "en"


def _clean(name: str, value: object) -> object:
    """The fact as a template may see it: words cleaned, a list of words as one line each."""
    match value:
        case str() if name in _LONG_FACTS:
            return many_lines(value)
        case str():
            return one_line(value, _FACT_CHARS)
        case list() | tuple():
            return "\n".join(one_line(str(each), _FACT_CHARS) for each in value)
        case _:
            return value


def _say(sheets: Mapping[str, Sheet], kind: str, stem: str, facts: dict[str, object]) -> Words:
    """A notice of `kind` in the words of the file `stem`, with the footer of its readers, in the frame."""
    language = facts["language"]
    notice = sheets[f"{language}/{stem}"]
    footer = sheets[f"{language}/{_FOOTERS[KINDS[kind].audience]}"]
    frame = sheets["frame"]
    subject = one_line(notice.block("subject", facts), _SUBJECT_CHARS)
    text = {"body": notice.block("text", facts), "footer": footer.block("text", facts), "preview": ""}
    html = {
        "body": _markup(notice, facts),
        "footer": _markup(footer, facts),
        "preview": notice.block("preview", facts),
    }
    return Words(str(language), subject, frame.block("text", {**facts, **text}), frame.block("html", {**facts, **html}))


def _markup(of: Sheet, facts: dict[str, object]) -> Markup:
    return Markup(of.block("html", facts))  # noqa: S704 - written by the escaping environment


def _trial_faults(sheets: Mapping[str, Sheet]) -> Iterator[Fault]:
    """What goes wrong when each notice is said with sample facts; files that are missing or refused are left out."""
    for language in sorted(_languages(sheets)):
        needed = {"frame"} | {f"{language}/{footer}" for footer in _FOOTERS.values()}
        for kind in sorted(KINDS) if needed <= sheets.keys() else ():
            for name in sheets:
                folder, _, stem = name.partition("/")
                if folder == language and stem.partition(".")[0] == kind:
                    yield from _kind_faults(sheets, kind, stem, language)


def _kind_faults(sheets: Mapping[str, Sheet], kind: str, stem: str, language: str) -> Iterator[Fault]:
    desk = {"desk_name": "技术支持 Support", "desk_address": "support@example.com", "language": language}
    for facts in trials(kind):
        try:
            words = _say(sheets, kind, stem, {**facts, **desk})
        except Exception as error:  # noqa: BLE001 - a trial is there to fail, in whatever way
            yield _located(sheets.values(), error)
            continue
        if not words.subject:
            yield Fault(sheets[f"{language}/{stem}"].file, 1, 1, "the subject is empty")


def _located(sheets: Iterable[Sheet], error: Exception) -> Fault:
    """Where a template failed and why, without a word of the facts: it goes to a log."""
    shown = isinstance(error, UndefinedError | TooLong | TypeError)
    message = str(error) if shown else type(error).__name__
    places = ((sheet.file, line) for sheet in sheets if (line := sheet.line_of(error)))
    file, line = next(places, ("templates", 1))
    return Fault(file, line, 1, message)
