"""Pony on SQLite: a database in memory, filled anew for every run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from databases.given import parameters


def configure() -> None:
    from store.pony_tables import db

    if db.provider is None:
        db.bind(provider="sqlite", filename=":memory:")
        db.generate_mapping(create_tables=True)


def run(function: Callable[..., Any], rows: int, record: Callable[[str], None]) -> None:
    """Call a case in a session on a database of so many rows, and take back what it wrote."""
    from pony import orm

    from store import pony_tables as m

    configure()
    with orm.db_session:
        m.Pet.select().delete(bulk=True)
        m.Owner.select().delete(bulk=True)
        for i in range(1, rows + 1):
            owner = m.Owner(id=i, name=f"owner{i}")
            for k in range(2):
                m.Pet(id=2 * i - k, name=f"pet{i}", age=1, owner=owner)
    arguments = {name: GIVEN[name](rows) for name in parameters(function)}
    real = m.db.provider.execute

    def counted(cursor: Any, sql: str, *args: Any, **kwargs: Any) -> Any:
        record(sql)
        return real(cursor, sql, *args, **kwargs)

    m.db.provider.execute = counted
    try:
        with orm.db_session:
            function(**arguments)
            orm.rollback()
    finally:
        m.db.provider.execute = real


GIVEN: dict[str, Callable[[int], Any]] = {
    "ids": lambda rows: list(range(1, rows + 1)),
    "pk": lambda rows: 1,
    "names": lambda rows: [f"name{i}" for i in range(rows)],
}
"""What a case gets for its parameters, by their names."""
