"""SQLModel on SQLite: a database in memory for every run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.pool import StaticPool

from databases.given import parameters


def configure() -> None:
    pass


def run(function: Callable[..., Any], rows: int, record: Callable[[str], None]) -> None:
    """Call a case with a session on a database of so many rows."""
    from sqlmodel import Session

    from store import sqlmodel_tables as m

    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    m.SQLModel.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all([m.Team(id=i, name=f"team{i}") for i in range(1, rows + 1)])
        session.add_all([m.Hero(id=i, name=f"hero{i}", team_id=i) for i in range(1, rows + 1)])
        session.commit()
    with Session(engine) as session:
        arguments = {name: GIVEN[name](session, rows) for name in parameters(function)}

        @event.listens_for(engine, "before_cursor_execute")
        def statement(conn: Any, cursor: Any, sql: str, params: Any, context: Any, many: bool) -> None:
            record(sql)

        @event.listens_for(engine, "commit")
        def commit(conn: Any) -> None:
            record("COMMIT")

        function(**arguments)
        session.rollback()
    engine.dispose()


GIVEN: dict[str, Callable[[Any, int], Any]] = {
    "session": lambda session, rows: session,
    "ids": lambda session, rows: list(range(1, rows + 1)),
    "names": lambda session, rows: [f"new{i}" for i in range(rows)],
}
"""What a case gets for its parameters, by their names."""
