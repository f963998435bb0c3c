"""Policy packs and people, found and read from files; what is wrong with them is said all at once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import ValidationError

from daemon.faults import Fault, Faults
from daemon.yaml_files import Document, check, explained, read
from rules.coverage import Covered, Handbook, coverage, strangers
from rules.examples import Example, broken_examples
from rules.facts import TITLES
from rules.lint import Weight, lint, lint_calendars, lint_people, never_fired
from rules.notices import KINDS
from rules.people import People
from rules.policy import Policy
from rules.promises import ALWAYS
from rules.roles import DESK_ROLES
from rules.terms import LEVELS
from rules.vocabulary import Known, Place, nearest

T = TypeVar("T")

_MODELINE = re.compile(r"\A# yaml-language-server: .*\n")

FILES = {"rules": "rules.yaml", "examples": "examples.yaml", "handbook": "handbook.yaml"}
"""Files of a pack that hold what `policy.yaml` would have under this key."""

FILES_OF = {name: key for key, name in FILES.items()}


def shipped_packs() -> Path:
    """The folder of the packs that come with the program, in a wheel and in a checkout."""
    here = Path(__file__).resolve().parent
    inside = here / "_data" / "config" / "policies"
    return inside if inside.is_dir() else here.parent / "config" / "policies"


def pack_names() -> list[str]:
    """The names of the packs that come with the program."""
    return sorted(path.parent.name for path in shipped_packs().glob("*/policy.yaml"))


def load_policy(name_or_path: str, rules: Path | None = None) -> Policy:
    """The pack of this name, or in this folder; with the rules in this file instead of its own, if one is given.

    Raises `Faults` with every fault of all its files.
    """
    return _Pack(_folder(name_or_path), {"rules": rules} if rules is not None else {}).policy()


def _folder(name_or_path: str) -> Path:
    folder = Path(name_or_path) if "/" in name_or_path else shipped_packs() / name_or_path
    if not (folder / "policy.yaml").is_file():
        known = ", ".join(pack_names())
        message = f"there is no policy pack '{name_or_path}': name a folder with a policy.yaml, or one of {known}"
        raise Faults([Fault(str(folder / "policy.yaml"), 1, 1, message)])
    return folder


@dataclass(frozen=True, slots=True)
class Odd:
    """Something odd about a pack that can be loaded, at its place."""

    fault: Fault
    weight: Weight


def lint_policy(
    name_or_path: str, people: People | None = None, hits: Mapping[str, int] | None = None
) -> tuple[Odd, ...]:
    """What is odd about a pack; with people and with how often each rule held, what is odd for those.

    Raises `Faults` when it cannot be loaded.
    """
    pack = _Pack(_folder(name_or_path))
    policy = pack.policy()
    findings = [*lint(policy), *(lint_people(policy, people) if people is not None else ())]
    findings += never_fired(policy, hits) if hits is not None else ()
    return tuple(Odd(pack.fault(each.place, each.message), each.weight) for each in findings)


def lint_days(name_or_path: str, day: date) -> tuple[Fault, ...]:
    """What the calendars of a pack do not know about the days around this one. Raises `Faults`."""
    pack = _Pack(_folder(name_or_path))
    return tuple(pack.fault(each.place, each.message) for each in lint_calendars(pack.policy(), day))


def templates_wanted(name_or_path: str, known: Collection[str]) -> tuple[Fault, ...]:
    """Each rule of a pack that chooses a wording which is not among the known ones, at its place. Raises `Faults`."""
    pack = _Pack(_folder(name_or_path))
    return tuple(
        pack.fault(("rules", index, "then", "template"), f"no template is called 'acknowledgement.{chosen}.j2'")
        for index, rule in enumerate(pack.policy().rules)
        if (chosen := rule.then.template) is not None and chosen not in known
    )


def pack_coverage(name_or_path: str) -> tuple[Covered, ...]:
    """Which rows of the handbook behind a pack are kept, by what, and why not the rest. Raises `Faults`."""
    return _Pack(_folder(name_or_path)).coverage()


def pack_files(name_or_path: str) -> tuple[Path, ...]:
    """The files that a pack of one's own may have; none of a shipped one, which changes with the program alone."""
    return tuple(Path(name_or_path) / name for name in ("policy.yaml", *FILES_OF)) if "/" in name_or_path else ()


def copy_pack(name_or_path: str, folder: Path) -> None:
    """Copy a pack into a folder of its own, to be tuned there. Raises FileExistsError when the folder exists."""
    source = _folder(name_or_path)
    folder.mkdir(parents=True)
    for name in ("policy.yaml", *FILES_OF):
        if (source / name).is_file():
            text = (source / name).read_text(encoding="utf-8")
            (folder / name).write_text(_MODELINE.sub("", text), encoding="utf-8")


def load_people(path: Path, policy: Policy | None = None) -> People:
    """The people in a file; with a policy, what they take and are must be its own words. Raises `Faults`."""
    document = read(path)
    faults, people = check(document, People, _known_to_people(document, policy))
    if faults or people is None:
        raise Faults(faults)
    return people


