"""Peewee on SQLite: a database in memory for every run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from peewee import SqliteDatabase

from databases.given import parameters


def configure() -> None:
    from store.peewee_tables import database

    if database.obj is None:
        database.initialize(SqliteDatabase(":memory:"))


def run(function: Callable[..., Any], rows: int, record: Callable[[str], None]) -> None:
    """Call a case on a database of so many rows."""
    from store import peewee_tables as m

    class Counted(SqliteDatabase):
        counts = False

        def execute_sql(self, sql: str, *args: Any, **kwargs: Any) -> Any:
            if self.counts:
                record(sql)
            return super().execute_sql(sql, *args, **kwargs)

    database = Counted(":memory:")
    m.database.initialize(database)
    database.create_tables([m.Owner, m.Tag, m.Pet, m.PetTag])
    numbers = range(1, rows + 1)
    for i in numbers:
        m.Owner.create(id=i, name=f"owner{i}")
        m.Tag.create(id=i, word=f"tag{i}")
    for i in numbers:
        for k in range(2):
            m.Pet.create(id=2 * i - k, name=f"pet{i}", owner=i)
        m.PetTag.create(pet=i, tag=i)
    arguments = {name: GIVEN[name](rows) for name in parameters(function)}
    database.counts = True
    function(**arguments)
    database.close()


GIVEN: dict[str, Callable[[int], Any]] = {
    "ids": lambda rows: list(range(1, rows + 1)),
    "pk": lambda rows: 1,
    "names": lambda rows: [f"new{i}" for i in range(rows)],
}
"""What a case gets for its parameters, by their names."""
