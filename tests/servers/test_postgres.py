"""The throw-away PostgreSQL gives each test a database of its own."""

from __future__ import annotations

from sqlalchemy import create_engine, text

from tests.servers.postgres import Postgres


def test_two_databases_share_nothing(postgres: Postgres, postgres_url: str) -> None:
    other = postgres.new_database()
    for url in (postgres_url, other):
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE once (word text)"))
            connection.execute(text("INSERT INTO once VALUES ('工单')"))
            assert connection.execute(text("SELECT word FROM once")).scalars().all() == ["工单"]
        engine.dispose()
    postgres.drop(other)
