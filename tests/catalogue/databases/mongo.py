"""MongoDB as mongomock plays it: a round trip for each method of a collection that asks or writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from databases.given import parameters

TRIPS = (
    "find_one", "find", "count_documents", "distinct", "aggregate", "insert_one", "insert_many", "update_one", "update_many",
    "replace_one", "delete_one", "delete_many", "find_one_and_update", "bulk_write",
)  # fmt: skip


def configure() -> None:
    pass


def run(function: Callable[..., Any], rows: int, record: Callable[[str], None]) -> None:
    """Call a case with a client of a database of so many documents."""
    import mongomock
    from mongomock.collection import Collection

    client: Any = mongomock.MongoClient()
    numbers = range(1, rows + 1)
    client.shop.users.insert_many([{"_id": i, "name": f"user{i}"} for i in numbers])
    client.shop.orders.insert_many([{"_id": i, "user_id": i, "total": i} for i in numbers])
    real = {name: getattr(Collection, name) for name in TRIPS}
    inside = [False]

    def counted(name: str) -> Callable[..., Any]:
        def call(self: Any, *args: Any, **kwargs: Any) -> Any:
            if inside[0]:  # One of its methods may be made of others.
                return real[name](self, *args, **kwargs)
            record(name)
            inside[0] = True
            try:
                return real[name](self, *args, **kwargs)
            finally:
                inside[0] = False

        return call

    arguments = {name: GIVEN[name](client, rows) for name in parameters(function)}
    for name in TRIPS:
        setattr(Collection, name, counted(name))
    try:
        function(**arguments)
    finally:
        for name, method in real.items():
            setattr(Collection, name, method)


GIVEN: dict[str, Callable[[Any, int], Any]] = {
    "client": lambda client, rows: client,
    "ids": lambda client, rows: list(range(1, rows + 1)),
    "pk": lambda client, rows: 1,
    "names": lambda client, rows: [f"new{i}" for i in range(rows)],
}
"""What a case gets for its parameters, by their names."""
