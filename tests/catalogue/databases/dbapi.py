"""Tables by hand, in SQLite: every run has a copy in memory of a database of few or of many rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import cache
from typing import Any

from databases.given import parameters

SCHEMA = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, boss INTEGER);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER, total INTEGER);
CREATE TABLE events (id INTEGER PRIMARY KEY, kind TEXT, customer INTEGER);
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT);
INSERT INTO settings VALUES ('limit', '3');
"""


def configure() -> None:
    pass


@cache
def _filled(rows: int) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA)
    numbers = range(1, rows + 1)
    connection.executemany(
        "INSERT INTO customers VALUES (?, ?, ?)", [(i, f"name{i}", i - 1) for i in numbers]
    )
    connection.executemany(
        "INSERT INTO orders VALUES (?, ?, ?)", [(2 * i - k, i, i) for i in numbers for k in range(2)]
    )
    connection.commit()
    return connection


class CountedCursor(sqlite3.Cursor):
    """Tells what is sent: one call is one statement, however many rows `executemany` takes."""

    def execute(self, sql: str, *values: Any) -> CountedCursor:
        self.connection.record(sql)
        super().execute(sql, *values)
        return self

    def executemany(self, sql: str, *values: Any) -> CountedCursor:
        self.connection.record(sql)
        super().executemany(sql, *values)
        return self


class Counted(sqlite3.Connection):
    """A connection whose cursors tell, and that asks a cursor itself."""

    record: Callable[[str], None] = staticmethod(lambda sql: None)

    def cursor(self, factory: Any = CountedCursor) -> Any:
        return super().cursor(factory)

    def execute(self, sql: str, *values: Any) -> CountedCursor:
        return self.cursor().execute(sql, *values)

    def executemany(self, sql: str, *values: Any) -> CountedCursor:
        return self.cursor().executemany(sql, *values)

    def commit(self) -> None:
        self.record("COMMIT")
        super().commit()


def run(function: Callable[..., Any], rows: int, record: Callable[[str], None]) -> None:
    """Call a case with a connection to a copy of the database."""
    connection = sqlite3.connect(":memory:", factory=Counted)
    _filled(rows).backup(connection)
    arguments = {name: GIVEN[name](connection, rows) for name in parameters(function)}
    connection.record = record
    function(**arguments)
    connection.close()


GIVEN: dict[str, Callable[[sqlite3.Connection, int], Any]] = {
    "connection": lambda connection, rows: connection,
    "cursor": lambda connection, rows: connection.cursor(),
    "ids": lambda connection, rows: list(range(1, rows + 1)),
    "pk": lambda connection, rows: 1,
    "names": lambda connection, rows: [f"new{i}" for i in range(rows)],
}
"""What a case gets for its parameters, by their names."""
