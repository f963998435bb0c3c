"""The YAML that configuration files may hold, and where faults in it are reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from daemon.faults import Faults
from daemon.yaml_files import read


def content_of(tmp_path: Path, text: str) -> object:
    file = tmp_path / "some.yaml"
    file.write_text(text, encoding="utf-8")
    return read(file).content


def faults_of(tmp_path: Path, raw: bytes) -> list[str]:
    file = tmp_path / "some.yaml"
    file.write_bytes(raw)
    with pytest.raises(Faults) as raised:
        read(file)
    return [str(fault).removeprefix(f"{file}:") for fault in raised.value.faults]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("18:00", "18:00"),
        ("9:30", "9:30"),
        ("09:30", "09:30"),
        ("no", "no"),
        ("on", "on"),
        ("NO", "NO"),
        ("yes", "yes"),
        ("2026-01-01", "2026-01-01"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("12", 12),
        ("-12", -12),
        ("012", 12),
        ("0o14", 12),
        ("0xC", 12),
        ("1_000", "1_000"),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("'12'", "12"),
        ('"true"', "true"),
        ("!!str 12", "12"),
        ("1.2.3", "1.2.3"),
        ("=", "="),
        ("<<", "<<"),
    ],
)
def test_a_scalar_means_what_yaml_1_2_says(tmp_path: Path, written: str, meant: object) -> None:
    assert content_of(tmp_path, f"key: {written}\n") == {"key": meant}
    assert type(content_of(tmp_path, f"- {written}\n")[0]) is type(meant)  # type: ignore[index]  # it is a list


def test_aliases_share_what_they_name(tmp_path: Path) -> None:
    assert content_of(tmp_path, "a: &x [1, 2]\nb: *x\n") == {"a": [1, 2], "b": [1, 2]}


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    assert content_of(tmp_path, "\ufeffkey: 1\n") == {"key": 1}


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join(['*' + before] * 9)}]\n" for before, name in zip("abcdef", "bcdefg", strict=True)
)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", "1:1: the file is empty"),
        (b"# only a comment\n", "1:1: the file is empty"),
        (b"a: 1\nb: 2\na: 3\n", "3:1: key 'a' is given twice (first in line 1)"),
        (b"a:\n\t- b\n", "2:1: not YAML: a tab cannot indent; use spaces"),
        (b"a: [1\nb: 2\n", "2:2: not YAML: did not find expected ',' or ']' (while parsing a flow sequence)"),
        (b"a: 1\nb: \xd6\xd0\n", "2:4: not UTF-8 (byte 0xD6): save the file as UTF-8"),
        (b"a: 1\n---\nb: 2\n", "2:1: a second document begins here: a file holds one"),
        (b"a: *b\n", "1:4: no value above is marked '&b'"),
        (b"a: &a [*a]\n", "1:8: an alias may not stand inside what it names"),
        (b"? [a, b]\n: c\n", "1:3: a key must be text"),
        (b"[" * 50_000, "1:102: nested more than 100 deep"),
        (b"- " * 50_000, "1:203: nested more than 100 deep"),
        (BOMB.encode(), "6:4: aliases make this larger than 400000 values"),
        (
            b'x: !!python/object/apply:os.system ["id"]\n',
            "1:4: the tag '!!python/object/apply:os.system' is not accepted",
        ),
        (b"x: !!binary aGk=\n", "1:4: the tag '!!binary' is not accepted"),
        (b"x: !secret name\n", "1:4: the tag '!secret' is not accepted"),
    ],
)
def test_what_is_not_accepted_is_refused_at_its_place(tmp_path: Path, raw: bytes, expected: str) -> None:
    assert faults_of(tmp_path, raw)[0].startswith(expected)


def test_faults_that_do_not_stop_the_reader_are_all_reported(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, b"a: 1\na: 2\nb: !x y\nc: {d: 1, d: 2}\n")
    assert [fault.split(": ")[0] for fault in faults] == ["2:1", "3:4", "4:11"]


def test_a_file_that_is_not_there_is_a_fault_and_not_a_crash(tmp_path: Path) -> None:
    with pytest.raises(Faults, match=r"gone\.yaml:1:1: cannot be read: No such file"):
        read(tmp_path / "gone.yaml")


def test_a_place_leads_to_a_scalar_itself_and_to_the_key_of_anything_larger(tmp_path: Path) -> None:
    file = tmp_path / "some.yaml"
    file.write_text("outer:\n  list:\n    - {inner: 5}\n", encoding="utf-8")
    document = read(file)
    assert (
        document.fault(("outer", "list", 0, "inner"), "").line,
        document.fault(("outer", "list", 0, "inner"), "").column,
    ) == (3, 15)
    assert (document.fault(("outer", "list"), "").line, document.fault(("outer", "list"), "").column) == (2, 3)
    assert (document.fault(("outer", "gone"), "").line, document.fault(("outer", "gone"), "").column) == (1, 1)
    assert document.fault(("outer", "list", 0, "inner", "[key]"), "").column == 8
