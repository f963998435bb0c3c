"""A change of any file of a desk is seen, however it is made, once it has come to rest."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from daemon.policies import shipped_packs
from daemon.watching.changes import Changes
from tests.house import House

Edit = Callable[[Path], None]


@pytest.fixture
def desk(small_house: House) -> House:
    """A desk whose files are all its own."""
    return owning(small_house)


def owning(house: House) -> House:
    shutil.copytree(shipped_packs() / "basic", house.folder / "pack")
    (house.folder / "words" / "en").mkdir(parents=True)
    (house.folder / "words" / "en" / "reply.j2").write_text("{# ours #}", "utf-8")
    house.settings |= {"policy": "./pack", "templates": "./words"}
    house.write()
    return house


def append(path: Path) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write("\n")


def replace_by_rename(path: Path) -> None:
    other = path.with_name("other")
    shutil.copyfile(path, other)
    other.rename(path)


def rewrite_with_the_old_date(path: Path) -> None:
    before = path.stat()
    path.write_bytes(path.read_bytes()[:-1] + b" ")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def remove(path: Path) -> None:
    path.unlink()


def forbid(path: Path) -> None:
    path.chmod(0o400)


FILES = ("postdesk.yaml", "people.yaml", "pack/policy.yaml", "pack/rules.yaml", "pack/examples.yaml")


@pytest.mark.parametrize("edit", [append, replace_by_rename, rewrite_with_the_old_date, remove, forbid])
@pytest.mark.parametrize("name", [*FILES, "words/en/reply.j2"])
def test_each_file_is_watched_whatever_is_done_to_it(desk: House, name: str, edit: Edit) -> None:
    changes = Changes(desk.config)
    assert not changes.settled()
    edit(desk.folder / name)
    assert not changes.settled(), "it may be half written"
    assert changes.settled()
    changes.taken(changes.look())
    assert not changes.settled()


def test_files_that_are_still_being_written_are_left_until_they_rest(desk: House) -> None:
    changes = Changes(desk.config)
    for name in FILES:
        append(desk.folder / name)
        assert not changes.settled()
    assert changes.settled()


def test_a_new_file_beside_the_others_is_seen(desk: House) -> None:
    changes = Changes(desk.config)
    (desk.folder / "words" / "en" / "closed.j2").write_text("{# ours #}", "utf-8")
    assert [changes.settled(), changes.settled()] == [False, True]


def test_a_link_that_leads_elsewhere_is_seen(desk: House) -> None:
    for version in ("one", "two"):
        shutil.copytree(desk.folder / "pack", desk.folder / version)
    shutil.rmtree(desk.folder / "pack")
    link = desk.folder / "pack"
    link.symlink_to("one")
    changes = Changes(desk.config)
    assert not changes.settled()
    _turn(link, "two")
    assert [changes.settled(), changes.settled()] == [False, True]


def test_what_a_container_mounts_anew_is_seen_and_the_folders_behind_it_are_no_templates(desk: House) -> None:
    words = desk.folder / "words" / "en"
    for version in ("..1", "..2"):
        (words / version).mkdir()
        shutil.copyfile(words / "reply.j2", words / version / "reply.j2")
    (words / "reply.j2").unlink()
    (words / "..data").symlink_to("..1")
    (words / "reply.j2").symlink_to("..data/reply.j2")
    changes = Changes(desk.config)
    assert {each.name for each in changes.look()} == {*(Path(name).name for name in FILES), "handbook.yaml", "reply.j2"}
    _turn(words / "..data", "..2")
    assert [changes.settled(), changes.settled()] == [False, True]


def test_settings_that_name_other_files_are_followed_even_while_they_are_faulty(desk: House) -> None:
    changes = Changes(desk.config)
    shutil.copytree(desk.folder / "pack", desk.folder / "second")
    desk.settings |= {"policy": "./second", "smtp": {"nonsense": 1}}
    desk.write()
    assert desk.folder / "second" / "policy.yaml" in changes.look()
    desk.config.write_text("desk: [\n", "utf-8")
    assert desk.folder / "second" / "policy.yaml" in changes.look()


def _turn(link: Path, to: str) -> None:
    """Let a link lead elsewhere in one step, as a container does."""
    fresh = link.with_name("fresh")
    fresh.symlink_to(to)
    fresh.rename(link)
