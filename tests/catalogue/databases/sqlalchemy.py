"""The SQLAlchemy models `store`: every run has a copy in memory of a database of few or of many rows."""

from __future__ import annotations

import asyncio
import inspect
import sqlite3
from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from databases.given import parameters


def configure() -> None:
    pass


@cache
def _filled(rows: int) -> sqlite3.Connection:
    from store import things  # noqa: F401
    from store.tables import Base

    connection = sqlite3.connect(":memory:", check_same_thread=False)
    engine = _engine(connection)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        fill(session, rows)
        session.commit()
    return connection


def _engine(connection: sqlite3.Connection) -> Engine:
    return create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)


def run(function: Callable[..., Any], rows: int, record: Callable[[str], None]) -> None:
    """Call a case with a session of its own on a copy of the database."""
    if inspect.iscoroutinefunction(function):
        asyncio.run(_run_async(function, rows, record))
        return
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    _filled(rows).backup(connection)
    engine = _engine(connection)
    with Session(engine) as session:
        arguments = {name: GIVEN[name](session, engine, rows) for name in parameters(function)}
        session.rollback()
        _listen(engine, record)
        function(**arguments)
        session.rollback()
    engine.dispose()
    connection.close()


async def _run_async(function: Callable[..., Any], rows: int, record: Callable[[str], None]) -> None:
    """Call a case with an asynchronous session, on a database that is filled for it."""
    from store import things  # noqa: F401
    from store.tables import Base

    engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with AsyncSession(engine) as session:
        await session.run_sync(fill, rows)
        await session.commit()
    async with AsyncSession(engine, expire_on_commit=False) as session:
        arguments = {name: GIVEN[name](session, engine, rows) for name in parameters(function)}
        _listen(engine.sync_engine, record)
        await function(**arguments)
        await session.rollback()
    await engine.dispose()


def _listen(engine: Engine, record: Callable[[str], None]) -> None:
    @event.listens_for(engine, "before_cursor_execute")
    def statement(conn: Any, cursor: Any, sql: str, params: Any, context: Any, many: bool) -> None:
        record(sql)

    @event.listens_for(engine, "commit")
    def commit(conn: Any) -> None:
        record("COMMIT")


def fill(session: Session, rows: int) -> None:
    """So many of everything; every user has two orders, every order two lines."""
    from store import tables as m
    from store import things as t

    numbers = range(1, rows + 1)
    session.add_all(m.Region(id=i, name=f"region{i}") for i in range(1, 4))
    session.add_all(
        m.User(id=i, name=f"user{i}", region_id=1 + i % 3, boss_id=i - 1 if i > 1 else None) for i in numbers
    )
    session.flush()
    session.add_all(m.Address(city="here", user_id=i) for i in numbers)
    session.add_all(m.Product(id=i, title=f"product{i}") for i in numbers)
    orders = [m.Order(id=2 * i - k, total=i, user_id=i) for i in numbers for k in range(2)]
    session.add_all(orders)
    session.flush()
    session.add_all(
        m.OrderLine(amount=k, order_id=order.id, product_id=1 + (order.id + k) % rows)
        for order in orders
        for k in range(2)
    )
    session.add_all(m.Shipment(id=i, order_id=i, user_id=i) for i in numbers)
    session.flush()
    session.add_all(m.Parcel(weight=i, shipment_id=i) for i in numbers)
    session.add_all(m.Paper(shipment_id=i) for i in numbers)
    session.add_all(m.Event(kind="old", user_id=i) for i in numbers)
    session.execute(m.likes.insert(), [{"user_id": i, "product_id": i} for i in numbers])
    session.add_all(t.Manager(id=i, name=f"manager{i}", office="here", user_id=i) for i in numbers)
    session.add_all(t.Essay(id=i, title=f"essay{i}", text="so", user_id=i) for i in numbers)
    session.flush()
    session.add_all(
        t.Mark(stars=k, essay_id=i, user_id=1 + (i + k) % rows) for i in numbers for k in range(2)
    )
    session.add_all(t.Ticket(id=i, text="so", order_id=i) for i in numbers)


GIVEN: dict[str, Callable[[Any, Any, int], Any]] = {
    "session": lambda session, engine, rows: session,
    "engine": lambda session, engine, rows: engine,
    "ids": lambda session, engine, rows: list(range(1, rows + 1)),
    "pk": lambda session, engine, rows: 1,
    "region_ids": lambda session, engine, rows: [1 + i % 3 for i in range(rows)],
    "names": lambda session, engine, rows: [f"name{i}" for i in range(rows)],
}
"""What a case gets for its parameters, by their names."""