class _Pack:
    """The files of one pack, read side by side so that their faults show together."""

    def __init__(self, folder: Path, instead: Mapping[str, Path] = MappingProxyType({})) -> None:
        """The files in a folder, but those in `instead` (by the keys of `FILES`) for its own."""
        self._folder = folder
        self._paths = {key: instead.get(key, folder / name) for key, name in {"": "policy.yaml", **FILES}.items()}
        self._documents: dict[str, Document] = {}
        faults: list[Fault] = []
        for key, path in self._paths.items():
            try:
                if not key or path.exists():
                    self._documents[key] = read(path)
            except Faults as error:
                faults += error.faults
        if faults:
            raise Faults(faults)

    def policy(self) -> Policy:
        content = self._documents[""].content
        if not isinstance(content, dict):
            raise Faults([self.fault((), "a policy is a mapping of keys: name, statuses, categories, …")])
        made = {key: self._documents[key].content for key in ("rules",) if key in self._documents}
        whole = {**content, **made, "id": self._folder.name, "digest": self._digest()}
        known = _known(whole)
        faults = [self.fault((key, "[key]"), f"unknown key '{key}'") for key in ("id", "digest") if key in content]
        faults += [
            self.fault((key, "[key]"), f"'{key}' stands in {FILES[key]} already") for key in made if key in content
        ]
        examples = self._part("examples", tuple[Example, ...], known, faults)
        handbook = self._part("handbook", Handbook, known, faults)
        faults += self._strangers(handbook)
        policy = self._checked(whole, known, faults)
        if policy is not None and not faults:
            faults += [self.fault(place, message) for place, message in broken_examples(policy, examples)]
        if faults or policy is None:
            raise Faults(dict.fromkeys(sorted(faults, key=lambda fault: (fault.file, fault.line, fault.column))))
        return policy

    def _checked(self, whole: dict[str, Any], known: Known, faults: list[Fault]) -> Policy | None:
        try:
            return Policy.model_validate(whole, context=known)
        except ValidationError as error:
            faults += [self.fault(place, message) for place, message in explained(error, Policy)]
            return None

    def coverage(self) -> tuple[Covered, ...]:
        """What became of each row of the handbook behind this pack; nothing for a pack without one."""
        faults: list[Fault] = []
        handbook = self._part("handbook", Handbook, None, faults)
        if faults:
            raise Faults(faults)
        return coverage(handbook, self._declarations())

    def _part(self, key: str, model: type[tuple[T, ...]], known: Known | None, faults: list[Fault]) -> tuple[T, ...]:
        """What one of the further files holds, or nothing where it is missing or faulty."""
        if key not in self._documents:
            return ()
        found, entries = check(self._documents[key], model, known)
        faults += found
        return entries or ()

    def _strangers(self, handbook: Handbook) -> Iterable[Fault]:
        if not handbook:
            return
        rows = [row.id for row in handbook]
        for name, place, row in strangers(handbook, self._declarations()):
            mounted = (FILES_OF[name], *place, "reference") if name in FILES_OF else (*place, "reference")
            yield self.fault(mounted, f"the handbook has no row '{row}'{nearest(row, rows)}")

    def _declarations(self) -> Mapping[str, object]:
        names = {"": "policy.yaml", "rules": FILES["rules"], "examples": FILES["examples"]}
        return {name: self._documents[key].content for key, name in names.items() if key in self._documents}

    def fault(self, place: Place, message: str) -> Fault:
        mounted = str(place[0]) if place and place[0] in self._documents else ""
        return self._documents[mounted].fault(place[1:] if mounted else place, message)

    def _digest(self) -> str:
        digest = hashlib.sha256()
        for key, path in self._paths.items():
            name = FILES.get(key, "policy.yaml")
            content = path.read_bytes() if path.exists() else b""
            digest.update(f"{name} {len(content)}\n".encode() + content)
        return digest.hexdigest()


def _known(whole: Mapping[str, Any]) -> Known:
    """What the files declare, as far as they can be read: references are held to it while all else is still checked."""
    levels = [level.id for level in LEVELS]
    categories = whole.get("categories")
    items = (
        [entry.get("items") for entry in categories if isinstance(entry, dict)] if isinstance(categories, list) else []
    )
    return Known(
        category=_ids(categories),
        fact=(*TITLES, *_ids(whole.get("facts"))),
        item=[item for listed in items for item in _ids(listed)],
        priority=_ids(whole.get("priorities")),
        impact=_ids(whole.get("impacts")) or levels,
        urgency=_ids(whole.get("urgencies")) or levels,
        series=whole["series"] if isinstance(whole.get("series"), dict) else (),
        calendar=(ALWAYS, *_ids(whole.get("calendars"))),
        clock=_ids(whole.get("clocks"), "name"),
        notice=KINDS,
        role=(*DESK_ROLES, *_ids(whole.get("roles"))),
        grade=_ids(whole.get("grades")),
    )


def _known_to_people(document: Document, policy: Policy | None) -> Known:
    teams = _ids(document.content.get("teams")) if isinstance(document.content, dict) else ()
    if policy is None:
        return Known(team=teams)
    return Known(
        team=teams,
        category=[category.id for category in policy.categories],
        grade=[grade.id for grade in policy.grades],
        role=(*DESK_ROLES, *(role.id for role in policy.roles)),
        calendar=[calendar.id for calendar in policy.calendars],
    )


def _ids(entries: object, key: str = "id") -> Iterable[str]:
    listed = entries if isinstance(entries, list) else []
    return [str(entry[key]) for entry in listed if isinstance(entry, dict) and key in entry]
