"""Flask-SQLAlchemy on SQLite: an application and a database in memory for every run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import event
from sqlalchemy.pool import StaticPool

from databases.given import parameters


def configure() -> None:
    pass


def run(function: Callable[..., Any], rows: int, record: Callable[[str], None]) -> None:
    """Call a case inside a request on a database of so many rows."""
    from flask import Flask

    from store import flask_tables as m

    app = Flask("store", root_path=".")
    options = {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}
    app.config.update(SQLALCHEMY_DATABASE_URI="sqlite://", SQLALCHEMY_ENGINE_OPTIONS=options)
    m.db.init_app(app)
    with app.test_request_context("/"):
        m.db.create_all()
        for i in range(1, rows + 1):
            m.db.session.add(m.User(id=i, name=f"user{i}"))
            m.db.session.add(m.Post(id=i, title=f"post{i}", author_id=i))
            m.db.session.add(m.Note(id=i, user_id=i))
        m.db.session.commit()
        m.db.session.remove()
        arguments = {name: GIVEN[name](rows) for name in parameters(function)}

        @event.listens_for(m.db.engine, "before_cursor_execute")
        def statement(conn: Any, cursor: Any, sql: str, params: Any, context: Any, many: bool) -> None:
            record(sql)

        @event.listens_for(m.db.engine, "commit")
        def commit(conn: Any) -> None:
            record("COMMIT")

        function(**arguments)
        m.db.session.remove()
        m.db.engine.dispose()


GIVEN: dict[str, Callable[[int], Any]] = {
    "ids": lambda rows: list(range(1, rows + 1)),
    "names": lambda rows: [f"new{i}" for i in range(rows)],
}
"""What a case gets for its parameters, by their names."""
