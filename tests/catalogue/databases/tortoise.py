"""Tortoise on SQLite through aiosqlite: a database in memory for every run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from databases.given import parameters


def configure() -> None:
    pass


def run(function: Callable[..., Any], rows: int, record: Callable[[str], None]) -> None:
    """Call a case on a database of so many rows."""
    asyncio.run(_run(function, rows, record))


async def _run(function: Callable[..., Any], rows: int, record: Callable[[str], None]) -> None:
    from tortoise import Tortoise, connections

    from store import tortoise_tables as m

    await Tortoise.init(db_url="sqlite://:memory:", modules={"store": ["store.tortoise_tables"]})
    try:
        await Tortoise.generate_schemas()
        numbers = range(1, rows + 1)
        await m.Owner.bulk_create([m.Owner(id=i, name=f"owner{i}") for i in numbers])
        await m.Tag.bulk_create([m.Tag(id=i, word=f"tag{i}") for i in numbers])
        pets = [m.Pet(id=2 * i - k, name=f"pet{i}", owner_id=i) for i in numbers for k in range(2)]
        await m.Pet.bulk_create(pets)
        client = connections.get("default")
        for name in ("execute_query", "execute_insert", "execute_many", "execute_query_dict"):
            setattr(client, name, _counted(getattr(client, name), record))
        await function(**{name: GIVEN[name](rows) for name in parameters(function)})
    finally:
        await connections.close_all()


def _counted(real: Callable[..., Any], record: Callable[[str], None]) -> Callable[..., Any]:
    async def counted(query: str, *args: Any, **kwargs: Any) -> Any:
        record(query)
        return await real(query, *args, **kwargs)

    return counted


GIVEN: dict[str, Callable[[int], Any]] = {
    "ids": lambda rows: list(range(1, rows + 1)),
    "pk": lambda rows: 1,
    "names": lambda rows: [f"new{i}" for i in range(rows)],
}
"""What a case gets for its parameters, by their names."""
