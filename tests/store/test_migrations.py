"""The schema comes by migrations, is what the program thinks it is, and is applied once (T-MI-10)."""

from __future__ import annotations

import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from daemon.store.database import Store
from daemon.store.migrate import SchemaTooNew, migrate, migrate_if_safe, revisions, standing
from daemon.store.schema import metadata
from tests.house import CHECKOUT, House
from tests.letters import letter


def test_migrations_lead_to_the_tables_that_the_program_knows(store: Store) -> None:
    with store.read() as c:
        context = MigrationContext.configure(c, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_name_of_each_migration_begins_with_its_revision() -> None:
    script = ScriptDirectory(str(CHECKOUT / "daemon" / "store" / "migrations"))
    assert tuple(each.revision for each in script.walk_revisions()) == revisions()[::-1]


def test_an_up_to_date_database_is_left_alone(store: Store) -> None:
    assert standing(store).missing == ()
    assert migrate(store) == ()


def test_a_new_database_is_migrated_without_being_asked(database_url: str) -> None:
    fresh = Store(database_url)
    try:
        assert migrate_if_safe(fresh)
        assert standing(fresh).missing == ()
    finally:
        fresh.close()


def test_a_database_of_a_later_release_is_refused(store: Store) -> None:
    with store.write() as c:
        c.execute(text("UPDATE alembic_version SET version_num = 'from-the-future'"))
    with pytest.raises(SchemaTooNew, match="later Postdesk"):
        migrate(store)


NEXT = '''"""A step that a later release might bring."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket", sa.Column("mood", sa.Text()))
'''


def _next_release(folder: Path) -> Path:
    """This program with one more migration."""
    for part in ("daemon", "parsers", "rules", "templates", "config"):
        shutil.copytree(CHECKOUT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    head = ScriptDirectory(str(CHECKOUT / "daemon/store/migrations")).get_current_head()
    step = folder / "daemon/store/migrations/versions/9999_next.py"
    step.write_text(NEXT.format(head=head), "utf-8")
    return folder


def test_an_upgrade_copies_a_sqlite_file_first_and_a_shared_database_waits_for_its_keeper(
    house: House, tmp_path_factory: pytest.TempPathFactory
) -> None:
    house.post(letter())
    house.once()
    house.code = _next_release(tmp_path_factory.mktemp("next"))
    house.post(letter("bob@customer.test"))
    started = house.postdesk("once", check=False)
    if house.database_url.startswith("sqlite"):
        assert started.returncode == 0, started.stderr
        [copy] = house.folder.glob("desk.sqlite3.before-upgrade-from-*")
        assert copy.stat().st_mode & 0o077 == 0, "it holds everything that the desk knows"
        with closing(sqlite3.connect(copy)) as kept:
            assert kept.execute("SELECT count(*) FROM ticket").fetchall() == [(1,)]
    else:
        assert (started.returncode, "postdesk migrate" in started.stderr) == (2, True)
        assert "applied 9999" in house.postdesk("migrate").stdout
    assert {row.mood for row in house.rows("SELECT mood FROM ticket")} == {None}
    house.code = CHECKOUT
    for command in (("once",), ("show", "TS-20261120-001")):
        late = house.postdesk(*command, check=False)
        assert late.returncode == 2
        assert "only a later Postdesk knows" in late.stderr and "Traceback" not in late.stderr


def test_three_that_migrate_at_once_apply_everything_once(house: House) -> None:
    with ThreadPoolExecutor(3) as threads:
        done = list(threads.map(lambda _: house.postdesk("migrate", check=False), range(3)))
    assert {each.returncode for each in done} <= {0, 75}, [each.stderr for each in done]
    assert sum("applied" in each.stdout for each in done) == 1
    assert not any("Traceback" in each.stderr for each in done)
    assert "up to date" in house.postdesk("migrate").stdout
