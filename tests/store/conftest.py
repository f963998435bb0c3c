"""A migrated store on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from daemon.store.database import Store
from daemon.store.migrate import migrate


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A new database with this program's schema, once of each kind."""
    store = Store(database_url)
    try:
        migrate(store)
        yield store
    finally:
        store.close()
